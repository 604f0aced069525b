"""Two versions side by side: nodes of one level with both values, their difference, and who moved them.

`left` is the version one is in, `right` the other, placed on the cells of the first by codes. Against
the state from which both started, a node is moved by the one, the other, or both; where both moved the
same cell to different values, that is a conflict.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Mask, Node
from quyu.apps.targets.dimension import PERIOD, PRODUCT, REGION, Dimension
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.ancestry import Ancestor, ancestor_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.sums import Sums, leaf_sums, node_sums, placed
from quyu.kernel.refusal import Refusal

SAME, LEFT, RIGHT, BOTH, CONFLICT = range(5)


class NotComparable(Refusal):
    """The versions are not about the same thing."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            "not_comparable",
            "“{left}”与“{right}”的年度、指标或维度不同，无法逐格比较。",
            left=left,
            right=right,
        )


@dataclass(frozen=True)
class Sides:
    """The cells of two versions and of the state both started from, on the axes of the first."""

    axes: Axes
    left: Cells
    right: Cells
    ancestor: Ancestor | None
    start: Cells | None

    @cached_property
    def by_left(self) -> Mask:
        """Cells that the left moved; without a common state every difference is both sides' doing."""
        return np.asarray(self.left != (self.right if self.start is None else self.start))

    @cached_property
    def by_right(self) -> Mask:
        return np.asarray(self.right != (self.left if self.start is None else self.start))

    @cached_property
    def conflicts(self) -> Mask:
        """Cells that both moved, to different values."""
        return np.asarray(self.by_left & self.by_right & (self.left != self.right))


def sides(left: PlanVersion, right: PlanVersion) -> Sides:
    """Both versions and where they parted. Raises NotComparable."""
    mine, theirs = Axes.from_json(left.axes), Axes.from_json(right.axes)
    same = [d.code for d in mine.dimensions] == [d.code for d in theirs.dimensions]
    if not same or (left.plan.year, left.plan.measure) != (right.plan.year, right.plan.measure):
        raise NotComparable(str(left), str(right))
    ancestor = ancestor_of(left, right)
    start = None
    if ancestor is not None:
        start = placed(mine, Axes.from_json(ancestor.version.axes), ancestor.cells)
    return Sides(mine, store.load(left), placed(mine, theirs, store.load(right)), ancestor, start)


@dataclass(frozen=True)
class Level:
    """Which nodes a table shows: regions of a depth below one, periods and products of a depth."""

    under: str
    region: int
    period: int = 0
    product: int = 0


@dataclass(frozen=True)
class Difference:
    """A node with both values in the measure's unit; `moved_by` is one of SAME, LEFT, RIGHT, BOTH, CONFLICT."""

    node: Node
    region: str
    period: str
    product: str
    left: int
    right: int
    moved_by: int
    conflicts: int

    @property
    def delta(self) -> int:
        return self.right - self.left


class Differences:
    """The rows of a table, made when asked for; in the order of the trees."""

    def __init__(self, found: Sides, level: Level, reach: Reach, *, only_differing: bool) -> None:
        self._axes = axes = found.axes
        self._shown = [
            np.array(_regions(axes, level, reach), np.int64),
            _at_depth(axes.period, level.period),
            _at_depth(axes.product, level.product),
        ]
        self._left, self._right = self._table(found.left), self._table(found.right)
        self._counts = [self._table(mask) for mask in (found.by_left, found.by_right, found.conflicts)]
        differs = self._table(found.left != found.right) > 0
        self._rows = np.argwhere(differs if only_differing else np.ones_like(differs))
        self.differing = int(differs.sum())
        self.left_total, self.right_total = int(self._left.sum()), int(self._right.sum())
        self.conflict_cells = int(self._counts[2].sum())

    def _table(self, cells: Cells | Mask) -> Sums:
        """(regions, periods, products) on show."""
        table = leaf_sums(self._axes, cells, (REGION, PERIOD, PRODUCT))
        for axis, dimension in enumerate(self._axes.dimensions[:3]):
            table = node_sums(dimension, table, axis).take(self._shown[axis], axis)
        return table

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: slice) -> list[Difference]:
        return [self._row(row) for row in self._rows[index]]

    def _row(self, place: Sums) -> Difference:
        axes, at = self._axes, tuple(place)
        codes = [
            dimension.nodes[int(self._shown[axis][at[axis]])]
            for axis, dimension in enumerate(axes.dimensions[:3])
        ]
        node = axes.node([*codes, *(dimension.root for dimension in axes.others)])
        by_left, by_right, conflicts = (int(table[at]) for table in self._counts)
        moved_by = CONFLICT if conflicts else (LEFT * (by_left > 0) + RIGHT * (by_right > 0))
        return Difference(
            node=node,
            region=axes.name(node.region),
            period=axes.period.label(node.period),
            product=axes.line_name(node.product_line) if node.product_line else "",
            left=int(self._left[at]),
            right=int(self._right[at]),
            moved_by=moved_by,
            conflicts=conflicts,
        )


def _regions(axes: Axes, level: Level, reach: Reach) -> list[int]:
    """Places of the region nodes of a depth below one; a leaf above that depth stands for itself."""
    below = set(axes.tree.preorder(level.under))
    return [
        place
        for place, code in enumerate(axes.regions)
        if code in below
        and (
            axes.depths[code] == level.region
            or (axes.depths[code] < level.region and axes.tree.is_leaf(code))
        )
        and reach.covers(axes, code)
    ]


def _at_depth(dimension: Dimension, depth: int) -> Sums:
    """Places of the nodes of a depth; leaves above it stand for themselves."""
    found = [
        place
        for place, code in enumerate(dimension.nodes)
        if dimension.depths[code] == depth
        or (dimension.depths[code] < depth and dimension.tree.is_leaf(code))
    ]
    return np.array(found, np.int64)
