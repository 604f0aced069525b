"""The dimensions of a version as the grid walks them: nodes by number, spans of leaves, names for people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes, Node, UnknownNode
from quyu.apps.targets.dimension import (
    CHANNEL,
    CUSTOMER,
    PERIOD,
    PERSON,
    PRODUCT,
    REGION,
    TIER,
    Dimension,
)
from quyu.kernel.tree import Tree

Int = NDArray[np.int64]
_QUARTER, _MONTH = re.compile(r"\d{4}Q([1-4])"), re.compile(r"\d{4}-(\d{2})")


@dataclass(frozen=True, eq=False)
class Way:
    """A dimension; a node is known by its code or by its number, the place in preorder."""

    axes: Axes
    dimension: Dimension

    @property
    def name(self) -> str:
        return self.dimension.code

    @property
    def tree(self) -> Tree:
        return self.dimension.tree

    @property
    def codes(self) -> tuple[str, ...]:
        return self.dimension.nodes

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.codes)}

    def spans(self, numbers: list[int]) -> tuple[Int, Int]:
        """Of nodes by their numbers the first leaf and the one behind the last."""
        ends = [self.dimension.ranges[self.codes[number]] for number in numbers]
        both = np.array(ends, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def number(self, code: str) -> int:
        """Raises UnknownNode."""
        if code not in self.dimension.ranges:
            raise UnknownNode(code)
        return self.numbers[code]

    @property
    def label(self) -> str:
        """The dimension in the language of the reader."""
        return _labels().get(self.name, self.dimension.name)

    def title(self, code: str) -> str:
        """A node in the language of the reader: `2027Q1` is 第1季度, `2027-03` is 3月."""
        named = self.dimension.names.get(code)
        if named:
            return str(named)
        if self.name == PERIOD:
            return _period(code, is_root=code == self.tree.root)
        return _all().get(self.name, code) if code == self.tree.root else code

    def note(self, code: str) -> str:
        """Who answers for the node."""
        return str(self.dimension.owners.get(code, {}).get("name") or "")

    def as_json(self, code: str) -> dict[str, Any]:
        """A node as the grid needs it."""
        return {
            "n": self.numbers[code],
            "code": code,
            "name": self.title(code),
            "note": self.note(code),
            "below": len(self.tree.children(code)),
        }


def ways_of(axes: Axes) -> dict[str, Way]:
    """The dimensions of a version in their order."""
    return {dimension.code: Way(axes, dimension) for dimension in axes.dimensions}


def node_at(axes: Axes, places: Mapping[str, str]) -> Node:
    """The node at one code per dimension; a dimension left out means its root."""
    return axes.node([places.get(dimension.code, dimension.root) for dimension in axes.dimensions])


def places_of(axes: Axes, node: Node) -> dict[str, str]:
    """One code per dimension: the other way round."""
    codes = axes.codes(node)
    return {dimension.code: code for dimension, code in zip(axes.dimensions, codes, strict=True)}


def _period(code: str, *, is_root: bool) -> str:
    if found := _QUARTER.fullmatch(code):
        return _("第%(number)s季度") % {"number": found[1]}
    if found := _MONTH.fullmatch(code):
        return _("%(number)s月") % {"number": int(found[1])}
    return _("%(year)s 年") % {"year": code} if is_root else code


def _labels() -> dict[str, str]:
    return {
        REGION: _("区域"),
        PERIOD: _("期间"),
        PRODUCT: _("产品"),
        CHANNEL: _("渠道"),
        TIER: _("客户层级"),
        CUSTOMER: _("客户"),
        PERSON: _("人员"),
    }


def _all() -> dict[str, str]:
    """What the root of a dimension is called where it has no name."""
    return {
        PRODUCT: _("全部产品"),
        CHANNEL: _("全部渠道"),
        TIER: _("全部层级"),
        CUSTOMER: _("全部客户"),
        PERSON: _("全部人员"),
    }
