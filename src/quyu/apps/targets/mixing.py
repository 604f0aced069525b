"""Raising the share of strategic products inside a region while every total around it stays.

Only the mix moves: each territory keeps its amount in each month, its other products hand the missing
amount over to the strategic ones. First the engine spreads the missing amount over the territory-months
in proportion to what their other products can give; then it spreads both sides of every one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.dimension import PRODUCT
from quyu.kernel.deferred import deferred
from quyu.kernel.measure import say_value
from quyu.kernel.rate import format_bp, ratio_bp
from quyu.kernel.refusal import Refusal

if TYPE_CHECKING:
    from quyu.engine import allocation
else:
    allocation = deferred("quyu.engine.allocation")

STRATEGIC, OTHER = "*strategic", "*other"
"""The two groups between the root of the products and the lines; no product may have such a code."""


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


def raise_share(
    axes: Axes, cells: Cells, locked: Mask, strategic: Mask, *, region: str, at_least_bp: int
) -> Cells:
    """The cells with the strategic share of a region at least so high, exactly; unchanged where it is. Raises ShareOutOfReach."""
    node = Node(region, axes.root.period)
    places = np.arange(axes.size, dtype=np.int64)[axes.block(node)]
    part = _Part(axes, places, cells[places], locked[places], strategic[places])
    whole, now = int(part.cells.sum()), int(part.cells[part.strategic].sum())
    missing = -(-whole * at_least_bp // 10_000) - now
    if missing <= 0:
        return cells
    if int(part.capacity.sum()) < missing:
        reachable = ratio_bp(now + int(part.capacity.sum()), whole) or 0
        raise ShareOutOfReach(axes.label(node), at_least_bp, reachable, missing - int(part.capacity.sum()))
    after = cells.copy()
    after[places] = part.moved(part.given(missing))
    return after


class _Part:
    """The cells below one region, gathered by all dimensions but the product: the rows between which nothing moves."""

    def __init__(self, axes: Axes, places: Cells, cells: Cells, locked: Mask, strategic: Mask) -> None:
        self.axes, self.cells, self.locked, self.strategic = axes, cells, locked, strategic
        self.coordinates = axes.coordinates[places]
        self.product = axes.number_of[PRODUCT]
        beside = np.delete(self.coordinates, self.product, axis=1)
        rows, row_of = np.unique(beside, axis=0, return_inverse=True)
        self.rows: NDArray[np.int32] = rows.astype(np.int32)
        self.row_of = row_of.reshape(-1)
        self.capacity = self._capacity()

    def _capacity(self) -> Cells:
        """What the free other products of each row can give; nothing where no strategic cell is free."""
        gives, takes = ~self.locked & ~self.strategic, ~self.locked & self.strategic
        found = self._by_row(np.where(gives, np.clip(self.cells, 0, None), 0))
        can_take = self._by_row(takes.astype(np.int64)) > 0
        return np.where(can_take, found, 0)

    def _by_row(self, values: Cells) -> Cells:
        found = np.zeros(len(self.rows), np.int64)
        np.add.at(found, self.row_of, values)
        return found

    def given(self, missing: int) -> Cells:
        """How much each row moves from its other products to the strategic ones."""
        dimensions = tuple(
            allocation.Dimension(d.code, d.tree.parents)
            for number, d in enumerate(self.axes.dimensions)
            if number != self.product
        )
        problem = allocation.Problem(
            dimensions, self.rows, self.capacity, upper=self.capacity, totals=(allocation.Total({}, missing),)
        )
        return allocation.solve(problem).values

    def moved(self, given: Cells) -> Cells:
        """The cells after every row has moved what it gives."""
        totals = []
        strategic = self._by_row(np.where(self.strategic, self.cells, 0))
        other = self._by_row(np.where(self.strategic, 0, self.cells))
        beside = [d for number, d in enumerate(self.axes.dimensions) if number != self.product]
        for row in np.flatnonzero(given).tolist():
            at = {d.code: d.leaves[leaf] for d, leaf in zip(beside, self.rows[row].tolist(), strict=True)}
            more = int(given[row])
            totals.append(allocation.Total(at | {PRODUCT: STRATEGIC}, int(strategic[row]) + more))
            totals.append(allocation.Total(at | {PRODUCT: OTHER}, int(other[row]) - more))
        problem = allocation.Problem(
            tuple(self._dimensions()),
            self._coordinates(),
            np.clip(self.cells, 0, None),
            lower=np.minimum(self.cells, 0),
            locked=self.locked,
            value=self.cells,
            totals=tuple(totals),
        )
        return allocation.solve(problem).values

    def _groups(self) -> dict[str, str | None]:
        """All products > strategic and other > the leaves of the product dimension."""
        root = self.axes.product.root
        flagged = {self.axes.lines[leaf] for leaf in self.coordinates[self.strategic, self.product].tolist()}
        parents: dict[str, str | None] = {root: None}
        if flagged:
            parents |= {STRATEGIC: root} | {code: STRATEGIC for code in self.axes.lines if code in flagged}
        rest = [code for code in self.axes.lines if code not in flagged]
        return parents | ({OTHER: root} | dict.fromkeys(rest, OTHER) if rest else {})

    def _dimensions(self) -> list[allocation.Dimension]:
        groups = self._groups()
        return [
            allocation.Dimension(d.code, groups if number == self.product else d.tree.parents)
            for number, d in enumerate(self.axes.dimensions)
        ]

    def _coordinates(self) -> NDArray[np.int32]:
        """The coordinates with the products numbered as the engine numbers the leaves of the grouped tree."""
        leaves = allocation.Dimension(PRODUCT, self._groups()).leaves
        number = {code: place for place, code in enumerate(leaves)}
        again = np.array([number[code] for code in self.axes.lines], np.int32)
        found = self.coordinates.copy()
        found[:, self.product] = again[found[:, self.product]]
        return found
