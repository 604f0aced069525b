"""What a selection of units would change if it went to one territory: every measure of every territory touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.alignments import balance_of
from quyu.apps.territories.selectors.pieces import pieces
from quyu.apps.territories.selectors.standing import Ints, Standing
from quyu.kernel.rate import ratio_bp


@dataclass(frozen=True)
class Level:
    """One measure of one territory: its load, the mean of its org unit, the deviation from it (None: no mean)."""

    value: int
    mean: int
    deviation_bp: int | None

    def balance(self, tolerance_bp: int) -> str:
        """`ok`, `heavy` or `light`; `none` when there is nothing to compare."""
        return balance_of(self.deviation_bp, tolerance_bp)


@dataclass(frozen=True)
class Touched:
    """A territory before and after: its measures in the order of the standing, base units, pieces without common border."""

    territory_id: int
    before: tuple[Level, ...]
    after: tuple[Level, ...]
    units: tuple[int, int]
    pieces: tuple[int, int]


@dataclass(frozen=True)
class WhatIf:
    """`moved`: how many units would change; `touched`: the receiving territory first, then those that give."""

    moved: int
    weights: tuple[int, ...]
    touched: tuple[Touched, ...]
    near: tuple[tuple[int, int], ...]
    """Territories that border on the selection, with the number of common borders, most first."""


def what_if(standing: Standing, alignment: Alignment, codes: Iterable[str], territory: int | None) -> WhatIf:
    """The figures if these units went to that territory (None: the territories they are in, as they are)."""
    spots = np.array(sorted({standing.spot_of[code] for code in codes}), dtype=np.int64)
    here = standing.place[spots]
    side = None if territory is None else standing.side_of[territory]
    going = spots if side is None else spots[here != side]
    after = standing if side is None else standing.moved(going, np.full(len(going), side, dtype=np.int64))
    sides = [int(one) for one in np.unique(here)]
    if side is not None:
        sides = [side, *(one for one in sides if one != side)]
    return WhatIf(
        moved=0 if side is None else len(going),
        weights=tuple(int(total) for total in standing.weights[spots].sum(axis=0)),
        touched=compared(standing, after, alignment, sides),
        near=nearby(standing, spots),
    )


def compared(
    standing: Standing, after: Standing, alignment: Alignment, sides: list[int]
) -> tuple[Touched, ...]:
    """The territories at these places, before and after."""
    together = not alignment.method.get("per_org_unit", True)
    levels = [levels_of(now, sides, together=together) for now in (standing, after)]
    parts = [pieces_of(now, sides) for now in (standing, after)]
    return tuple(
        Touched(
            int(standing.territories[one]),
            levels[0][one],
            levels[1][one],
            (int(standing.base_counts[one]), int(after.base_counts[one])),
            (parts[0][one], parts[1][one]),
        )
        for one in sides
    )


def levels_of(standing: Standing, sides: Iterable[int], *, together: bool) -> dict[int, tuple[Level, ...]]:
    """Every measure of the territories named, against the mean over the territories of the org unit that hold units."""
    held = standing.counts > 0
    found = {}
    for side in sides:
        peers = held if together else held & (standing.org_units == standing.org_units[side])
        count = max(int(peers.sum()), 1)
        row = []
        for column in range(len(standing.measures)):
            mean = int(standing.loads[peers, column].sum()) // count
            value = int(standing.loads[side, column])
            row.append(Level(value, mean, ratio_bp(value - mean, mean) if mean > 0 else None))
        found[side] = tuple(row)
    return found


def pieces_of(standing: Standing, sides: Iterable[int]) -> dict[int, int]:
    """How many parts without a common border the base units of each territory form."""
    return pieces(np.where(standing.is_base, standing.place, -1), standing.edges, sides)


def nearby(standing: Standing, spots: Ints) -> tuple[tuple[int, int], ...]:
    chosen = np.zeros(len(standing.ids), dtype=np.bool_)
    chosen[spots] = True
    one, other = standing.edges[:, 0], standing.edges[:, 1]
    crossing = chosen[one] != chosen[other]
    beyond = np.where(chosen[one[crossing]], other[crossing], one[crossing])
    sides, counts = np.unique(standing.place[beyond], return_counts=True)
    ranked = sorted(zip(counts.tolist(), sides.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))
    return tuple((int(standing.territories[side]), count) for count, side in ranked)
