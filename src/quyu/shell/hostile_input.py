"""Input that no form of ours sends, refused before anything looks at it: null characters, broken forms."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.parser import Parser

DEEPEST = 20
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class CleanInputMiddleware:
    """A null character is text for no database and no file: such a request is answered by 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refuse([request.path], "path")
        refuse((text for name, values in request.GET.lists() for text in (name, *values)), "query")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_arguments: object) -> None:
        """The form, once it is known that some view wants it. Reading it also meets the limits of Django."""
        if request.content_type in FORMS:
            refuse((text for name, values in request.POST.lists() for text in (name, *values)), "form")


def refuse(texts: Iterable[str], where: str) -> None:
    """Raises BadRequest at a null character."""
    if any("\x00" in text for text in texts):
        raise BadRequest(f"null character in the {where}")


class StrictParser(Parser):
    """JSON as standards and databases know it: no NaN, no null characters, no halves of characters, not deep."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise BadRequest("not JSON")
        body = json.loads(request.body.decode(), parse_constant=refuse_constant)
        refuse_texts(body, DEEPEST)
        return body


def refuse_constant(name: str) -> None:
    raise BadRequest(f"{name} is no JSON")


def refuse_texts(value: Any, deepest: int) -> None:
    """Raises where a text cannot be kept, or where the value is nested too deeply."""
    if deepest == 0:
        raise BadRequest("nested too deeply")
    if isinstance(value, str):
        refuse([value], "body")
        value.encode()  # UnicodeEncodeError for half a character
    elif isinstance(value, dict | list):
        for part in value:
            refuse_texts(part, deepest - 1)
            if isinstance(value, dict):
                refuse_texts(value[part], deepest - 1)
