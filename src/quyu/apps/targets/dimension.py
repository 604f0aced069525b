"""One frozen dimension of a plan version: a tree of codes, its names, and who answers for its nodes.

Leaves are numbered in preorder, so that the leaves below any node are one range of numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quyu.kernel.tree import Tree

REGION, PERIOD, PRODUCT = "region", "period", "product"
CHANNEL, TIER, CUSTOMER, PERSON = "channel", "tier", "customer", "person"
ALL_LINES = "*"
"""The root of the product dimension; no product line may have this code."""


@dataclass(frozen=True, eq=False)
class Dimension:
    """`code` names the dimension in nodes and files, `name` for people; `owners` by node (regions only)."""

    code: str
    name: str
    tree: Tree
    names: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> "Dimension":
        """From the stored form. `order` (preorder) decides, since a database may reorder the keys."""
        parents: Mapping[str, str | None] = frozen["parents"]
        order = frozen.get("order") or list(parents)
        return cls(
            code=frozen["code"],
            name=frozen["name"],
            tree=Tree.from_parents({code: parents[code] for code in order}),
            names=frozen.get("names", {}),
            owners=frozen.get("owners", {}),
        )

    def to_json(self) -> dict[str, Any]:
        """The stored form, with the order of the nodes written out."""
        said = {
            "code": self.code,
            "name": self.name,
            "parents": self.tree.parents,
            "order": list(self.nodes),
            "names": dict(self.names),
        }
        owners = {code: dict(owner) for code, owner in self.owners.items()}
        return said | ({"owners": owners} if owners else {})

    @property
    def root(self) -> str:
        return self.tree.root

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Every node, parents before children."""
        return tuple(self.tree.preorder())

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        return tuple(code for code in self.nodes if self.tree.is_leaf(code))

    @cached_property
    def index(self) -> dict[str, int]:
        """Leaf -> its number."""
        return {code: number for number, code in enumerate(self.leaves)}

    @cached_property
    def depths(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        for code in self.nodes:
            parent = self.tree.parent(code)
            depths[code] = 0 if parent is None else depths[parent] + 1
        return depths

    @cached_property
    def ranges(self) -> dict[str, tuple[int, int]]:
        """Node -> `[start, stop)` among the leaves."""
        ranges: dict[str, tuple[int, int]] = {}
        for code in reversed(self.nodes):
            below = self.tree.children(code)
            ranges[code] = (
                (ranges[below[0]][0], ranges[below[-1]][1])
                if below
                else (self.index[code], self.index[code] + 1)
            )
        return ranges

    def label(self, code: str) -> str:
        return str(self.names.get(code, code))


def region_dimension(
    tree: Tree, names: Mapping[str, str], owners: Mapping[str, Mapping[str, Any]]
) -> Dimension:
    """The organisation of the day, with territories as leaves."""
    return Dimension(REGION, "区域", tree, names, owners)


def month_dimension(year: int, months: Sequence[str]) -> Dimension:
    """Year > quarters (three months each, in order) > months."""
    parents: dict[str, str | None] = {str(year): None}
    for place, month in enumerate(months):
        quarter = f"{year}Q{place // 3 + 1}"
        parents |= {quarter: str(year), month: quarter}
    return Dimension(PERIOD, "期间", Tree.from_parents(parents))


def product_dimension(lines: Mapping[str, str]) -> Dimension:
    """All products > product lines, given as code -> name in order."""
    parents: dict[str, str | None] = {ALL_LINES: None} | dict.fromkeys(lines, ALL_LINES)
    return Dimension(PRODUCT, "产品", Tree.from_parents(parents), lines)
