"""Units that no territory of an alignment holds, each with the territory it is proposed for: nothing is written.

A finer unit follows the base unit it lies in, a coarser one the territory with most of what lies in it. A base
unit goes to a territory it borders on: first of the org unit that holds its city or province, then one that stays
within its tolerances, then the lightest. Units are taken from the border of their own org unit inwards, the
heaviest first, and each counts with its territory for the next; without a border the nearest unit decides.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from django.db.models import Q

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.measures import UNITS
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory, UnitFigure
from quyu.apps.territories.selectors import Balanced, TerritoryLoad
from quyu.apps.territories.selectors.criteria import weighed
from quyu.apps.territories.services.network import Atlas, read_atlas
from quyu.kernel.rate import ratio_bp
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit, UnitNeighbour
from quyu.platform.geography.projection import to_plane
from quyu.platform.people.scope import everything

BORDER, WITHIN, MOST, NEAREST = "border", "within", "most", "nearest"
"""Why a territory is proposed."""


@dataclass(frozen=True)
class Shift:
    """A measure of a territory, against the mean of its org unit, without and with the unit."""

    measure: Balanced
    before_bp: int | None
    after_bp: int | None

    @property
    def is_over(self) -> bool:
        return (self.after_bp or 0) > self.measure.tolerance_bp


@dataclass(frozen=True)
class Option:
    """A territory a unit could go to: `borders` units of it touch, `kilometres` to `via`, its nearest unit.

    `foreseen` of those units are not its own yet: they are proposed for it just before.
    """

    territory: Territory
    why: str
    shifts: tuple[Shift, ...]
    borders: int = 0
    kilometres: int = 0
    via: BasicUnit | None = None
    foreseen: int = 0

    @property
    def is_over(self) -> bool:
        """Whether a measure goes beyond its tolerance with the unit."""
        return any(shift.is_over for shift in self.shifts)


@dataclass(frozen=True)
class Vacancy:
    """A unit without territory; the options best first, none where nothing is known of its place."""

    unit: BasicUnit
    part: UnitPart
    customers: int
    amount_fen: int
    options: tuple[Option, ...]

    @property
    def is_busy(self) -> bool:
        return self.customers > 0 or self.amount_fen > 0


class Scale:
    """What the territories of an alignment carry, and would carry with what was proposed so far."""

    def __init__(self, alignment: Alignment, loads: Iterable[TerritoryLoad]) -> None:
        self.loads = {load.territory.pk: load for load in loads}
        self.balanced = selectors.balanced_of(alignment)
        self.together = not alignment.method.get("per_org_unit", True)
        self.carried = {pk: {m: load.totals.get(m, 0) for m in self.names} for pk, load in self.loads.items()}
        self.sums: Counter[tuple[int, str]] = Counter()
        self.counts = Counter(self.group(pk) for pk in self.loads)
        for pk, held in self.carried.items():
            for measure, value in held.items():
                self.sums[self.group(pk), measure] += value

    @property
    def names(self) -> list[str]:
        return [str(one.measure) for one in self.balanced]

    def group(self, territory: int) -> int:
        """Those whose mean a territory is held to."""
        return 0 if self.together else self.loads[territory].territory.org_unit_id

    def shifts(self, territory: int, weight: Mapping[str, int]) -> tuple[Shift, ...]:
        group = self.group(territory)
        found = []
        for one, name in zip(self.balanced, self.names, strict=True):
            total, value, more = self.sums[group, name], self.carried[territory][name], weight.get(name, 0)
            levels = [
                ratio_bp(value + add - mean, mean)
                if (mean := (total + add) // self.counts[group]) > 0
                else None
                for add in (0, more)
            ]
            found.append(Shift(one, *levels))
        return tuple(found)

    def give(self, territory: int, weight: Mapping[str, int]) -> None:
        for name in self.names:
            self.carried[territory][name] += weight.get(name, 0)
            self.sums[self.group(territory), name] += weight.get(name, 0)


class Search:
    """One look at an alignment: who lies where, what is missing, what everything weighs."""

    def __init__(self, alignment: Alignment, at: date) -> None:
        self.atlas: Atlas = read_atlas(alignment.level)
        rows = AlignmentUnit.objects.filter(alignment=alignment)
        self.place: dict[str, int] = dict(rows.values_list("unit__code", "territory_id"))
        self.settled: set[str] = set()
        self.weights = weights_of(alignment, self.atlas)
        self.scale = Scale(alignment, selectors.loads(alignment, scope=everything(), at=at))
        closed = selectors.locked(alignment)[1]
        self.open = {pk for pk in self.scale.loads if pk not in closed}
        self.missing = [code for code in self.atlas.units if code not in self.place and self.counts(code)]
        self.near = self.neighbours()
        self.regions = self.org_units()

    def counts(self, code: str) -> bool:
        """Base units always; others when somebody buys there, and no base unit above will take them along."""
        if self.atlas.part[code] == UnitPart.BASE:
            return True
        above = self.atlas.base_of.get(code)
        return self.is_busy(code) and (above is None or above in self.place)

    def is_busy(self, code: str) -> bool:
        weight = self.weights.get(code, {})
        return any(weight.get(name, 0) > 0 for name in (FigureMeasure.AMOUNT, FigureMeasure.CUSTOMERS))

    def neighbours(self) -> dict[str, set[str]]:
        """Unit -> the base units it touches, for the missing ones; without any, those of the same city."""
        base = [code for code in self.missing if self.atlas.part[code] == UnitPart.BASE]
        ids = [self.atlas.units[code].pk for code in base]
        either = Q(left__in=ids) | Q(right__in=ids) if len(ids) < geography.FEW else Q()
        near: dict[str, set[str]] = {code: set() for code in base}
        for left, right in UnitNeighbour.objects.filter(either).values_list("left__code", "right__code"):
            for one, other in ((left, right), (right, left)):
                if one in near and self.atlas.part.get(other) == UnitPart.BASE:
                    near[one].add(other)
        for code in base:
            parent = self.atlas.units[code].parent_code
            if not near[code] and parent:
                near[code] = set(self.atlas.base_below.get(parent, ())) - {code}
        return near

    def org_units(self) -> dict[str, Counter[int]]:
        """City code, and province name, -> the org units whose territories hold its base units."""
        found: dict[str, Counter[int]] = {}
        for code, territory in self.place.items():
            unit = self.atlas.units.get(code)
            if unit is not None and self.atlas.part[code] == UnitPart.BASE and territory in self.scale.loads:
                org_unit = self.scale.loads[territory].territory.org_unit_id
                for key in {unit.parent_code, unit.province} - {""}:
                    found.setdefault(key, Counter())[org_unit] += 1
        return found

    def is_home(self, code: str, territory: int) -> bool:
        """Whether the territory belongs to the org unit that holds most of the unit's city, else province."""
        unit = self.atlas.units[code]
        known = self.regions.get(unit.parent_code) or self.regions.get(unit.province)
        org_unit = self.scale.loads[territory].territory.org_unit_id
        return known is None or known[org_unit] == max(known.values())

    def weight(self, code: str) -> Mapping[str, int]:
        """Of the unit, a base unit with the finer ones in it."""
        return self.weights.get(code, {})

    def option(
        self, code: str, territory: int, why: str, beside: Collection[str], *, kilometres: int = 0
    ) -> Option:
        """`beside`: the units of the territory that speak for it."""
        shifts = self.scale.shifts(territory, self.weight(code))
        via = self.atlas.units[next(iter(beside))] if why == NEAREST else None
        foreseen = len(self.settled.intersection(beside))
        side = self.scale.loads[territory].territory
        return Option(side, why, shifts, len(beside), kilometres, via, foreseen)

    def by_side(self, codes: Iterable[str]) -> dict[int, list[str]]:
        """Territory that may still take units -> those of the units that are its own, or are proposed for it."""
        found: dict[int, list[str]] = {}
        for code in codes:
            if (side := self.place.get(code)) is not None and side in self.open:
                found.setdefault(side, []).append(code)
        return found

    def bordering(self, code: str) -> list[Option]:
        """The territories a base unit touches, best first."""
        touched = self.by_side(self.near.get(code, ()))
        found = [self.option(code, side, BORDER, units) for side, units in touched.items()]
        return sorted(
            found,
            key=lambda o: (
                not self.is_home(code, o.territory.pk),
                o.is_over,
                max((shift.after_bp or 0 for shift in o.shifts), default=0),
                -o.borders,
                o.territory.code,
            ),
        )

    def settle(self, code: str, options: list[Option]) -> Vacancy:
        """Count the unit with its best territory from here on."""
        if options:
            self.place[code] = options[0].territory.pk
            self.settled.add(code)
            self.scale.give(options[0].territory.pk, self.weight(code))
        weight = self.weight(code)
        return Vacancy(
            self.atlas.units[code],
            self.atlas.part[code],
            weight.get(FigureMeasure.CUSTOMERS, 0),
            weight.get(FigureMeasure.AMOUNT, 0),
            tuple(options),
        )


