"""What arrives from outside as text or JSON, read strictly: nothing that a database or a file cannot keep."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.request import RawPostDataException

DEEPEST = 20
LONGEST_NUMBER = 18


def whole_number(given: object, default: int = 0) -> int:
    """A number as a form or a body names it, such as a version; `default` for anything else."""
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else default


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, empty for no body; raises BadRequest."""
    try:
        found = json_value(request.body or b"{}")
    except (ValueError, RecursionError, RawPostDataException):
        raise BadRequest("no JSON") from None
    if not isinstance(found, dict):
        raise BadRequest("no JSON object")
    return found


def json_value(raw: bytes) -> Any:
    """JSON in UTF-8 without NaN, null characters, halves of characters or deep nesting.

    Raises BadRequest, ValueError or RecursionError.
    """
    found = json.loads(raw.decode(), parse_constant=_refuse_constant)
    _refuse_texts(found, DEEPEST)
    return found


def refuse_null(texts: Iterable[str], where: str) -> None:
    """Raises BadRequest at a null character."""
    if any("\x00" in text for text in texts):
        raise BadRequest(f"null character in the {where}")


def _refuse_constant(name: str) -> None:
    raise BadRequest(f"{name} is no JSON")


def _refuse_texts(value: Any, deepest: int) -> None:
    if deepest == 0:
        raise BadRequest("nested too deeply")
    if isinstance(value, str):
        refuse_null([value], "body")
        value.encode()  # UnicodeEncodeError for half a character
    elif isinstance(value, dict):
        _refuse_texts([*value, *value.values()], deepest - 1)
    elif isinstance(value, list):
        for part in value:
            _refuse_texts(part, deepest - 1)
