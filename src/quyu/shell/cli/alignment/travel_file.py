"""Times or distances on the road in place of straight lines: travel.csv with from, to and minutes or km."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from quyu.engine.alignment import InvalidProblem, travel
from quyu.shell.cli.alignment.places import Places
from quyu.shell.cli.alignment.seat_file import Seats
from quyu.shell.cli.alignment.table import read_table
from quyu.shell.cli.alignment.unit_files import Units
from quyu.shell.cli.allocation.bad_input import BadInput
from quyu.shell.cli.language import _

SHOWN = 3


@dataclass(frozen=True, eq=False)
class Ways:
    """The network of known ways, what it is counted in, and what had to be estimated."""

    network: csr_matrix
    counted_in: str
    notes: tuple[str, ...]


def read_ways(path: Path, units: Units, edges: NDArray[np.int32] | None) -> Ways:
    """The ways of a file; neighbours it leaves out are estimated by straight line where their places are known."""
    table = read_table(path, ("from", "to"))
    counted = next((name for name in ("minutes", "km") if name in table.columns), None)
    if counted is None:
        raise BadInput(
            "no_travel", "{file} 要有 minutes（分钟）或 km（千米）列。请检查表头。", file=path.name
        )
    advice = _("单元表里没有这个编号，请更正或删去这一行。")
    pairs = np.column_stack([table.rows_of(column, units.index, advice) for column in ("from", "to")])
    cost = table.numbers(counted, blank=None, least=0.0)
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, cost = pairs[apart], cost[apart]
    if not len(pairs):
        raise BadInput("no_travel_rows", "{file} 没有两个不同单元之间的时间或里程。", file=path.name)
    more, guessed, notes = _missing(path, units, edges, pairs, cost)
    network = travel.network(len(units.ids), np.vstack([pairs, more]), np.r_[cost, guessed])
    return Ways(network, counted, notes)


def _missing(
    path: Path,
    units: Units,
    edges: NDArray[np.int32] | None,
    pairs: NDArray[np.int64],
    cost: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], tuple[str, ...]]:
    """Neighbours without a known way, the ways guessed for them, and what is said of them."""
    nothing = np.empty((0, 2), dtype=np.int64), np.empty(0)
    if edges is None or not len(edges):
        return *nothing, ()
    count = len(units.ids)
    known = set((pairs.min(axis=1) * count + pairs.max(axis=1)).tolist())
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    left = np.asarray([key not in known for key in (low * count + high).tolist()]) & (low != high)
    if not left.any():
        return *nothing, ()
    line, given = _straight(units.places, edges), _straight(units.places, pairs)
    usable = np.isfinite(given) & (given > 0)
    ratio = float(np.median(cost[usable] / given[usable])) if usable.any() else np.nan
    guessed = left & np.isfinite(line * ratio)
    names = [f"{units.ids[a]}–{units.ids[b]}" for a, b in edges[left][:SHOWN].tolist()]
    template = (
        _("{file} 没有 {count} 对相邻单元（如 {pairs}），按直线距离估计")
        if guessed.sum() == left.sum()
        else _("{file} 没有 {count} 对相邻单元（如 {pairs}），没有坐标的按绕行计算，其余按直线距离估计")
    )
    said = template.format(file=path.name, count=int(left.sum()), pairs=_("、").join(names))
    return edges[guessed].astype(np.int64), (line * ratio)[guessed], (said,)


def _straight(places: Places, pairs: NDArray[np.integer]) -> NDArray[np.float64]:
    """Straight lines, km; NaN where a place is unknown."""
    a, b = pairs[:, 0], pairs[:, 1]
    found: NDArray[np.float64] = np.hypot(places.x[a] - places.x[b], places.y[a] - places.y[b])
    return found


def on_the_road(units: Units, ways: Ways) -> Places:
    """The units where distances are about the ways."""
    try:
        x, y = travel.plane(ways.network)
    except InvalidProblem as refusal:
        names = {key: units.ids[int(str(refusal.numbers[key]))] for key in ("unit", "other")}
        raise BadInput(refusal.code, refusal.template, **{**refusal.numbers, **names}) from None
    return replace(units.places, x=x, y=y, notes=(*units.places.notes, *ways.notes))


def seats_on_the_road(seats: Seats, units: Places, placed: Places) -> Seats:
    """Homes where the nearest unit is; unknown where no unit has a position."""
    known = np.flatnonzero(np.isfinite(units.x))
    found = []
    for seat in seats.seats:
        x, y = seat.x, seat.y
        if np.isfinite(x):
            far = (units.x[known] - x) ** 2 + (units.y[known] - y) ** 2
            near = int(known[np.argmin(far)]) if len(known) else -1
            x, y = (float(placed.x[near]), float(placed.y[near])) if near >= 0 else (np.nan, np.nan)
        found.append(replace(seat, x=x, y=y))
    return replace(seats, seats=tuple(found))
