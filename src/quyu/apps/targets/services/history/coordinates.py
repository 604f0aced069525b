"""Tables of sums placed on the axes of a plan: the leaf of every row in every dimension but time."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.selectors.extra_dimensions import PRODUCT_LEAF
from quyu.apps.targets.services.baseline.series import Ints

UNKNOWN = -1


@dataclass(frozen=True)
class Placing:
    """Where rows of past sales lie on `axes`, by the numbers of leaves without the period."""

    axes: Axes
    has_lines: bool

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many leaves each dimension but the period has."""
        return (self.axes.counts[0], *self.axes.counts[2:])

    @cached_property
    def has_products(self) -> bool:
        return max(self.axes.product.depths.values()) > 1

    def keys(self, table: pa.Table) -> Ints:
        """One number for each row that says its leaves, sorted as cells are; -1 where it lies on no leaf."""
        region = {code.removeprefix(TERRITORY): n for code, n in self.axes.region.index.items()}
        columns = [_numbers(table["territory"], region), self._products(table)]
        columns += [_numbers(table[d.code], d.index) for d in self.axes.others]
        keys = np.zeros(table.num_rows, np.int64)
        is_known = np.ones(table.num_rows, bool)
        for column, count in zip(columns, self.counts, strict=True):
            keys = keys * count + column
            is_known &= column >= 0
        return np.where(is_known, keys, UNKNOWN)

    def _products(self, table: pa.Table) -> Ints:
        if not self.has_lines:
            return np.zeros(table.num_rows, np.int64)
        if not self.has_products:
            return _numbers(table["product_line"], self.axes.product.index)
        index = {code.removeprefix(PRODUCT_LEAF): n for code, n in self.axes.product.index.items()}
        return _numbers(table["product"], index)

    def leaves(self, keys: Ints) -> NDArray[np.int64]:
        """The reverse of `keys`: (series, dimensions without the period)."""
        columns, left = [], keys.copy()
        for count in reversed(self.counts):
            columns.append(left % count)
            left //= count
        return np.stack(columns[::-1], axis=1)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The product lines: the nodes right below the root, or the root alone."""
        product = self.axes.product
        return tuple(product.tree.children(product.root)) or (product.root,)

    @cached_property
    def line_of_leaf(self) -> Ints:
        """The number of the product line at or above each product leaf."""
        ranges = self.axes.product.ranges
        found = np.zeros(self.axes.counts[2], np.int64)
        for number, line in enumerate(self.lines):
            found[slice(*ranges[line])] = number
        return found

    @cached_property
    def parents(self) -> Ints:
        """For each territory the number of its parent region."""
        numbers: dict[str | None, int] = {}
        tree = self.axes.tree
        return np.array(
            [numbers.setdefault(tree.parent(leaf), len(numbers)) for leaf in self.axes.leaves], np.int64
        )


def _numbers(column: pa.ChunkedArray, index: Mapping[str, int]) -> Ints:
    whole = column.combine_chunks().dictionary_encode()
    known = np.array(
        [index.get(text, UNKNOWN) for text in whole.dictionary.to_pylist()] + [UNKNOWN], np.int64
    )
    places = whole.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
    found: Ints = known[places.astype(np.int64)]
    return found
