"""What is to be divided: units with a position and measures, their neighbours, and the territories asked for.

Everything is given as arrays in one order of units; a unit is named by its index. The first measure is the
weight of compactness. Unknown positions are NaN; `edges=None` means that nothing is known about neighbours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quyu.engine.alignment import validation
from quyu.engine.alignment.arrays import Bools, Floats, Ints, totals


@dataclass(frozen=True, slots=True)
class Seat:
    """A territory known beforehand: the home of its person in km (NaN: free) and its share of the mean load.

    skills: what the person can do; see `Problem.needs`.
    """

    x: float = math.nan
    y: float = math.nan
    capacity: float = 1.0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Problem:
    """Units to divide into territories.

    x, y: km on an equal-area plane. measures: units x measures, not negative. territories: how many, or their
    seats. tolerance: largest allowed |load / target - 1|, one for all measures or one each. current and locks:
    a territory per unit, -1 for none. frozen: territories that keep exactly their current units. groups: units
    with the same number (>= 0) stay together. apart: sets of units of which no two may share a territory. needs:
    the skills each unit asks of its seat, or of the person placed later. max_moved: most of the first measure that may leave its current
    territory, as a part of the sum over all units. splittable: units that may be shared between territories when
    they are too heavy for balance. target: the load each territory should carry, territories x measures; without
    it the sum of each measure by capacity. max_diameter: most km between two units of one territory.
    """

    x: Floats
    y: Floats
    measures: Floats
    territories: int | tuple[Seat, ...]
    edges: Ints | None = None
    tolerance: float | tuple[float, ...] = 0.05
    current: Ints | None = None
    locks: Ints | None = None
    frozen: frozenset[int] = frozenset()
    groups: Ints | None = None
    apart: tuple[tuple[int, ...], ...] = ()
    needs: Sequence[frozenset[str]] | None = None
    max_moved: float | None = None
    splittable: Bools | None = None
    target: Floats | None = None
    max_diameter: float | None = None

    def __post_init__(self) -> None:
        measures = np.ascontiguousarray(self.measures, dtype=np.float64)
        self._put("measures", measures.reshape(-1, 1) if measures.ndim == 1 else measures)
        for name in ("x", "y"):
            self._put(name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
        for name in ("current", "locks", "groups"):
            if getattr(self, name) is not None:
                self._put(name, np.ascontiguousarray(getattr(self, name), dtype=np.int32))
        if self.edges is not None:
            self._put("edges", np.ascontiguousarray(self.edges, dtype=np.int32).reshape(-1, 2))
        if self.splittable is not None:
            self._put("splittable", np.ascontiguousarray(self.splittable, dtype=np.bool_))
        if self.target is not None:
            target = np.ascontiguousarray(self.target, dtype=np.float64)
            self._put("target", target.reshape(-1, 1) if target.ndim == 1 else target)
        self._put("frozen", frozenset(int(territory) for territory in self.frozen))
        self._put("apart", tuple(tuple(sorted({int(unit) for unit in units})) for units in self.apart))
        validation.check(self)

    def _put(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @property
    def unit_count(self) -> int:
        """How many units there are."""
        return len(self.x)

    @property
    def territory_count(self) -> int:
        """How many territories are asked for."""
        return self.territories if isinstance(self.territories, int) else len(self.territories)

    @property
    def tolerances(self) -> Floats:
        """The tolerance of each measure, as a fraction."""
        count = self.measures.shape[1]
        given = self.tolerance if isinstance(self.tolerance, tuple) else (self.tolerance,) * count
        return np.asarray(given, dtype=np.float64)

    @property
    def capacities(self) -> Floats:
        """The share of each territory in a mean load; their mean is 1."""
        if isinstance(self.territories, int):
            return np.ones(self.territories)
        given = np.asarray([seat.capacity for seat in self.territories], dtype=np.float64)
        share: Floats = given / given.mean()
        return share

    @property
    def homes(self) -> Floats:
        """Fixed centres, territories x 2 in km; NaN where the centre is free."""
        if isinstance(self.territories, int):
            return np.full((self.territories, 2), np.nan)
        given = np.asarray([(seat.x, seat.y) for seat in self.territories], dtype=np.float64).reshape(-1, 2)
        given[~np.isfinite(given).all(axis=1)] = np.nan
        return given

    @property
    def targets(self) -> Floats:
        """The load each territory should carry, territories x measures."""
        if self.target is not None:
            return self.target
        total = totals(self.measures)
        target: Floats = np.outer(self.capacities / self.territory_count, total)
        return target

    @property
    def weights(self) -> Floats:
        """The weight of each unit in compactness: its first measure over the mean (1 when all are zero)."""
        mean = float(totals(self.measures[:, :1])[0]) / self.unit_count
        weight: Floats = self.measures[:, 0] / mean if mean > 0 else np.ones(self.unit_count)
        return weight
