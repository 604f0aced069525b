"""A proposed alignment: each region's units divided into balanced, compact, contiguous territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.measures import RECORDED, UNITS
from quyu.apps.territories.models import Alignment, AlignmentFigure, AlignmentUnit, Territory
from quyu.apps.territories.selectors import active_alignment
from quyu.apps.territories.selectors.measures import unit_values
from quyu.apps.territories.services.criteria import Criteria, checked
from quyu.apps.territories.services.dividing import (
    Divided,
    Region,
    Settings,
    divide,
    obstacles,
    problem_of,
)
from quyu.apps.territories.services.network import Atlas, placed_everywhere, read_atlas, region_network
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.kernel.rounding import largest_remainder
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, User

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")


class NothingToDivide(Refusal):
    """No region, or no unit in it."""


class TooManyTerritories(Refusal):
    """A territory needs at least one unit."""


@dataclass(frozen=True)
class Share:
    """The index of one unit (parts in a million of its region) and the values it is made of."""

    unit: BasicUnit
    index: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Outlook:
    """What is known before a region is divided."""

    impossible: tuple[str, ...]
    warnings: tuple[str, ...]
    shares: tuple[Share, ...]


@transaction.atomic
def propose(
    *,
    name: str,
    actor: User | None,
    at: date | datetime,
    measure: Mapping[str, float] | None = None,
    territories: int | Mapping[str, int] | None = None,
    units: Sequence[str] | None = None,
    level: str = UnitLevel.COUNTY,
    per_org_unit: bool = True,
    regions: Mapping[str, Sequence[str]] | None = None,
    only: Sequence[str] | None = None,
    measure_name: str = FigureMeasure.AMOUNT,
    tolerance: float = 0.1,
    keep_current: bool = False,
    criteria: Criteria | None = None,
    disruption: float | None = None,
    max_moved: float | None = None,
    effort: str = "fast",
    seed: int = 0,
) -> Alignment:
    """Make a draft alignment.

    `criteria`: the measures to balance at once and the weights of the index; without them `measure` (unit code ->
    value, called `measure_name`) within `tolerance`. Finer units count with the base unit they lie in, and a city
    of which no county is known is placed as a whole. `regions`: org unit code -> the units (of any level)
    it answers for; without it each org unit keeps what the alignment in force gives it, or, with
    `per_org_unit=False`, all units (`units`, or all of `level`) are divided below the head office.
    `territories`: how many, in all (shared out by the first measure) or per org unit code; without it as many as now.
    `only`: the org units to divide anew; all others, and units outside the regions, stay as they are in force.
    `disruption` (by default the engine's own with `keep_current`, else 0) and `max_moved`: see `Settings`.
    """
    day = day_of(at)
    wanted = criteria or Criteria(((str(measure_name), round(tolerance * 10_000)),))
    weight = (engine.Params().disruption if keep_current else 0.0) if disruption is None else disruption
    settings = Settings(level, checked(wanted), weight, max_moved, effort, seed)
    active = active_alignment(day)
    atlas = read_atlas(level)
    values = {str(measure_name): measure} if measure is not None else read_values(wanted, level, day)
    given = region_codes(regions, units, level, per_org_unit=per_org_unit, active=active)
    if only is not None:
        given = {unit: codes for unit, codes in given.items() if unit.code in only}
    chosen = counted_regions(given, territories, next(iter(values.values())), atlas, active)
    draft = Alignment.objects.create(
        name=name, created_by=actor, created_at=audit.moment(at), based_on=active, level=level
    )
    parts = [divide(region, atlas, values, settings, active, day) for region in chosen]
    place = {code: territory for part in parts for code, territory in part.place.items()}
    first = {
        code: weight
        for part in parts
        for code, weight in zip(part.codes, part.weights[:, 0].tolist(), strict=True)
    }
    store(draft, atlas, placed_everywhere(atlas, place, first), active)
    keep_weights(draft, atlas, parts, wanted)
    draft.method = {
        "measure": wanted.columns[0][0],
        "seed": seed,
        "tolerance_bp": wanted.columns[0][1],
        "per_org_unit": per_org_unit,
        "regions": [part.quality for part in parts],
        "disruption_bp": round(weight * 10_000),
        "max_moved_bp": None if max_moved is None else round(max_moved * 10_000),
        **wanted.told(),
    }
    draft.save()
    audit.record(
        actor=actor,
        verb="propose",
        subject=draft,
        label=name,
        detail={"territories": len(set(place.values()))},
        at=at,
    )
    return draft


def read_values(criteria: Criteria, level: str, day: date) -> dict[str, Mapping[str, float]]:
    """What the criteria say of each unit on a day."""
    return {code: unit_values(code, level, day) for code in criteria.needed}


def look_ahead(
    *,
    criteria: Criteria,
    only: Sequence[str] | None,
    territories: int | Mapping[str, int] | None,
    max_moved: float | None,
    at: date,
    level: str = UnitLevel.COUNTY,
) -> Outlook:
    """What can be said before the search: why no plan can be, what will be hard, and the index of each unit."""
    settings = Settings(level, checked(criteria), 0.0, max_moved, "fast", 0)
    active, atlas, values = active_alignment(at), read_atlas(level), read_values(criteria, level, at)
    given = region_codes(None, None, level, per_org_unit=True, active=active)
    if only is not None:
        given = {unit: codes for unit, codes in given.items() if unit.code in only}
    impossible, warnings, shares = [], [], []
    for region in counted_regions(given, territories, next(iter(values.values())), atlas, active):
        network, problem = problem_of(region, atlas, values, settings, active)
        never, hard = obstacles(region, network, problem, atlas, criteria)
        impossible += never
        warnings += hard
        if criteria.weights:
            for spot, code in enumerate(network.codes):
                own = {name: float(column[spot]) for name, column in network.columns.items()}
                shares.append(Share(atlas.units[code], round(float(problem.measures[spot, 0])), own))
    shares.sort(key=lambda one: (-one.index, one.unit.code))
    return Outlook(tuple(impossible), tuple(warnings), tuple(shares))


def region_codes(
    regions: Mapping[str, Sequence[str]] | None,
    units: Sequence[str] | None,
    level: str,
    *,
    per_org_unit: bool,
    active: Alignment | None,
) -> dict[OrgUnit, tuple[str, ...]]:
    """Org unit -> base unit codes."""
    if regions is not None:
        known = {unit.code: unit for unit in OrgUnit.objects.filter(code__in=regions)}
        found = {
            known[c]: tuple(geography.codes_within(u, level=level)) for c, u in regions.items() if c in known
        }
    elif per_org_unit and active is not None:
        found = held_codes(
            active, level, None if units is None else set(geography.codes_within(units, level=level))
        )
    else:
        root = OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("sort_order", "code").first()
        whole = geography.codes_within(units, level=level) if units is not None else None
        codes = whole or list(geography.division(level).order_by("code").values_list("code", flat=True))
        found = {root: tuple(codes)} if root is not None else {}
    found = {org_unit: codes for org_unit, codes in found.items() if codes}
    if not found:
        raise NothingToDivide("nothing_to_divide", "没有可划分的范围：请先确定各区域包含哪些省、市或县。")
    return found


def held_codes(active: Alignment, level: str, within: set[str] | None) -> dict[OrgUnit, tuple[str, ...]]:
    """What each org unit holds today through its territories."""
    rows = AlignmentUnit.objects.filter(alignment=active, unit__in=geography.division(level))
    found: dict[OrgUnit, list[str]] = {}
    for row in rows.select_related("unit", "territory__org_unit").order_by("unit__code"):
        if within is None or row.unit.code in within:
            found.setdefault(row.territory.org_unit, []).append(row.unit.code)
    return {unit: tuple(found[unit]) for unit in sorted(found, key=lambda u: (u.sort_order, u.code))}


def counted_regions(
    given: Mapping[OrgUnit, tuple[str, ...]],
    territories: int | Mapping[str, int] | None,
    measure: Mapping[str, float],
    atlas: Atlas,
    active: Alignment | None,
) -> list[Region]:
    """Regions with the number of territories each; a total is shared out by the measure, at least one each."""
    existing: dict[int, list[Territory]] = {unit.pk: [] for unit in given}
    if active is not None:
        used = AlignmentUnit.objects.filter(alignment=active).values("territory")
        for territory in Territory.objects.filter(pk__in=used, org_unit__in=list(given)).order_by("code"):
            existing[territory.org_unit_id].append(territory)
    if isinstance(territories, int):
        counts = shared_counts(given, territories, measure, atlas)
    else:
        wanted = territories or {}
        counts = [wanted.get(unit.code, len(existing[unit.pk])) for unit in given]
    for unit, count in zip(given, counts, strict=True):
        if not 1 <= count <= len(given[unit]):
            raise TooManyTerritories(
                "territory_count",
                "{region} 有 {units} 个基本单元，不能划分为 {count} 个区域。",
                region=unit.name,
                units=len(given[unit]),
                count=count,
            )
    return [
        Region(unit, codes, count, tuple(existing[unit.pk]))
        for (unit, codes), count in zip(given.items(), counts, strict=True)
    ]


def shared_counts(
    given: Mapping[OrgUnit, tuple[str, ...]], total: int, measure: Mapping[str, float], atlas: Atlas
) -> list[int]:
    """One territory for each region, the rest by the measure (largest remainder)."""
    if total < len(given):
        raise TooManyTerritories(
            "too_few_territories",
            "{regions} 个区域至少要 {regions} 个销售区域，只给了 {count} 个。",
            regions=len(given),
            count=total,
        )
    weights = np.array(
        [region_network(atlas, codes, {"": measure}).columns[""].sum() for codes in given.values()]
    )
    extra = largest_remainder(weights, total - len(given))
    return [1 + int(value) for value in extra]


def store(draft: Alignment, atlas: Atlas, place: Mapping[str, int], active: Alignment | None) -> None:
    """Write the places; units outside the divided regions keep the territory they have today."""
    kept: dict[str, int] = {}
    if active is not None:
        rows = AlignmentUnit.objects.filter(alignment=active)
        kept = dict(rows.values_list("unit__code", "territory_id"))
    final = {**kept, **place}
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(
                alignment=draft,
                unit=atlas.units[code],
                territory_id=final[code],
                part=atlas.part.get(code, UnitPart.BASE),
            )
            for code in sorted(final)
            if code in atlas.units
        ],
        batch_size=1000,
    )


def keep_weights(draft: Alignment, atlas: Atlas, parts: Sequence[Divided], criteria: Criteria) -> None:
    """What each unit weighed by the measures that nobody else keeps."""
    kept = [
        (column, code)
        for column, (code, _tolerance) in enumerate(criteria.columns)
        if code not in (*RECORDED, UNITS)
    ]
    AlignmentFigure.objects.bulk_create(
        [
            AlignmentFigure(alignment=draft, unit=atlas.units[unit], measure=measure, value=round(value))
            for column, measure in kept
            for part in parts
            for unit, value in zip(part.codes, part.weights[:, column].tolist(), strict=True)
            if round(value)
        ],
        batch_size=1000,
    )
