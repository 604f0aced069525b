"""A sentence of the plan: Chinese in its documents, in the person's language on the terminal."""

from __future__ import annotations

from django.utils.translation import gettext


class Note(str):
    """A Chinese sentence that remembers its template, which is the translation key, and what fills it."""

    __slots__ = ("fields", "template")
    template: str
    fields: dict[str, object]

    def __new__(cls, template: str, **fields: object) -> Note:
        note = super().__new__(cls, template.format(**fields))
        note.template, note.fields = template, fields
        return note


def spoken(text: str) -> str:
    """The sentence in the language of the terminal; plain text as it is."""
    return gettext(text.template).format(**text.fields) if isinstance(text, Note) else text
