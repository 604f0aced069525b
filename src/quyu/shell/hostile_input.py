"""Input that no form of ours sends, refused before anything looks at it: null characters, broken forms."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.parser import Parser

from quyu.platform.fields.received import json_value, refuse_null
from quyu.shell.api_errors import API, answer

WRITES = ("POST", "PATCH")
JSON = "application/json"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class CleanInputMiddleware:
    """A null character is text for no database and no file: such a request is answered by 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refuse_null([request.path], "path")
        refuse_null((text for name, values in request.GET.lists() for text in (name, *values)), "query")
        if request.path.startswith(API) and request.method in WRITES and request.content_type != JSON:
            return answer(415)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_arguments: object) -> None:
        """The form, once it is known that some view wants it. Reading it also meets the limits of Django."""
        if request.content_type in FORMS:
            refuse_null((text for name, values in request.POST.lists() for text in (name, *values)), "form")


class StrictParser(Parser):
    """How the API reads a body; what it raises becomes a 400."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json_value(request.body)
