"""One dimension of the lattice: a tree of nodes whose leaves are numbered from left to right.

Leaves are numbered in preorder, children in the order given, so that the leaves below any node are
one contiguous range. Everything that looks up a node of the lattice becomes a range check.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.refusal import Refusal
from quyu.kernel.tree import Tree


class UnknownNode(Refusal):
    """A node or a dimension is named that the problem does not have."""


@dataclass(frozen=True, eq=False)
class Dimension:
    """A tree given as child -> parent; exactly one node, the root, has the parent None."""

    name: str
    parents: Mapping[str, str | None]
    tree: Tree = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", Tree.from_parents(self.parents))

    @property
    def root(self) -> str:
        return self.tree.root

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Leaf nodes, left to right; a coordinate of a cell is an index into this."""
        return tuple(self.tree.leaves())

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Leaf node -> its coordinate."""
        return {leaf: position for position, leaf in enumerate(self.leaves)}

    @cached_property
    def ranges(self) -> Mapping[str, tuple[int, int]]:
        """Node -> half-open range of the coordinates below it."""
        ranges: dict[str, tuple[int, int]] = {}
        for node in reversed(list(self.tree.preorder())):
            children = self.tree.children(node)
            if children:
                ranges[node] = (ranges[children[0]][0], ranges[children[-1]][1])
            else:
                ranges[node] = (self.index[node], self.index[node] + 1)
        return ranges

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """Node -> distance from the root."""
        depths: dict[str, int] = {}
        for node in self.tree.preorder():
            above = self.tree.parent(node)
            depths[node] = 0 if above is None else depths[above] + 1
        return depths

    @cached_property
    def height(self) -> int:
        return max(self.depths.values())

    @cached_property
    def lineage(self) -> NDArray[np.int32]:
        """Shape (leaves, height + 1): the number of the node above each leaf at each depth.

        A leaf above the deepest level repeats itself downwards; node numbers follow preorder.
        """
        numbers = {node: number for number, node in enumerate(self.tree.preorder())}
        table = np.empty((len(self.leaves), self.height + 1), np.int32)
        for node in self.tree.preorder():
            start, stop = self.ranges[node]
            table[start:stop, self.depths[node] :] = numbers[node]
        return table

    def range_of(self, node: str) -> tuple[int, int]:
        """Half-open range of coordinates below a node; raises UnknownNode."""
        try:
            return self.ranges[node]
        except KeyError:
            raise UnknownNode(
                "unknown_node", "维度“{dimension}”中没有节点“{node}”。", dimension=self.name, node=node
            ) from None
