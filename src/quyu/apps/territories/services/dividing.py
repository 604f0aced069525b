"""One region as a problem of the alignment engine, and the engine's answer as territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _

from quyu.apps.territories.measures import Measure
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.criteria import known_measures
from quyu.apps.territories.services.criteria import Criteria, Floats, matrix
from quyu.apps.territories.services.network import Atlas, Network, region_network
from quyu.kernel.deferred import deferred
from quyu.platform.geography.names import short_name
from quyu.platform.people.models import OrgUnit

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

Values = Mapping[str, Mapping[str, float]]
"""Measure -> unit code -> value."""


@dataclass(frozen=True)
class Region:
    """One org unit, the base units it answers for, and how many territories they become."""

    org_unit: OrgUnit
    codes: tuple[str, ...]
    count: int
    existing: tuple[Territory, ...]


@dataclass(frozen=True)
class Settings:
    """How the proposal is made; kept with the alignment.

    disruption: what a moved unit costs, as a multiple of the mean squared distance (0: today's plan is ignored).
    max_moved: largest part of the first measure that may change hands.
    """

    level: str
    criteria: Criteria
    disruption: float
    max_moved: float | None
    effort: str
    seed: int


@dataclass(frozen=True)
class Divided:
    """Unit code -> territory id; what each unit weighed by each measure; the quality of the result."""

    place: dict[str, int]
    codes: tuple[str, ...]
    weights: Floats
    quality: dict[str, object]


def divide(
    region: Region, atlas: Atlas, values: Values, settings: Settings, active: Alignment | None, at: date
) -> Divided:
    """Ask the engine and give its territories names and numbers."""
    network, problem = problem_of(region, atlas, values, settings, active)
    params = engine.Params(
        effort="long" if settings.effort == "long" else "fast", disruption=settings.disruption
    )
    result = engine.solve(problem, params, seed=settings.seed)
    weights = problem.measures
    ids = territory_ids(region, network, weights[:, 0], result, atlas, at)
    place = {code: ids[int(spot)] for code, spot in zip(network.codes, result.assignment, strict=True)}
    return Divided(place, network.codes, weights, quality_of(region, network, result, settings.criteria))


def problem_of(
    region: Region, atlas: Atlas, values: Values, settings: Settings, active: Alignment | None
) -> tuple[Network, engine.Problem]:
    """The units of a region with every measure that is balanced; a first measure without values counts units."""
    network = region_network(atlas, region.codes, values)
    measures = matrix(settings.criteria, network.columns)
    if measures[:, 0].sum() <= 0:
        measures[:, 0] = 1.0
    current = current_places(network, region, active)
    problem = engine.Problem(
        x=network.x,
        y=network.y,
        measures=measures,
        territories=region.count,
        edges=network.edges,
        tolerance=tuple(tolerance / 10_000 for _, tolerance in settings.criteria.columns),
        current=current,
        max_moved=None if current is None else settings.max_moved,
    )
    return network, problem


def current_places(network: Network, region: Region, active: Alignment | None) -> np.ndarray | None:
    """Where each unit is today, as a position in `region.existing`; -1 for none or beyond the new number."""
    if active is None or not region.existing:
        return None
    spot = {territory.pk: index for index, territory in enumerate(region.existing[: region.count])}
    rows = AlignmentUnit.objects.filter(alignment=active, unit__code__in=network.codes)
    today = {code: spot.get(pk, -1) for code, pk in rows.values_list("unit__code", "territory_id")}
    return np.array([today.get(code, -1) for code in network.codes], dtype=np.int32)


def obstacles(
    region: Region, network: Network, problem: engine.Problem, atlas: Atlas, criteria: Criteria
) -> tuple[list[str], list[str]]:
    """Why no plan of this region can meet the wishes, and what will make it hard; each in words."""
    found = engine.check(problem)
    known = known_measures()
    labels = [known[code] for code, _tolerance in criteria.columns]
    impossible = [in_words(one, region, network, atlas, labels) for one in found.impossible]
    return impossible, [in_words(one, region, network, atlas, labels) for one in found.warnings]


def in_words(
    reason: engine.Reason, region: Region, network: Network, atlas: Atlas, labels: Sequence[Measure]
) -> str:
    """A reason of the engine with the names of units, territories and measures instead of their numbers."""
    words: dict[str, object] = dict(reason.numbers)
    for name in ("unit", "other"):
        if isinstance(words.get(name), int):
            words[name] = atlas.units[network.codes[int(str(words[name]))]].name
    if isinstance(words.get("territory"), int):
        spot = int(str(words["territory"]))
        words["territory"] = region.existing[spot].name if spot < len(region.existing) else spot + 1
    if isinstance(words.get("measure"), int):
        words["measure"] = str(labels[int(str(words["measure"])) - 1].label)
    why = _(reason.template).format(**words)
    return _("{name}：{why}").format(name=region.org_unit.name, why=why)


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


def quality_of(
    region: Region, network: Network, result: engine.Result, criteria: Criteria
) -> dict[str, object]:
    """What the engine says about its result, in integers (basis points)."""
    return {
        "org_unit": region.org_unit.code,
        "name": region.org_unit.name,
        "territories": region.count,
        "units": len(network.codes),
        "deviation_bp": round(float(result.deviation.max()) * 10_000),
        "deviations_bp": {
            code: round(float(deviation) * 10_000)
            for (code, _tolerance), deviation in zip(criteria.columns, result.deviation, strict=True)
        },
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
