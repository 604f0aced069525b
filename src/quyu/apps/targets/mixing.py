"""Raising the share of strategic products inside a region while every total around it stays.

Only the mix moves: each territory keeps its amount in each month, its other products hand the missing
amount over to the strategic ones. First the missing amount is shared out over the territory-months in
proportion to what their other products can give; then over the products on both sides of each. All by
largest remainders, so nothing is lost and nobody gives more than he has.
"""

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.dimension import PRODUCT
from quyu.kernel.measure import say_value
from quyu.kernel.rate import BP, format_bp, ratio_bp
from quyu.kernel.refusal import Refusal
from quyu.kernel.rounding import largest_remainder


class ShareOutOfReach(Refusal):
    """Locks, or strategic products that are missing, leave too little to hand over."""

    def __init__(self, label: str, wanted_bp: int, reachable_bp: int, missing: int) -> None:
        super().__init__(
            "share_out_of_reach",
            "“{label}”的战略产品占比最多能到 {reachable}，达不到 {wanted}（还差 {missing}）："
            "其余产品已锁定，或没有战略产品。请先解锁，或提高战略产品的目标。",
            label=label,
            reachable=format_bp(reachable_bp),
            wanted=format_bp(wanted_bp),
            missing=say_value(missing, "fen"),
        )


def share_needed(whole: int, at_least_bp: int) -> int:
    """The smallest part that is at least so many basis points of the whole."""
    return -(-whole * at_least_bp // BP)


def raise_share(
    axes: Axes, cells: Cells, locked: Mask, strategic: Mask, *, region: str, at_least_bp: int
) -> Cells:
    """The cells with the strategic share of a region at least so high, exactly; unchanged where it is. Raises ShareOutOfReach."""
    node = Node(region, axes.root.period)
    places = np.arange(axes.size, dtype=np.int64)[axes.block(node)]
    inside, is_strategic = cells[places], strategic[places]
    whole, now = int(inside.sum()), int(inside[is_strategic].sum())
    missing = share_needed(whole, at_least_bp) - now
    if missing <= 0:
        return cells
    gives, takes = ~locked[places] & ~is_strategic, ~locked[places] & is_strategic
    rows = _rows(axes, places)
    capacity = _capacity(rows, inside, gives, takes)
    most = int(capacity.sum())
    if most < missing:
        reachable = ratio_bp(now + most, whole) or 0
        raise ShareOutOfReach(axes.label(node), at_least_bp, reachable, missing - most)
    after = cells.copy()
    after[places] += _moved(rows, inside, gives, takes, largest_remainder(capacity, missing))
    return after


def _rows(axes: Axes, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers the cells by all dimensions but the product: nothing moves between these rows."""
    keys = np.zeros(places.size, np.int64)
    for dimension in axes.dimensions:
        if dimension.code != PRODUCT:
            keys = keys * len(dimension.leaves) + axes.coordinate(dimension.code, places)
    found: NDArray[np.int64] = np.unique(keys, return_inverse=True)[1].reshape(-1)
    return found


def _capacity(rows: NDArray[np.int64], cells: Cells, gives: Mask, takes: Mask) -> Cells:
    """What the free other products of each row can give; nothing where no strategic cell is free."""
    capacity = np.zeros(int(rows.max()) + 1, np.int64)
    np.add.at(capacity, rows, np.where(gives, np.clip(cells, 0, None), 0))
    can_take = np.bincount(rows[takes], minlength=capacity.size) > 0
    return np.where(can_take, capacity, 0)


def _moved(rows: NDArray[np.int64], cells: Cells, gives: Mask, takes: Mask, given: Cells) -> Cells:
    """What each cell gains or hands over when every row moves its part, in proportion to what the cells are now."""
    order = np.argsort(rows, kind="stable")
    ends = np.searchsorted(rows[order], np.arange(given.size + 1))
    weights, change = np.clip(cells, 0, None), np.zeros_like(cells)
    for row in np.flatnonzero(given).tolist():
        inside = order[ends[row] : ends[row + 1]]
        for chosen, sign in ((takes, 1), (gives, -1)):
            some = inside[chosen[inside]]
            change[some] = sign * largest_remainder(weights[some], int(given[row]))
    return change
