"""The work of each territory of an alignment, customer class by class and unit by unit.

A customer counts where it belongs: to the territory it is named for, or that a rule gave it whole, else to that
of its unit. Who has only single product lines given away stays with its unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Count, F, Q, QuerySet

from quyu.apps.customers.choices import CustomerTier
from quyu.apps.customers.models import Customer, CustomerTerritory
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory, TravelTime, WorkStandard
from quyu.engine import workload as engine
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit

TIERS = tuple(CustomerTier.values)
NOWHERE = 0
"""The territory of units that no alignment gives to one."""

Position = tuple[float, float]
"""Longitude and latitude; NaN where unknown."""


@dataclass(frozen=True)
class Work:
    """Whole minutes a year, visits, and customers by class (in the order of `TIERS`)."""

    counts: tuple[int, ...]
    visits: int
    onsite: int
    from_home: int
    between: int

    @property
    def customers(self) -> int:
        return sum(self.counts)

    @property
    def travel(self) -> int:
        return self.from_home + self.between

    @property
    def total(self) -> int:
        return self.onsite + self.travel


@dataclass(frozen=True)
class Place:
    """The customers of one territory in one unit. `is_placed`: they are there by the map, not by name or rule.

    one_way, leg: minutes from home and between customers, None where nothing tells them.
    """

    unit: BasicUnit
    is_placed: bool
    work: Work
    one_way: float | None
    leg: float | None


@dataclass(frozen=True)
class TerritoryWork:
    """A territory with its places, the heaviest first. `home` None: reckoned from the middle of the visits."""

    home: BasicUnit | None
    places: tuple[Place, ...] = field(default=())

    @cached_property
    def work(self) -> Work:
        parts = [place.work for place in self.places]
        return Work(
            tuple(sum(part.counts[at] for part in parts) for at in range(len(TIERS))),
            *(
                sum(getattr(part, name) for part in parts)
                for name in ("visits", "onsite", "from_home", "between")
            ),
        )

    @property
    def unknown(self) -> list[Place]:
        """The places of which some travel is not counted, because nothing tells how long it takes."""
        return [place for place in self.places if place.one_way is None or place.leg is None]


def engine_standard(standard: WorkStandard) -> engine.Standard:
    """The standard as the engine wants it, classes in the order of `TIERS`."""
    pairs = [standard.of_class(tier) for tier in TIERS]
    travel = engine.Travel(standard.detour_percent / 100, float(standard.speed_kmh), standard.stops)
    return engine.Standard(tuple(v for v, _ in pairs), tuple(m for _, m in pairs), travel)


def territory_work(
    alignment: Alignment | None, standard: WorkStandard, at: date, *, only: Iterable[int] | None = None
) -> dict[int, TerritoryWork]:
    """Territory id -> its work with the customers open on a day; `only` these territories.

    Customers outside every territory are found below `NOWHERE`. Without an alignment all of them are.
    """
    found = counts(alignment, at)
    if only is not None:
        wanted = set(only)
        found = {key: value for key, value in found.items() if key[0] in wanted}
    units = BasicUnit.objects.in_bulk({unit for _, unit, _ in found})
    keys = sorted(found, key=lambda key: (key[0], units[key[1]].code, not key[2]))
    spots = positions(units)
    numbers = np.array([found[key] for key in keys], dtype=np.int64).reshape(-1, len(TIERS))
    homes = Territory.objects.select_related("home").in_bulk({key[0] for key in keys})
    from_where = home_positions(keys, numbers, standard, spots, homes)
    areas = geography.areas_km2(units)
    here = np.array([spots[unit] for _, unit, _ in keys], dtype=np.float64).reshape(-1, 2)
    start = np.array([from_where[territory] for territory, _, _ in keys], dtype=np.float64).reshape(-1, 2)
    one_way, leg = known_times(keys, homes)
    reckoned = engine.workload(
        numbers,
        engine_standard(standard),
        home_km=engine.great_circle_km(here[:, 0], here[:, 1], start[:, 0], start[:, 1]),
        area_km2=np.array([areas.get(unit, np.nan) for _, unit, _ in keys], dtype=np.float64),
        home_minutes=one_way,
        leg_minutes=leg,
    )
    made: dict[int, list[Place]] = {}
    for at_row, (territory, unit, is_placed) in enumerate(keys):
        made.setdefault(territory, []).append(
            place_of(units[unit], is_placed, numbers[at_row], reckoned, at_row)
        )
    return {
        territory: TerritoryWork(
            homes[territory].home if territory in homes else None,
            tuple(
                sorted(places, key=lambda place: (-place.work.total, place.unit.code, not place.is_placed))
            ),
        )
        for territory, places in made.items()
    }


def place_of(
    unit: BasicUnit,
    is_placed: bool,
    numbers: np.ndarray,
    reckoned: engine.Workload,
    row: int,
) -> Place:
    parts = (reckoned.visits, reckoned.onsite, reckoned.from_home, reckoned.between)
    work = Work(tuple(int(number) for number in numbers), *(int(part[row]) for part in parts))
    one_way, leg = float(reckoned.one_way[row]), float(reckoned.leg[row])
    return Place(unit, is_placed, work, *(None if np.isnan(time) else time for time in (one_way, leg)))


Key = tuple[int, int, bool]
"""Territory, unit, and whether the customers are there by the map."""


def counts(alignment: Alignment | None, at: date) -> dict[Key, list[int]]:
    """How many open customers of each class each territory has in each unit."""
    known = Customer.objects.filter(unit__isnull=False).exclude(closed_on__lte=at)
    ruled = CustomerTerritory.objects.in_force(at).filter(product_line=None)
    named = known.exclude(territory_override=None)
    given = known.filter(territory_override=None, pk__in=ruled.values("customer"))
    placed = known.filter(territory_override=None).exclude(pk__in=ruled.values("customer"))
    side = dict(
        AlignmentUnit.objects.filter(alignment=alignment).values_list("unit_id", "territory_id")
        if alignment
        else ()
    )
    found: dict[Key, list[int]] = {}
    for unit, tier, count in grouped(placed, "unit_id"):
        _add(found, (side.get(unit, NOWHERE), unit, True), tier, count)
    for territory, unit, tier, count in grouped(named, "territory_override_id", "unit_id"):
        _add(found, (territory, unit, False), tier, count)
    whose = dict(ruled.values_list("customer_id", "territory_id"))
    for customer, unit, tier in given.values_list("pk", "unit_id", "tier"):
        _add(found, (whose[customer], unit, False), tier, 1)
    return found


def grouped(customers: QuerySet[Customer], *keys: str) -> Iterable[tuple[Any, ...]]:
    """Keys, class and number of the customers."""
    rows = customers.annotate(of_class=F("tier")).values_list(*keys, "of_class")
    found: Iterable[tuple[Any, ...]] = rows.annotate(number=Count("pk")).order_by()
    return found


def _add(found: dict[Key, list[int]], key: Key, tier: object, count: int) -> None:
    found.setdefault(key, [0] * len(TIERS))[TIERS.index(str(tier))] += count


def known_times(keys: Sequence[Key], territories: Mapping[int, Territory]) -> tuple[np.ndarray, np.ndarray]:
    """Imported minutes from home to each place, and between customers there; NaN where none were imported."""
    homes = {pk: territory.home_id for pk, territory in territories.items() if territory.home_id}
    asked = Q(origin__in=homes.values()) | Q(target__in=homes.values()) | Q(origin=F("target"))
    rows = TravelTime.objects.filter(asked).values_list("origin", "target", "minutes")
    known = {(origin, target): float(minutes) for origin, target, minutes in rows}
    found = np.full((2, len(keys)), np.nan)
    for row, (territory, unit, _) in enumerate(keys):
        home = homes.get(territory, 0)
        if home != unit:
            found[0, row] = known.get((home, unit), known.get((unit, home), np.nan))
        found[1, row] = known.get((unit, unit), np.nan)
    return found[0], found[1]


def positions(units: Mapping[int, BasicUnit]) -> dict[int, Position]:
    """Where each unit lies; one without a position lies where the unit above it does."""
    above = {unit.parent_code for unit in units.values() if unit.longitude is None}
    parents = {unit.code: unit for unit in BasicUnit.objects.filter(code__in=above - {""})}
    found = {}
    for pk, unit in units.items():
        known = unit if unit.longitude is not None else parents.get(unit.parent_code, unit)
        found[pk] = position_of(known)
    return found


def position_of(unit: BasicUnit) -> Position:
    if unit.longitude is None or unit.latitude is None:
        return (np.nan, np.nan)
    return (unit.longitude, unit.latitude)


def home_positions(
    keys: list[Key],
    numbers: np.ndarray,
    standard: WorkStandard,
    spots: Mapping[int, Position],
    territories: Mapping[int, Territory],
) -> dict[int, Position]:
    """Where one starts from in each territory: its home, else the middle of its visits."""
    found: dict[int, Position] = {NOWHERE: (np.nan, np.nan)}
    visits = numbers @ np.array([standard.of_class(tier)[0] for tier in TIERS], dtype=np.int64)
    rows: dict[int, list[int]] = {}
    for row, (territory, unit, _) in enumerate(keys):
        if territory != NOWHERE and not np.isnan(spots[unit][0]):
            rows.setdefault(territory, []).append(row)
    for territory in {key[0] for key in keys} - {NOWHERE}:
        home = territories[territory].home
        mine = rows.get(territory, [])
        weight = np.array([visits[row] for row in mine], dtype=np.float64) + 1e-9
        middle = np.array([spots[keys[row][1]] for row in mine], dtype=np.float64).reshape(-1, 2)
        if home is not None and home.longitude is not None:
            found[territory] = position_of(home)
        elif mine:
            lon, lat = (weight[:, None] * middle).sum(axis=0) / weight.sum()
            found[territory] = (float(lon), float(lat))
        else:
            found[territory] = (np.nan, np.nan)
    return found
