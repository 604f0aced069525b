"""A proposed alignment: each region's units divided into balanced, compact, contiguous territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import active_alignment
from quyu.apps.territories.services.network import (
    Atlas,
    Network,
    placed_everywhere,
    read_atlas,
    region_network,
)
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.kernel.rounding import largest_remainder
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.names import short_name
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
class Region:
    """One org unit, the base units it answers for, and how many territories they become."""

    org_unit: OrgUnit
    codes: tuple[str, ...]
    count: int
    existing: tuple[Territory, ...]


@dataclass(frozen=True)
class Settings:
    """How the proposal is made; kept with the alignment."""

    level: str
    measure_name: str
    tolerance: float
    keep_current: bool
    effort: str
    seed: int


@transaction.atomic
def propose(
    *,
    name: str,
    measure: Mapping[str, float],
    actor: User | None,
    at: date | datetime,
    territories: int | Mapping[str, int] | None = None,
    units: Sequence[str] | None = None,
    level: str = UnitLevel.COUNTY,
    per_org_unit: bool = True,
    regions: Mapping[str, Sequence[str]] | None = None,
    only: Sequence[str] | None = None,
    measure_name: str = FigureMeasure.AMOUNT,
    tolerance: float = 0.1,
    keep_current: bool = False,
    effort: str = "fast",
    seed: int = 0,
) -> Alignment:
    """Make a draft alignment.

    `measure`: unit code -> what is balanced; finer units count with the base unit they lie in, and a city
    of which no county is known is placed as a whole. `regions`: org unit code -> the units (of any level)
    it answers for; without it each org unit keeps what the alignment in force gives it, or, with
    `per_org_unit=False`, all units (`units`, or all of `level`) are divided below the head office.
    `territories`: how many, in all (shared out by the measure) or per org unit code; without it as many as now.
    `only`: the org units to divide anew; all others, and units outside the regions, stay as they are in force.
    """
    day = day_of(at)
    settings = Settings(level, measure_name, tolerance, keep_current, effort, seed)
    active = active_alignment(day)
    atlas = read_atlas(level)
    given = region_codes(regions, units, level, per_org_unit=per_org_unit, active=active)
    if only is not None:
        given = {unit: codes for unit, codes in given.items() if unit.code in only}
    chosen = counted_regions(given, territories, measure, atlas, active)
    draft = Alignment.objects.create(
        name=name, created_by=actor, created_at=audit.moment(at), based_on=active, level=level
    )
    place, parts = {}, []
    for region in chosen:
        codes, weights, quality = divide(region, atlas, measure, settings, active, day)
        place.update(codes)
        parts.append((weights, quality))
    weight = {code: value for weights, _ in parts for code, value in weights.items()}
    store(draft, atlas, placed_everywhere(atlas, place, weight), active)
    draft.method = {
        "measure": measure_name,
        "seed": seed,
        "tolerance_bp": round(tolerance * 10_000),
        "per_org_unit": per_org_unit,
        "regions": [quality for _, quality in parts],
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
    weights = np.array([region_network(atlas, codes, measure).weight.sum() for codes in given.values()])
    extra = largest_remainder(weights, total - len(given))
    return [1 + int(value) for value in extra]


def divide(
    region: Region,
    atlas: Atlas,
    measure: Mapping[str, float],
    settings: Settings,
    active: Alignment | None,
    at: date,
) -> tuple[dict[str, int], dict[str, float], dict[str, object]]:
    """Unit code -> territory id, unit code -> weight, and the quality of the result."""
    network = region_network(atlas, region.codes, measure)
    weight = network.weight if network.weight.sum() > 0 else np.ones(len(network.codes))
    current = current_places(network, region, active)
    problem = engine.Problem(
        x=network.x,
        y=network.y,
        measures=weight,
        territories=region.count,
        edges=network.edges,
        tolerance=settings.tolerance,
        current=current,
    )
    params = engine.Params(
        effort="long" if settings.effort == "long" else "fast",
        disruption=1.0 if settings.keep_current else 0.0,
    )
    result = engine.solve(problem, params, seed=settings.seed)
    ids = territory_ids(region, network, weight, result, atlas, at)
    place = {code: ids[int(spot)] for code, spot in zip(network.codes, result.assignment, strict=True)}
    return place, dict(zip(network.codes, weight.tolist(), strict=True)), quality_of(region, network, result)


def current_places(network: Network, region: Region, active: Alignment | None) -> np.ndarray | None:
    """Where each unit is today, as a position in `region.existing`; -1 for none or beyond the new number."""
    if active is None or not region.existing:
        return None
    spot = {territory.pk: index for index, territory in enumerate(region.existing[: region.count])}
    rows = AlignmentUnit.objects.filter(alignment=active, unit__code__in=network.codes)
    today = {code: spot.get(pk, -1) for code, pk in rows.values_list("unit__code", "territory_id")}
    return np.array([today.get(code, -1) for code in network.codes], dtype=np.int32)


def territory_ids(
    region: Region, network: Network, weight: np.ndarray, result: engine.Result, atlas: Atlas, at: date
) -> list[int]:
    """The territories of the org unit keep their place; missing ones are made, named after their heaviest city."""
    ids = [territory.pk for territory in region.existing[: region.count]]
    taken = set(Territory.objects.filter(org_unit=region.org_unit).values_list("code", flat=True))
    names = {territory.name for territory in region.existing}
    for spot in range(len(ids), region.count):
        members = list(np.flatnonzero(result.assignment == spot))
        name = free_name(main_place([network.codes[i] for i in members], weight[members], atlas), names)
        number = next(n for n in range(1, 10_000) if f"{region.org_unit.code}-{n:02d}" not in taken)
        code = f"{region.org_unit.code}-{number:02d}"
        made = Territory.objects.create(code=code, name=name, org_unit=region.org_unit, valid_from=at)
        names.add(name)
        taken.add(code)
        ids.append(made.pk)
    return ids


def main_place(codes: Sequence[str], weight: np.ndarray, atlas: Atlas) -> str:
    """The city (or, inside one city, the county) with the largest part of a territory's weight."""
    by_city: dict[str, float] = {}
    for code, value in zip(codes, weight.tolist(), strict=True):
        unit = atlas.units[code]
        city = unit.city or unit.name
        by_city[city] = by_city.get(city, 0.0) + value + 1e-9
    return short_name(max(sorted(by_city), key=lambda city: by_city[city])) if by_city else "新区域"


def free_name(place: str, names: set[str]) -> str:
    """`苏州片区`, `苏州片区2`, … (`Seattle`, `Seattle 2`, …): a name no territory of the region has."""
    stem, gap = (place, " ") if place.isascii() else (f"{place}片区", "")
    return next(n for n in (f"{stem}{gap}{k}" if k > 1 else stem for k in range(1, 10_000)) if n not in names)


def quality_of(region: Region, network: Network, result: engine.Result) -> dict[str, object]:
    """What the engine says about its result, in integers (basis points)."""
    return {
        "org_unit": region.org_unit.code,
        "name": region.org_unit.name,
        "territories": region.count,
        "units": len(network.codes),
        "deviation_bp": round(float(result.deviation.max()) * 10_000),
        "within_tolerance": result.is_within_tolerance,
        "contiguous": result.contiguous,
        "objective_km2": round(result.objective),
        "lower_bound_km2": round(result.lower_bound),
        "gap_bp": round(result.gap * 10_000),
        "moved_weight": round(result.moved_weight),
        "reasons": [
            {"code": reason.code, "unit": network.codes[reason.unit] if reason.unit is not None else ""}
            for reason in result.reasons
        ],
    }


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
