"""What a step does to the rows of a draft, and how exactly that is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """Units that go from one territory to another, units and territories that are locked or freed; all by id."""

    moves: tuple[tuple[int, int, int], ...] = ()
    locked_units: tuple[int, ...] = ()
    freed_units: tuple[int, ...] = ()
    locked_territories: tuple[int, ...] = ()
    freed_territories: tuple[int, ...] = ()

    @property
    def inverse(self) -> "Change":
        return Change(
            tuple((unit, target, source) for unit, source, target in self.moves),
            locked_units=self.freed_units,
            freed_units=self.locked_units,
            locked_territories=self.freed_territories,
            freed_territories=self.locked_territories,
        )

    @property
    def units(self) -> frozenset[int]:
        return frozenset((*(unit for unit, _, _ in self.moves), *self.locked_units, *self.freed_units))

    @property
    def territories(self) -> frozenset[int]:
        between = {side for _, source, target in self.moves for side in (source, target)}
        return frozenset((*between, *self.locked_territories, *self.freed_territories))


def read_change(said: Mapping[str, Sequence[Any]]) -> Change:
    """A change as the log keeps it."""
    moves = tuple((unit, source, target) for unit, source, target in said["moves"])
    return Change(moves, **{name: tuple(ids) for name, ids in said.items() if name != "moves"})
