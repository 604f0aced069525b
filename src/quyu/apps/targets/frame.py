"""The dimensions of a version and the nodes they span: trees, names, owners, shorthands for the first three."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quyu.apps.targets.dimension import Dimension
from quyu.apps.targets.node import TOTAL_LINE, Node, UnknownNode
from quyu.kernel.tree import Tree


@dataclass(frozen=True, eq=False)
class Frame:
    """Dimensions in order; the first three are region, period and product."""

    year: int
    dimensions: tuple[Dimension, ...]

    @property
    def region(self) -> Dimension:
        return self.dimensions[0]

    @property
    def period(self) -> Dimension:
        return self.dimensions[1]

    @property
    def product(self) -> Dimension:
        return self.dimensions[2]

    @property
    def others(self) -> tuple[Dimension, ...]:
        """The dimensions beyond region, period and product."""
        return self.dimensions[3:]

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """Code of a dimension -> its place in `dimensions`."""
        return {dimension.code: place for place, dimension in enumerate(self.dimensions)}

    def dimension(self, code: str) -> Dimension:
        """Raises UnknownNode."""
        if code not in self.number_of:
            raise UnknownNode(code)
        return self.dimensions[self.number_of[code]]

    @property
    def tree(self) -> Tree:
        """The region tree."""
        return self.region.tree

    @property
    def regions(self) -> tuple[str, ...]:
        return self.region.nodes

    @property
    def leaves(self) -> tuple[str, ...]:
        return self.region.leaves

    @property
    def depths(self) -> dict[str, int]:
        return self.region.depths

    @property
    def spans(self) -> dict[str, tuple[int, int]]:
        """Region code -> `[start, stop)` among the leaves."""
        return self.region.ranges

    @property
    def months(self) -> tuple[str, ...]:
        return self.period.leaves

    @property
    def lines(self) -> tuple[str, ...]:
        """The product lines: leaves of the product tree."""
        return self.product.leaves

    @property
    def names(self) -> Mapping[str, str]:
        return self.region.names

    @property
    def line_names(self) -> Mapping[str, str]:
        return self.product.names

    @property
    def owners(self) -> Mapping[str, Mapping[str, Any]]:
        return self.region.owners

    @cached_property
    def periods(self) -> dict[str, tuple[int, int]]:
        """Year, quarters, months: widest first -> `[start, stop)` among the months."""
        codes = sorted(self.period.nodes, key=self.period.depths.__getitem__)
        return {code: self.period.ranges[code] for code in codes}

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many leaves each dimension has."""
        return tuple(len(dimension.leaves) for dimension in self.dimensions)

    @property
    def root(self) -> Node:
        return Node(self.region.root, self.period.root)

    def codes(self, node: Node) -> list[str]:
        """The code of the node in every dimension, roots written out. Raises UnknownNode."""
        others = dict(node.others)
        codes = [node.region, node.period, node.product_line or self.product.root]
        codes += [others.pop(dimension.code, dimension.root) for dimension in self.others]
        for code in others:
            raise UnknownNode(code)
        return codes

    def node(self, codes: Sequence[str]) -> Node:
        """The node with these codes, one per dimension."""
        line = TOTAL_LINE if codes[2] == self.product.root else codes[2]
        pairs = zip(self.others, codes[3:], strict=True)
        return Node(codes[0], codes[1], line, tuple(sorted((d.code, c) for d, c in pairs if c != d.root)))

    def ranges(self, node: Node) -> list[tuple[int, int]]:
        """The leaves below a node in every dimension. Raises UnknownNode."""
        found = []
        for dimension, code in zip(self.dimensions, self.codes(node), strict=True):
            if code not in dimension.ranges:
                raise UnknownNode(code)
            found.append(dimension.ranges[code])
        return found

    def name(self, region: str) -> str:
        return self.region.label(region)

    def line_name(self, product_line: str) -> str:
        return self.product.label(product_line)

    def owner_name(self, region: str) -> str:
        return str(self.owners.get(region, {}).get("name") or "")

    def label(self, node: Node) -> str:
        """`华东 · 2027Q1 · 家电 · 经销`, for messages and the log."""
        return " · ".join(part for part in self._label(node) if part)

    def _label(self, node: Node) -> Iterator[str]:
        yield self.name(node.region)
        yield self.period.label(node.period)
        yield self.line_name(node.product_line) if node.product_line else ""
        for code, other in node.others:
            yield self.dimension(code).label(other)
