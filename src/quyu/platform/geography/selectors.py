"""Reads about units: placing, neighbours, complete divisions of the country, drawn boundaries."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Count, F, Max, Q, QuerySet
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred
from quyu.platform.geography.china import SOURCE, national_lines
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit, MarketFigure, UnitBoundary, UnitNeighbour
from quyu.platform.geography.placing import Gazetteer, Place
from quyu.platform.geography.projection import RADIUS_KM

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

FEW = 400
"""Up to so many units the database picks their neighbours; for more it is faster to read all."""


@dataclass(frozen=True)
class Outline:
    """GeoJSON geometry text, and longitude and latitude of a point inside for a label."""

    geometry: str
    label_at: tuple[float, float]


def gazetteer() -> Gazetteer:
    """The names of all units; build it once and place many."""
    return Gazetteer(
        BasicUnit.objects.order_by("code").values_list("code", "name", "level", "parent_code", "city")
    )


def place_many(places: Sequence[Place]) -> list[str | None]:
    """Unit code or None for each (province, city, county, address)."""
    return gazetteer().place_many(places)


def place(
    *,
    province: str | None = None,
    city: str | None = None,
    county: str | None = None,
    address: str | None = None,
) -> BasicUnit | None:
    """The finest unit that is certain from what is given; None when nothing is recognised."""
    code = gazetteer().place((province, city, county, address))
    return BasicUnit.objects.get(code=code) if code else None


def division(level: str) -> QuerySet[BasicUnit]:
    """All units of a level that are not retired, so that together they are the whole country, each place once.

    Municipalities stand in for a city, and counties governed by a province directly do too.
    """
    units = BasicUnit.objects.filter(retired_on=None)
    if level == UnitLevel.PROVINCE:
        return units.filter(parent_code="").exclude(level=UnitLevel.OTHER)
    if level == UnitLevel.CITY:
        return units.filter(city=F("name"))
    return units.filter(level=level)


def codes_within(codes: Iterable[str], *, level: str) -> list[str]:
    """The units of a level that are, or lie inside, the given units (a province gives its counties)."""
    wanted = set(codes)
    middle = BasicUnit.objects.filter(parent_code__in=wanted).values("code")
    inside = Q(code__in=wanted) | Q(parent_code__in=wanted) | Q(parent_code__in=middle)
    return list(division(level).filter(inside).order_by("code").values_list("code", flat=True))


def adjacency(unit_ids: Sequence[int]) -> NDArray[np.int32]:
    """Neighbour pairs as positions in `unit_ids` (k x 2), each once, sorted."""
    ids = np.asarray(unit_ids, dtype=np.int64)
    if not len(ids):
        return np.empty((0, 2), dtype=np.int32)
    known = UnitNeighbour.objects.order_by("left_id", "right_id")
    near = known.filter(left__in=ids.tolist()) if len(ids) < FEW else known
    pairs = np.array(list(near.values_list("left_id", "right_id")), dtype=np.int64).reshape(-1, 2)
    order = np.argsort(ids, kind="stable")
    spots = np.minimum(np.searchsorted(ids[order], pairs), len(ids) - 1)
    positions = order[spots]
    both = (ids[positions] == pairs).all(axis=1)
    edges = np.sort(positions[both], axis=1)
    return np.unique(edges, axis=0).astype(np.int32).reshape(-1, 2)


def boundaries_tag(unit_ids: Collection[int]) -> str:
    """Changes whenever the drawn boundaries of these units change; for ETags."""
    stamp = UnitBoundary.objects.aggregate(count=Count("pk"), last=Max("pk"), source=Max("source"))
    return hashlib.sha256(repr((sorted(unit_ids), sorted(stamp.items()))).encode()).hexdigest()[:24]


def boundaries_geojson(unit_ids: Collection[int]) -> str:
    """A FeatureCollection of the drawn boundaries with their `code`; units without boundary are absent."""
    rows = UnitBoundary.objects.filter(unit_id__in=set(unit_ids))
    features = [
        f'{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{geometry}}}'
        for code, geometry in rows.order_by("unit__code").values_list("unit__code", "geometry")
    ]
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"


def areas_km2(unit_ids: Collection[int]) -> dict[int, float]:
    """The area of each unit by its drawn boundary; units without one are absent.

    Lambert's cylindrical equal-area projection (Snyder 1987, 10-1, 10-2).
    """
    rows = list(
        UnitBoundary.objects.filter(unit_id__in=set(unit_ids))
        .order_by("unit_id")
        .values_list("unit_id", "geometry")
    )
    shapes = shapely.from_geojson([geometry for _, geometry in rows])

    def flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))]) * RADIUS_KM

    areas = shapely.area(shapely.transform(shapes, flat))
    return {unit: float(area) for (unit, _), area in zip(rows, areas, strict=True)}


def backdrop_geojson() -> str:
    """The whole country below every map: all provinces, and the package's lines without a unit (`line`)."""
    provinces = UnitBoundary.objects.filter(unit__in=division(UnitLevel.PROVINCE)).order_by("unit__code")
    own = provinces.filter(source=SOURCE).exists()
    shapes = [(geometry, "false") for geometry in provinces.values_list("geometry", flat=True)]
    shapes += [(text, "true") for text in national_lines() if own]
    features = [
        f'{{"type":"Feature","properties":{{"line":{is_line}}},"geometry":{text}}}'
        for text, is_line in shapes
    ]
    return '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"


def outlines(groups: Mapping[str, Sequence[int]]) -> dict[str, Outline]:
    """The outline of each group of units and a point inside its largest piece; groups without boundary are absent."""
    wanted = {unit: key for key, units in groups.items() for unit in units}
    rows = (
        UnitBoundary.objects.filter(unit_id__in=wanted).order_by("unit_id").values_list("unit_id", "geometry")
    )
    known = list(rows)
    shapes = shapely.from_geojson([geometry for _, geometry in known])
    members: dict[str, list[int]] = {}
    for index, (unit, _) in enumerate(known):
        members.setdefault(wanted[unit], []).append(index)
    found = {}
    for key, spots in members.items():
        union = shapely.coverage_union_all(shapes[spots])
        outline = union if union.is_valid else shapely.union_all(shapely.buffer(shapes[spots], 0))
        largest = max(shapely.get_parts(outline), key=lambda part: part.area)
        point = shapely.point_on_surface(largest)
        found[key] = Outline(str(shapely.to_geojson(outline)), (round(point.x, 3), round(point.y, 3)))
    return found


def market_figures(measure: str, at: date) -> dict[str, int]:
    """The latest value of a measure on or before a day, by code of the units that are not retired on it.

    Fen for money, thousandths for counts.
    """
    rows = MarketFigure.objects.filter(measure=measure, as_of__lte=at).order_by("as_of")
    rows = rows.filter(Q(unit__retired_on=None) | Q(unit__retired_on__gt=at))
    return dict(rows.values_list("unit__code", "value"))
