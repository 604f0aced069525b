"""A node of the lattice by codes: region x period x product, and further dimensions where a plan has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quyu.kernel.refusal import Refusal

Others = tuple[tuple[str, str], ...]
TOTAL_LINE = ""


class UnknownNode(Refusal):
    """The code names no node of this version."""

    def __init__(self, code: str) -> None:
        super().__init__("unknown_node", "目标版本中没有“{node}”。", node=code)


@dataclass(frozen=True)
class Node:
    """`product_line` "" means all; `others` holds (dimension, code), sorted, of those not at their root."""

    region: str
    period: str
    product_line: str = TOTAL_LINE
    others: Others = ()

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Node":
        """From the detail of an operation."""
        others = said.get("others") or {}
        return cls(said["region"], said["period"], said["product_line"], tuple(sorted(others.items())))

    def to_json(self) -> dict[str, Any]:
        plain = {"region": self.region, "period": self.period, "product_line": self.product_line}
        return plain | ({"others": dict(self.others)} if self.others else {})


@dataclass(frozen=True)
class Family:
    """A node, the node above it that has more cells, and the dimension in which it is above."""

    dimension: str
    child: Node
    parent: Node


def others_text(others: Others) -> str:
    """`channel=KA,tier=A`, as locks and addresses carry it."""
    return ",".join(f"{dimension}={code}" for dimension, code in others)


def others_of(text: str) -> Others:
    """The reverse of `others_text`; raises UnknownNode."""
    pairs = [part.split("=", 1) for part in text.split(",") if part]
    if any(len(pair) != 2 for pair in pairs):
        raise UnknownNode(text)
    return tuple(sorted((dimension, code) for dimension, code in pairs))
