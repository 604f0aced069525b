"""What a step does to the rows of a draft, and how exactly that is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """Units that go from one territory to another, units and territories that are locked or freed; all by id.

    `placed` are units that had no place in the alignment (unit, territory, part), `removed` those that lose it.
    """

    moves: tuple[tuple[int, int, int], ...] = ()
    locked_units: tuple[int, ...] = ()
    freed_units: tuple[int, ...] = ()
    locked_territories: tuple[int, ...] = ()
    freed_territories: tuple[int, ...] = ()
    placed: tuple[tuple[int, int, str], ...] = ()
    removed: tuple[tuple[int, int, str], ...] = ()

    @property
    def inverse(self) -> "Change":
        return Change(
            tuple((unit, target, source) for unit, source, target in self.moves),
            locked_units=self.freed_units,
            freed_units=self.locked_units,
            locked_territories=self.freed_territories,
            freed_territories=self.locked_territories,
            placed=self.removed,
            removed=self.placed,
        )

    @property
    def units(self) -> frozenset[int]:
        touched = (unit for unit, *_rest in (*self.moves, *self.placed, *self.removed))
        return frozenset((*touched, *self.locked_units, *self.freed_units))

    @property
    def territories(self) -> frozenset[int]:
        between = {side for _, source, target in self.moves for side in (source, target)}
        held = (side for _unit, side, _part in (*self.placed, *self.removed))
        return frozenset((*between, *held, *self.locked_territories, *self.freed_territories))


ROWS = ("moves", "placed", "removed")
"""What of a change is rows, not ids."""


def read_change(said: Mapping[str, Sequence[Any]]) -> Change:
    """A change as the log keeps it."""
    rows: dict[str, Any] = {name: tuple(tuple(row) for row in said.get(name, ())) for name in ROWS}
    return Change(**rows, **{name: tuple(ids) for name, ids in said.items() if name not in ROWS})
