"""Finding rows by the words a person types."""

from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def matching(rows: Rows, names: list[str] | tuple[str, ...], words: str) -> Rows:
    """The rows in which every word occurs in one of the named fields."""
    for word in words.split():
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": word}) for name in names), Q(pk=None)))
    return rows
