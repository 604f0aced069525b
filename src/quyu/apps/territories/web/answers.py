"""JSON answers of the map: compressed, with an ETag, so that unchanged shapes are not sent again."""

import gzip
import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers


def cached_json(
    request: HttpRequest, parts: object, make: Callable[[], str], *, kind: str = "application/geo+json"
) -> HttpResponseBase:
    """Answer 304 when the browser holds the version that `parts` name, else make the text."""
    tag = f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        return HttpResponseNotModified(headers=headers)
    content = make().encode()
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content = gzip.compress(content, compresslevel=5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    response = HttpResponse(content, content_type=kind, headers=headers)
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response
