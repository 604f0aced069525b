"""Replacing a person's values in texts: whole values only, and never inside the longer name of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Replacer:
    """`values` become `pseudonym`; `others` are names that contain one of them and stay."""

    values: tuple[str, ...]
    pseudonym: str
    others: tuple[str, ...] = ()
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        alternatives = [whole(text) for text in (*longest_first(self.others), *longest_first(self.values))]
        object.__setattr__(self, "_pattern", re.compile("|".join(alternatives) or r"(?!)"))

    def text(self, text: str) -> str:
        """The text with every value replaced."""
        return self._pattern.sub(self._one, text)

    def value(self, value: Any) -> Any:
        """The same for what JSON holds, keys included; numbers stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(found) for key, found in value.items()}
        if isinstance(value, list):
            return [self.value(found) for found in value]
        return value

    def occurs(self, text: str) -> bool:
        return self.text(text) != text

    def _one(self, match: re.Match[str]) -> str:
        return self.pseudonym if match[0] in self.values else match[0]


def whole(text: str) -> str:
    """The pattern of a value; one in Latin letters is no part of a longer word, such as a key of what JSON holds."""
    before = "(?<![A-Za-z])" if re.match("[A-Za-z]", text) else ""
    after = "(?![A-Za-z])" if re.search("[A-Za-z]$", text) else ""
    return f"{before}{re.escape(text)}{after}"


def longest_first(texts: Iterable[str]) -> Sequence[str]:
    return sorted(set(texts), key=lambda text: (-len(text), text))
