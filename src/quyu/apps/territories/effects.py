"""The door to what a move of units does to targets. Targets live in an app above this one, which registers a reader.

A `Flow` says that on a day a part of what one territory held went to another: `part` of `whole`, by the weight of
the units that went. What the targets of the territories become then is for the reader to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Flow:
    """From `on` on, `part` of `whole` of what `source` held is with `target`; both are codes of territories."""

    on: date
    source: str
    target: str
    part: int
    whole: int


@dataclass(frozen=True)
class TargetChange:
    """A territory's target for the days of the plan year from the effective day on, in fen."""

    before: int
    after: int

    @property
    def delta(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """What flows do to a published plan; by code of territory, those without a change are left out.

    `total` is the target of all territories from `first` to `stop`, the same before and after.
    """

    plan: str
    first: date
    stop: date
    total: int
    changes: Mapping[str, TargetChange]

    def of(self, codes: Iterable[str]) -> "Effect":
        """What concerns these territories only."""
        wanted = set(codes)
        kept = {code: change for code, change in self.changes.items() if code in wanted}
        return Effect(self.plan, self.first, self.stop, self.total, kept)

    @property
    def sums(self) -> TargetChange:
        """Of all territories that change."""
        rows = self.changes.values()
        return TargetChange(sum(row.before for row in rows), sum(row.after for row in rows))


class Reader(Protocol):
    """What the app that owns targets can tell."""

    def effect(self, flows: Sequence[Flow], *, on: date, today: date) -> Effect | None:
        """What the flows of day `on` do to the plan in force for it; None where none is published."""


_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns targets is loaded."""
    _readers[:] = [reader]


def effect_of(flows: Sequence[Flow], *, on: date, today: date) -> Effect | None:
    """What these flows do to targets; None where nothing in this installation knows targets, or nothing flows."""
    return _readers[0].effect(flows, on=on, today=today) if _readers and flows else None
