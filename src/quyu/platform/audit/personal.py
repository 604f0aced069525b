"""The form in which each package declares the personal data its models hold, in `personal.py` beside them."""

from dataclasses import dataclass

from django.utils.functional import Promise

NAME = "name"
"""A name of the person: replaced by the pseudonym."""
BLANK = "blank"
"""A way to reach or identify the person: emptied."""
TEXT = "text"
"""Words in which personal values may stand: each value is replaced by the pseudonym, the rest stays."""
DROP = "drop"
"""Rows that only serve the person's account: removed."""
STAYS = "stays"
"""Needed to keep the accounts right, and no longer personal once the name is gone: codes, dates of service."""


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A field that holds personal data: why, on what basis and how long, and what erasure does to it."""

    model: str
    field: str
    treatment: str
    purpose: str | Promise
    basis: str | Promise
    retention: str | Promise
