"""The axes of a plan version, frozen on the day it was made: region tree x months x product lines.

Cells form one dense array of shape (leaf regions, months, lines). Regions are kept in preorder, so
the leaves below any node are one slice, a quarter is one slice of months, and a node of the whole
lattice is a block of three slices. `TOTAL_LINE` (the empty code) means all product lines together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.refusal import Refusal
from quyu.kernel.tree import Tree

Cells = NDArray[np.int64]
Mask = NDArray[np.bool_]
Block = tuple[slice, slice, slice]
TOTAL_LINE = ""
TERRITORY = "T:"


class UnknownNode(Refusal):
    """The code names no region, period or product line of this version."""

    def __init__(self, code: str) -> None:
        super().__init__("unknown_node", "目标版本中没有“{node}”。", node=code)


@dataclass(frozen=True)
class Node:
    """One point of the lattice, by codes: region x period x product line ("" = all lines)."""

    region: str
    period: str
    product_line: str = TOTAL_LINE


@dataclass(frozen=True)
class Family:
    """A node, the node above it that has more cells, and the dimension in which it is above."""

    dimension: str
    child: Node
    parent: Node


@dataclass(frozen=True, eq=False)
class Axes:
    """Index maps between codes and places in the cell array."""

    year: int
    tree: Tree
    months: tuple[str, ...]
    lines: tuple[str, ...]
    names: Mapping[str, str]
    line_names: Mapping[str, str]
    owners: Mapping[str, Mapping[str, Any]]

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> "Axes":
        """From the stored form. `order` (preorder) decides, since a database may reorder the keys."""
        regions: Mapping[str, str | None] = frozen["regions"]
        order = frozen.get("order") or list(regions)
        months = tuple(frozen["months"])
        return cls(
            year=int(frozen.get("year") or months[0][:4]),
            tree=Tree.from_parents({code: regions[code] for code in order}),
            months=months,
            lines=tuple(frozen["product_lines"]),
            names=frozen.get("names", {}),
            line_names=frozen.get("line_names", {}),
            owners=frozen.get("owners", {}),
        )

    def to_json(self) -> dict[str, Any]:
        """The stored form, with the order of the regions written out."""
        return {
            "year": self.year,
            "regions": self.tree.parents,
            "order": list(self.regions),
            "months": list(self.months),
            "product_lines": list(self.lines),
            "names": dict(self.names),
            "line_names": dict(self.line_names),
            "owners": {code: dict(owner) for code, owner in self.owners.items()},
        }

    @cached_property
    def regions(self) -> tuple[str, ...]:
        return tuple(self.tree.preorder())

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        return tuple(code for code in self.regions if self.tree.is_leaf(code))

    @cached_property
    def depths(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        for code in self.regions:
            parent = self.tree.parent(code)
            depths[code] = 0 if parent is None else depths[parent] + 1
        return depths

    @cached_property
    def spans(self) -> dict[str, tuple[int, int]]:
        """Region code -> `[start, stop)` among the leaves."""
        place = {code: index for index, code in enumerate(self.leaves)}
        spans: dict[str, tuple[int, int]] = {}
        for code in reversed(self.regions):
            children = self.tree.children(code)
            spans[code] = (
                (spans[children[0]][0], spans[children[-1]][1])
                if children
                else (place[code], place[code] + 1)
            )
        return spans

    @cached_property
    def periods(self) -> dict[str, tuple[int, int]]:
        """Year, quarters (three months each, in order) and months -> `[start, stop)` among the months."""
        quarters = {
            f"{self.year}Q{start // 3 + 1}": (start, min(start + 3, len(self.months)))
            for start in range(0, len(self.months), 3)
        }
        months = {code: (index, index + 1) for index, code in enumerate(self.months)}
        return {str(self.year): (0, len(self.months))} | quarters | months

    @cached_property
    def period_tree(self) -> Tree:
        """Year > quarters > months."""
        return Tree.from_parents({code: self.period_parent(code) for code in self.periods})

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.leaves), len(self.months), len(self.lines)

    @property
    def root(self) -> Node:
        return Node(self.tree.root, str(self.year))

    def block(self, node: Node) -> Block:
        """The cells below a node. Raises UnknownNode."""
        if node.region not in self.spans:
            raise UnknownNode(node.region)
        if node.period not in self.periods:
            raise UnknownNode(node.period)
        return (
            slice(*self.spans[node.region]),
            slice(*self.periods[node.period]),
            self.line_slice(node.product_line),
        )

    def line_slice(self, product_line: str) -> slice:
        if product_line == TOTAL_LINE:
            return slice(0, len(self.lines))
        if product_line not in self.lines:
            raise UnknownNode(product_line)
        place = self.lines.index(product_line)
        return slice(place, place + 1)

    def family_of(self, node: Node) -> Family | None:
        """Who shares when the node above stays: other regions, for the root other periods, then other lines.

        An only child stands for its parent, so that there are siblings wherever the tree has any.
        """
        region, above = node.region, self.tree.parent(node.region)
        while above is not None and self.spans[above] == self.spans[region]:
            region, above = above, self.tree.parent(above)
        if above is not None:
            return Family("region", replace(node, region=region), replace(node, region=above))
        period, wider = node.period, self.period_parent(node.period)
        while wider is not None and self.periods[wider] == self.periods[period]:
            period, wider = wider, self.period_parent(wider)
        if wider is not None:
            return Family("period", replace(node, period=period), replace(node, period=wider))
        if node.product_line and len(self.lines) > 1:
            return Family("product", node, replace(node, product_line=TOTAL_LINE))
        return None

    def parent_of(self, node: Node) -> Node | None:
        """The node that stays when siblings share a change."""
        family = self.family_of(node)
        return family.parent if family else None

    def period_parent(self, period: str) -> str | None:
        """Month -> its quarter -> the year -> None."""
        if period == str(self.year):
            return None
        if period in self.months:
            return f"{self.year}Q{self.months.index(period) // 3 + 1}"
        return str(self.year)

    def name(self, region: str) -> str:
        return str(self.names.get(region, region))

    def line_name(self, product_line: str) -> str:
        return str(self.line_names.get(product_line, product_line))

    def owner_name(self, region: str) -> str:
        return str(self.owners.get(region, {}).get("name") or "")

    def label(self, node: Node) -> str:
        """`华东 · 2027Q1 · 家电`, for messages and the log."""
        line = self.line_name(node.product_line) if node.product_line else ""
        return " · ".join(part for part in (self.name(node.region), node.period, line) if part)


def region_sums(axes: Axes, cells: Cells) -> Cells:
    """Sums per region node: (leaves, ...) in, (regions, ...) out, by prefix sums over the leaves."""
    prefix = np.concatenate([np.zeros((1, *cells.shape[1:]), np.int64), np.cumsum(cells, axis=0)])
    starts = np.array([axes.spans[code][0] for code in axes.regions])
    stops = np.array([axes.spans[code][1] for code in axes.regions])
    sums: Cells = prefix[stops] - prefix[starts]
    return sums
