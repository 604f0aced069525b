"""The units of one region as the alignment engine wants them: positions, measure, neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.choices import UnitPart
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.geography.projection import to_plane


@dataclass(frozen=True)
class Atlas:
    """All units of the site, and which part each plays when `level` divides the map.

    `base_of` names the base unit a finer unit lies in.
    """

    units: Mapping[str, BasicUnit]
    part: Mapping[str, UnitPart]
    base_of: Mapping[str, str]
    base_below: Mapping[str, tuple[str, ...]]

    def weight_of(self, code: str, measure: Mapping[str, float]) -> float:
        """A unit's own measure; negative sums (more returned than sold) weigh nothing."""
        return max(float(measure.get(code, 0.0)), 0.0)


@dataclass(frozen=True)
class Network:
    """Nodes of one region in a fixed order, with arrays in that order; `columns` by measure."""

    codes: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]]
    edges: NDArray[np.int32]


def read_atlas(level: str) -> Atlas:
    """Who lies in whom, for one level of base units."""
    units = {unit.code: unit for unit in BasicUnit.objects.order_by("code")}
    base = set(geography.division(level).values_list("code", flat=True))
    part: dict[str, UnitPart] = {}
    base_of: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    for code, unit in units.items():
        chain = ancestors(unit, units)
        inside = next((above for above in chain if above in base), None)
        if code in base:
            part[code] = UnitPart.BASE
            for above in chain:
                below.setdefault(above, []).append(code)
        elif inside is not None:
            part[code], base_of[code] = UnitPart.FINER, inside
        else:
            part[code] = UnitPart.COARSER
    return Atlas(units, part, base_of, {code: tuple(codes) for code, codes in below.items()})


def ancestors(unit: BasicUnit, units: Mapping[str, BasicUnit]) -> list[str]:
    """The codes of the units above, nearest first."""
    found: list[str] = []
    while unit.parent_code in units and unit.parent_code not in found:
        found.append(unit.parent_code)
        unit = units[unit.parent_code]
    return found


def region_network(
    atlas: Atlas, base_codes: Sequence[str], values: Mapping[str, Mapping[str, float]]
) -> Network:
    """Base units, and the coarser units that weigh something, joined to the base units inside them.

    `values`: measure -> unit code -> value.
    """
    chosen = set(base_codes)
    coarser = {
        code: [b for b in below if b in chosen]
        for code, below in atlas.base_below.items()
        if atlas.part[code] == UnitPart.COARSER
        and any(atlas.weight_of(code, own) > 0 for own in values.values())
    }
    coarser = {code: below for code, below in coarser.items() if below and belongs(code, below, atlas)}
    codes = (*sorted(chosen), *sorted(coarser))
    columns = {measure: column(atlas, codes, chosen, own) for measure, own in values.items()}
    units = [atlas.units[code] for code in codes]
    plane = positions(units, atlas)
    spot = {code: index for index, code in enumerate(codes)}
    inside = [(spot[b], spot[code]) for code, below in coarser.items() for b in below]
    edges = np.array(inside + sibling_edges(units), dtype=np.int32).reshape(-1, 2)
    edges = np.vstack([geography.adjacency([u.pk for u in units]), edges]).astype(np.int32)
    return Network(codes, plane[:, 0], plane[:, 1], columns, edges)


def column(
    atlas: Atlas, codes: Sequence[str], base: set[str], values: Mapping[str, float]
) -> NDArray[np.float64]:
    """One measure of the nodes of a region; finer units count with the base unit they lie in."""
    weight = {code: atlas.weight_of(code, values) for code in codes}
    for finer, above in atlas.base_of.items():
        if above in base:
            weight[above] += atlas.weight_of(finer, values)
    return np.array([weight[code] for code in codes], dtype=np.float64)


def positions(units: Sequence[BasicUnit], atlas: Atlas) -> NDArray[np.float64]:
    """Km on the plane; a unit without boundary stands where its city stands, NaN when that is unknown too."""
    known = [u if u.longitude is not None else atlas.units.get(u.parent_code, u) for u in units]
    nan = float("nan")
    longitude = np.array([nan if u.longitude is None else u.longitude for u in known])
    latitude = np.array([nan if u.latitude is None else u.latitude for u in known])
    return to_plane(longitude, latitude)


def sibling_edges(units: Sequence[BasicUnit]) -> list[tuple[int, int]]:
    """A unit without boundary counts as a neighbour of the units of the same city."""
    bare = [index for index, unit in enumerate(units) if unit.longitude is None and unit.parent_code]
    return [
        (bare_one, index)
        for bare_one in bare
        for index, unit in enumerate(units)
        if index != bare_one and unit.parent_code == units[bare_one].parent_code
    ]


def belongs(code: str, below_here: Sequence[str], atlas: Atlas) -> bool:
    """A coarser unit cut by a region border belongs to the region with most of its base units."""
    return 2 * len(below_here) > len(atlas.base_below[code]) or len(below_here) == len(atlas.base_below[code])


def placed_everywhere(atlas: Atlas, place: Mapping[str, int], weight: Mapping[str, float]) -> dict[str, int]:
    """Extend the engine's answer (base units and weighty coarser ones) to all units, finer and coarser.

    A finer unit follows the base unit it lies in. A coarser unit that weighs nothing follows the territory
    that holds the heaviest part of it (then most units, then the lower number).
    """
    found = dict(place)
    for finer, base in atlas.base_of.items():
        if base in place:
            found[finer] = place[base]
    for code, below in atlas.base_below.items():
        if code in found or atlas.part[code] != UnitPart.COARSER:
            continue
        shares: dict[int, tuple[float, int]] = {}
        for base in below:
            if base in place:
                total, count = shares.get(place[base], (0.0, 0))
                shares[place[base]] = (total + weight.get(base, 0.0), count + 1)
        if shares:
            found[code] = min(shares, key=lambda t: (-shares[t][0], -shares[t][1], t))
    return found
