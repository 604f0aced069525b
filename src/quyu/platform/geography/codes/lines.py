"""A line of a list of code changes, and the lines of one event: those of a day that share codes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from quyu.kernel.rounding import largest_remainder
from quyu.platform.geography.models import CodeChange

WHOLE = 10_000


@dataclass(frozen=True)
class Line:
    """On `on` the share (basis points) of `old` went to `new`; `name` and `parent` say what `new` is, if it is new."""

    old: str
    new: str
    kind: str
    on: date
    share: int = WHOLE
    name: str = ""
    parent: str = ""

    @property
    def key(self) -> tuple[str, str, date]:
        return self.old, self.new, self.on

    @property
    def codes(self) -> frozenset[str]:
        return frozenset((self.old, self.new))


@dataclass(frozen=True)
class Event:
    """The lines of one day that belong together; nothing outside takes part."""

    lines: tuple[Line, ...]

    @property
    def on(self) -> date:
        return self.lines[0].on

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(code for line in self.lines for code in line.codes)

    @cached_property
    def olds(self) -> tuple[str, ...]:
        return tuple(sorted({line.old for line in self.lines}))

    @cached_property
    def news(self) -> tuple[str, ...]:
        return tuple(sorted({line.new for line in self.lines}))

    @cached_property
    def ending(self) -> tuple[str, ...]:
        """Codes that are given up: nothing of them keeps its code."""
        return tuple(code for code in self.olds if code not in self.news)

    @cached_property
    def main_of(self) -> Mapping[str, str]:
        """Where most of each old code went; the lower code where shares are equal."""
        best = {
            old: min((-line.share, line.new) for line in self.lines if line.old == old) for old in self.olds
        }
        return {old: new for old, (_share, new) in best.items()}

    def sources_of(self, new: str) -> tuple[str, ...]:
        """The old codes of which something went to `new`, the largest share first."""
        found = [(-line.share, line.old) for line in self.lines if line.new == new]
        return tuple(old for _share, old in sorted(found))

    def divided(self, values: Mapping[str, int]) -> dict[str, int]:
        """Values of old codes as values of the new ones: parts by largest remainder, then added up; the sum stays."""
        found: dict[str, int] = {}
        for old in self.olds:
            if old not in values:
                continue
            mine = [line for line in self.lines if line.old == old]
            shares = np.array([line.share for line in mine], dtype=np.int64)
            for line, part in zip(mine, largest_remainder(shares, values[old]).tolist(), strict=True):
                found[line.new] = found.get(line.new, 0) + part
        return found


def line_of(row: CodeChange) -> Line:
    return Line(
        row.old_code, row.new_code, row.kind, row.effective_on, row.share_bp, row.new_name, row.new_parent
    )


def events(lines: Iterable[Line]) -> list[Event]:
    """The events of a list in the order of their days: lines that share a code on a day are one event."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (line.on, line.new, line.old)):
        near = [group for group in groups if group[0].on == line.on and _meet(group, line)]
        groups = [group for group in groups if group not in near]
        groups.append([one for group in near for one in group] + [line])
    made = [Event(tuple(sorted(group, key=lambda line: (line.new, line.old)))) for group in groups]
    return sorted(made, key=lambda event: (event.on, event.lines[0].key))


def _meet(group: Sequence[Line], line: Line) -> bool:
    return any(one.codes & line.codes for one in group)
