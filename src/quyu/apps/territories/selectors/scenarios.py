"""Alignments side by side: what each territory carries in each, what differs from the first, whose target changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import asin, cos, radians, sin, sqrt

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.effects import Effect, effect_of
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.selectors.alignments import TerritoryLoad, loads, strain
from quyu.apps.territories.selectors.changes import UnitChange, changes, places
from quyu.apps.territories.selectors.flows import Stream, streams
from quyu.apps.territories.selectors.reading import Reading, read
from quyu.platform.people.scope import Scope

EARTH_KM = 6371.0088
"""Mean radius of the earth (IUGG 1980)."""


@dataclass(frozen=True)
class Difference:
    """What is otherwise than in another alignment, as far as within reach; `whole` tells whether that is all of it.

    `effect` is what it does to targets (None: not asked, or no plan is published).
    """

    changes: tuple[UnitChange, ...]
    streams: tuple[Stream, ...]
    effect: Effect | None
    whole: bool

    @property
    def customers(self) -> int:
        return sum(change.customers for change in self.changes)

    @property
    def amount_fen(self) -> int:
        return sum(change.amount_fen for change in self.changes)

    @property
    def touched(self) -> list[Territory]:
        """The territories that give or take, by code."""
        sides = (side for change in self.changes for side in (change.source, change.target) if side)
        return [side for _code, side in sorted({side.code: side for side in sides}.items())]


@dataclass(frozen=True)
class Scenario:
    """An alignment with the loads of the territories one may see, by code.

    `spread_km` is how far the base units of a territory lie from its middle on average; `difference` is against
    the first alignment of the comparison (None: it is the first).
    """

    alignment: Alignment
    loads: Mapping[str, TerritoryLoad]
    spread_km: Mapping[str, float]
    difference: Difference | None = None

    @property
    def out_of_balance(self) -> int:
        return sum(load.is_out for load in self.loads.values())

    @property
    def worst_bp(self) -> int:
        """The deviation of the territory and measure that strain their tolerance most."""
        every = ((abs(load.deviation_bp or 0), load.tolerance_bp) for load in self.loads.values())
        return max(every, key=lambda one: strain(*one), default=(0, 0))[0]

    @property
    def mean_spread_km(self) -> float | None:
        """Of all territories with a position."""
        return sum(self.spread_km.values()) / len(self.spread_km) if self.spread_km else None

    @property
    def gap_bp(self) -> int | None:
        """The widest gap to the lower bound that the engine proved; None for what no engine made."""
        proved = [row["gap_bp"] for row in self.alignment.method.get("regions", []) if "gap_bp" in row]
        return max(proved, default=None)


@dataclass(frozen=True)
class ComparedTerritory:
    """A territory in every scenario; None where it holds nothing. `is_touched`: it gives or takes a unit."""

    territory: Territory
    loads: tuple[TerritoryLoad | None, ...]
    is_touched: bool

    @property
    def differs(self) -> bool:
        """Whether it holds or carries something else anywhere: units swapped may weigh the same."""
        figures = {
            (load.unit_count, load.amount_fen, load.customers) if load is not None else None
            for load in self.loads
        }
        return self.is_touched or len(figures) > 1


def compare(
    alignments: Sequence[Alignment], *, scope: Scope, at: date, effective: date, with_targets: bool
) -> list[Scenario]:
    """The alignments in the order given; all but the first with their difference from it."""
    readings = [read(alignment, scope=scope, at=at) for alignment in alignments]
    first = alignments[0]
    found = []
    for reading in readings:
        seen = {territory.code for territory in reading.seen.values()}
        spread = {code: km for code, km in spreads(reading).items() if code in seen}
        own = {
            load.territory.code: load
            for load in loads(reading.alignment, scope=scope, at=at, reading=reading)
        }
        found.append(Scenario(reading.alignment, own, spread))
    return [
        found[0],
        *(
            replace(
                scenario,
                difference=difference(
                    reading, first, scope=scope, at=at, effective=effective, with_targets=with_targets
                ),
            )
            for scenario, reading in zip(found[1:], readings[1:], strict=True)
        ),
    ]  # fmt: skip


def difference(
    reading: Reading,
    against: Alignment | None,
    *,
    scope: Scope,
    at: date,
    effective: date,
    with_targets: bool,
) -> Difference:
    """What the alignment read moves against another one, within reach; targets from the effective day on."""
    held = dict(places(against)) if against else {}
    every = changes(reading.alignment, against, reading=reading, before=held)
    flowing = streams(every, reading, held)
    effect = None
    if with_targets:
        effect = effect_of([stream.on(effective) for stream in flowing], on=effective, today=at)
    seen = seen_sides(every, reading, scope, at)
    kept = tuple(
        change
        for change in every
        if change.target.pk in seen or (change.source is not None and change.source.pk in seen)
    )
    codes = set(seen.values())
    return Difference(
        kept,
        tuple(stream for stream in flowing if codes & {stream.source, stream.target}),
        effect.of(codes) if effect else None,
        whole=effect is None or (set(effect.changes) <= codes and len(kept) == len(every)),
    )


def seen_sides(every: Iterable[UnitChange], reading: Reading, scope: Scope, at: date) -> dict[int, str]:
    """Id -> code of the territories within reach, also of those that only the other alignment has."""
    seen = {pk: territory.code for pk, territory in reading.seen.items()}
    known = {territory.pk for territory in reading.territories}
    emptied = {change.source.pk for change in every if change.source} - known
    if emptied:
        mine = Territory.objects.filter(pk__in=emptied).visible_to(scope, at)
        seen |= dict(mine.values_list("pk", "code"))
    return seen


def compared(scenarios: Sequence[Scenario]) -> list[ComparedTerritory]:
    """Every territory of any scenario, in the order of regions."""
    sides = {code: load.territory for scenario in scenarios for code, load in scenario.loads.items()}
    order = sorted(sides.values(), key=lambda side: (side.org_unit.sort_order, side.org_unit.code, side.code))
    touched = {side.code for one in scenarios if one.difference for side in one.difference.touched}
    return [
        ComparedTerritory(
            side, tuple(scenario.loads.get(side.code) for scenario in scenarios), side.code in touched
        )
        for side in order
    ]


def spreads(reading: Reading) -> dict[str, float]:
    """Code of a territory -> mean distance of its base units from its middle in km (great circle, haversine)."""
    codes = {territory.pk: territory.code for territory in reading.territories}
    points: dict[str, list[tuple[float, float]]] = {}
    for row in reading.rows:
        place = row.unit.longitude, row.unit.latitude
        if row.part == UnitPart.BASE and place[0] is not None and place[1] is not None:
            points.setdefault(codes[row.territory_id], []).append((place[0], place[1]))
    found = {}
    for code, own in points.items():
        middle = (sum(x for x, _y in own) / len(own), sum(y for _x, y in own) / len(own))
        found[code] = sum(distance_km(middle, point) for point in own) / len(own)
    return found


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great circle between two points (longitude, latitude in degrees); haversine formula."""
    (x1, y1), (x2, y2) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
