"""Sums by key: columns as they were computed, or a mapping once something has to be added to them.

An import into months that hold nothing yet never leaves the columns: a hundred thousand tuples cost more
than summing the lines.
"""

import operator
from collections.abc import Sequence
from typing import Any

Key = tuple[str | int | None, ...]
Values = tuple[int, ...]


class Sums:
    """Values that add up, by keys of `width` parts; the first part is a day as ISO text."""

    def __init__(self, width: int, columns: Sequence[list[Any]] = ()) -> None:
        self.width = width
        self._columns: Sequence[list[Any]] | None = columns or None
        self._by_key: dict[Key, Values] = {}

    def __bool__(self) -> bool:
        return self._columns is not None or bool(self._by_key)

    @property
    def by_key(self) -> dict[Key, Values]:
        """The mapping; from now on that is what is kept."""
        if self._columns is not None:
            keys = zip(*self._columns[: self.width], strict=True)
            values = zip(*self._columns[self.width :], strict=True)
            self._by_key, self._columns = dict(zip(keys, values, strict=True)), None
        return self._by_key

    @property
    def days(self) -> list[str]:
        """The distinct first parts of the keys, sorted."""
        first = self._by_key if self._columns is None else zip(self._columns[0], strict=True)
        return sorted({str(key[0]) for key in first})

    def add(self, other: "Sums", *, sign: int = 1) -> None:
        """Equal sets of lines give equal sums, in whatever order they are added."""
        if sign == 1 and not self and other._columns is not None:
            self._columns = other._columns
            return
        mine, combine = self.by_key, operator.add if sign == 1 else operator.sub
        for key, values in other.by_key.items():
            mine[key] = tuple(map(combine, mine.get(key) or (0,) * len(values), values))

    def columns(self) -> Sequence[Sequence[Any]]:
        """Key and value columns of the keys that hold anything."""
        if self._columns is not None:
            return self._columns
        return list(zip(*(key + values for key, values in self._by_key.items() if any(values)), strict=True))
