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
POSITION = ("x", "y", "lon", "lat")


@dataclass(frozen=True, eq=False)
class Places:
    """Positions in km, NaN where unknown; `around` is the middle of the projection, None for x, y."""

    x: Floats
    y: Floats
    around: tuple[float, float] | None = None


def read_places(table: Table, beside: Places | None = None) -> Places:
    """The positions of a table; `beside` are those of the units, whose plane the seats have to share."""
    for first, second, most in (("x", "y", math.inf), ("lon", "lat", 180.0)):
        if first in table.columns and second in table.columns:
            a = table.numbers(first, blank=math.nan, least=-most, most=most)
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
                return Places(a, b)
            around = middle(a, b) if beside is None or beside.around is None else beside.around
            return Places(*equal_area_km(a, b, around=around), around=around)
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
