"""Positions in a table: x, y in km, or lon, lat in degrees, brought to one plane for units and seats."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.alignment import equal_area_km, middle
from quyu.shell.cli.alignment.table import Table
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.language import _

Floats = NDArray[np.float64]
POLE = 90.0
CHINA = ((73.0, 136.0), (3.0, 54.0))
"""Longitudes and latitudes round China, degrees."""
POSITION = ("x", "y", "lon", "lat")


@dataclass(frozen=True, eq=False)
class Places:
    """Positions in km, NaN where unknown; `around` is the middle of the projection, None for x, y.

    notes: what looks odd though it can be used.
    """

    x: Floats
    y: Floats
    around: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


def read_places(table: Table, beside: Places | None = None) -> Places:
    """The positions of a table; `beside` are those of the units, whose plane the seats have to share."""
    for first, second, most in (("x", "y", math.inf), ("lon", "lat", 180.0)):
        if first in table.columns and second in table.columns:
            a = table.numbers(first, blank=math.nan, least=-most, most=most)
            _refuse_swapped(table, first, a)
            b = table.numbers(second, blank=math.nan, least=-most / 2, most=most / 2)
            half = np.flatnonzero(np.isnan(a) != np.isnan(b)).tolist()
            if half:
                column = first if np.isnan(a[half[0]]) else second
                raise table.refuse("half_a_place", column, half, _("坐标要成对：请补上，或两个都留空。"))
            if beside is not None and (first == "lon") != (beside.around is not None):
                raise BadInput(
                    "other_plane",
                    "{file} 的坐标与单元表不是一种：单元表用 {units}，这里也要用 {units}。",
                    file=table.path.name,
                    units="x、y" if beside.around is None else "lon、lat",
                )
            if first == "x":
                return Places(a, b, notes=_degrees_as_km(table, a, b))
            around = middle(a, b) if beside is None or beside.around is None else beside.around
            notes = _likely_swapped(table, a, b)
            return Places(*equal_area_km(a, b, around=around), around=around, notes=notes)
        if (first in table.columns) != (second in table.columns):
            raise BadInput(
                "half_a_place",
                "{file} 只有“{column}”一列坐标，请补上“{other}”列。",
                file=table.path.name,
                column=first if first in table.columns else second,
                other=second if first in table.columns else first,
            )
    blank = np.full(len(table.lines), np.nan)
    return Places(blank, blank.copy(), None if beside is None else beside.around)


def _refuse_swapped(table: Table, first: str, lon: Floats) -> None:
    """Refuse latitudes beyond the pole where the longitudes would do as latitudes."""
    if first != "lon":
        return
    lat = table.numbers("lat", blank=math.nan, least=-180.0, most=180.0)
    beyond = np.flatnonzero(np.abs(lat) > POLE).tolist()
    if beyond and not (np.abs(lon) > POLE).any():
        advice = _("纬度应在 -90 到 90 之间；经度列却都在其中，两列像是填反了，请对调表头 lon 与 lat。")
        raise table.refuse("swapped_places", "lat", beyond, advice)


def _in_china(lon: Floats, lat: Floats) -> bool:
    """Whether all positions are in the box of degrees round China."""
    known = np.isfinite(lon) & np.isfinite(lat)
    (west, east), (south, north) = CHINA
    inside = (lon[known] >= west) & (lon[known] <= east) & (lat[known] >= south) & (lat[known] <= north)
    return bool(known.any() and inside.all())


def _degrees_as_km(table: Table, x: Floats, y: Floats) -> tuple[str, ...]:
    """A note where x, y look like degrees."""
    if not _in_china(x, y):
        return ()
    template = _("{file} 的 x、y 都在中国经纬度的范围里，已按千米计算；如果是度，请把表头改为 lon、lat")
    return (template.format(file=table.path.name),)


def _likely_swapped(table: Table, lon: Floats, lat: Floats) -> tuple[str, ...]:
    """A note where only the places with both columns exchanged are in China."""
    if not _in_china(lat, lon):
        return ()
    template = _("{file} 的 lon、lat 对调后全部落在中国，像是填反了；如果是，请对调表头")
    return (template.format(file=table.path.name),)