def vacancies(alignment: Alignment, at: date) -> list[Vacancy]:
    """Every base unit without territory, and every other one where somebody buys; those with most sales first."""
    search = Search(alignment, at)
    if not search.missing:
        return []
    found: list[Vacancy] = []
    left = {code for code in search.missing if search.atlas.part[code] == UnitPart.BASE}
    while ready := next_of(search, left):
        for code in heaviest_first(search, ready):
            found.append(search.settle(code, search.bordering(code)))
            left.discard(code)
    found += [search.settle(code, nearest(search, code)) for code in heaviest_first(search, left)]
    others = [code for code in search.missing if search.atlas.part[code] != UnitPart.BASE]
    found += [search.settle(code, around(search, code)) for code in heaviest_first(search, others)]
    return sorted(found, key=lambda one: (-one.amount_fen, -one.customers, one.unit.code))


def next_of(search: Search, left: Iterable[str]) -> list[str]:
    """The units that border on a territory of their own org unit; when there are none, on any."""
    best = {code: options[0] for code in left if (options := search.bordering(code))}
    return [code for code, one in best.items() if search.is_home(code, one.territory.pk)] or [*best]


def heaviest_first(search: Search, codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: (-search.weight(code).get(FigureMeasure.AMOUNT, 0), code))


