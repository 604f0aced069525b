"""One database field in its four dresses: form text, JSON, spreadsheet cell and words for people.

Fields named `*_fen` hold fen and are typed and shown in yuan.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.functional import lazy
from django.utils.translation import gettext

from quyu.kernel.money import FEN_PER_YUAN, format_yuan
from quyu.kernel.refusal import Refusal

KEYS: dict[type[models.Model], str] = {}
Field = models.Field[Any, Any]
MASK = "****"


def spoken(refusal: Refusal) -> str:
    """The refusal in the reader's language."""
    return gettext(refusal.template).format(**refusal.numbers)


spoken_lazily = lazy(spoken, str)
"""The refusal in the language in which it is finally read."""


def listed(texts: Iterable[object]) -> str:
    """Several texts as one, separated as the reader's language does it."""
    return gettext("、").join(map(str, texts))


def mask(value: str, name: str = "") -> str:
    """A personal value as others see it, by what the field holds; nothing of it when it is too short.

    `13812345678` -> `138****5678`; 王小明 -> `王****`; an address keeps its first six letters, an e-mail
    address its server. The mask of nothing is nothing.
    """
    if not value:
        return ""
    if name == "email" and "@" in value:
        return f"{value[0]}{MASK}@{value.rpartition('@')[2]}"
    if name == "contact":
        return f"{value[0]}{MASK}"
    if name == "address":
        return f"{value[:6]}{MASK}" if len(value) > 9 else MASK
    return f"{value[:3]}{MASK}{value[-4:]}" if len(value) > 9 else MASK


def plain(row: models.Model, field: Field) -> Any:
    """The JSON value: a related row is its key."""
    value = getattr(row, field.name)
    return getattr(value, KEYS[type(value)]) if isinstance(value, models.Model) else value


def text(field: Field, value: Any) -> str:
    """The form text of a JSON value."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    is_amount = field.name.endswith("_fen") and isinstance(value, int)
    return format_yuan(value) if is_amount else str(value)


def words(row: models.Model, field: Field) -> str:
    """What a person reads in a list."""
    value = getattr(row, field.name)
    return str(value) if isinstance(value, models.Model) else told(field, text(field, value))


def told(field: Field, form_text: str) -> str:
    """A form text as a person reads it: yes and no, and choices, in words."""
    if isinstance(field, models.BooleanField):
        return {"true": gettext("是"), "false": gettext("否")}.get(form_text, form_text)
    if field.choices and form_text:
        return gettext({str(code): str(word) for code, word in field.flatchoices}.get(form_text, form_text))
    return form_text


def cell(row: models.Model, field: Field) -> Any:
    """What a spreadsheet holds: numbers and dates as such, amounts in yuan, related rows by key."""
    value = plain(row, field)
    if field.choices or isinstance(value, bool):
        return words(row, field)
    return value / FEN_PER_YUAN if field.name.endswith("_fen") and value is not None else value