def nearest(search: Search, code: str) -> list[Option]:
    """The territory of the unit whose centre is nearest; none without a position."""
    unit = search.atlas.units[code]
    others = [
        other
        for other in search.atlas.units.values()
        if other.longitude is not None and search.place.get(other.code) in search.open
    ]
    if unit.longitude is None or not others:
        return []
    x, y = np.array([(other.longitude, other.latitude) for other in others], dtype=np.float64).T
    here = to_plane(np.array([unit.longitude]), np.array([unit.latitude], dtype=np.float64))
    far = np.hypot(*(to_plane(x, y) - here).T)
    best = int(far.argmin())
    found = others[best].code
    kilometres = round(float(far[best]))
    return [search.option(code, search.place[found], NEAREST, [found], kilometres=kilometres)]


def around(search: Search, code: str) -> list[Option]:
    """Of a finer unit the territory of its base unit, of a coarser one those that hold most units in it."""
    base = search.atlas.base_of.get(code)
    if base is not None:
        return [search.option(code, side, WITHIN, units) for side, units in search.by_side([base]).items()]
    inside = search.by_side(search.atlas.base_below.get(code, ()))
    ranked = sorted(inside.items(), key=lambda held: -len(held[1]))
    return [search.option(code, side, MOST, units) for side, units in ranked]


def weights_of(alignment: Alignment, atlas: Atlas) -> dict[str, dict[str, int]]:
    """Unit code -> measure -> what it weighs, a base unit with the finer ones in it."""
    names = {str(one.measure) for one in selectors.balanced_of(alignment)} | set(FigureMeasure.values)
    codes = {unit.pk: unit.code for unit in atlas.units.values()}
    rows = [*UnitFigure.objects.values_list("measure", "unit_id", "value"), *weighed(alignment)]
    found: dict[str, dict[str, int]] = {}
    for measure, unit, value in rows:
        if measure in names:
            for code in {codes[unit], atlas.base_of.get(codes[unit], codes[unit])}:
                held = found.setdefault(code, {})
                held[measure] = held.get(measure, 0) + value
    for code, part in atlas.part.items():
        if part == UnitPart.BASE and str(UNITS) in names:
            found.setdefault(code, {})[str(UNITS)] = 1
    return found


def within_reach(rows: Iterable[Vacancy], seen: set[int], *, is_everything: bool) -> list[Vacancy]:
    """What a reader is shown: the units proposed for a territory he sees, with the options he sees."""
    if is_everything:
        return list(rows)
    mine = [row for row in rows if row.options and row.options[0].territory.pk in seen]
    return [replace(row, options=tuple(o for o in row.options if o.territory.pk in seen)) for row in mine]
