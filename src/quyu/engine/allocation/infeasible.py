"""The refusal that names what stands in the way."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from quyu.engine.allocation.problem import At
from quyu.kernel.refusal import Refusal


class Kind(StrEnum):
    """What a constraint is."""

    LOCK = "lock"
    LOWER = "lower"
    UPPER = "upper"
    TOTAL = "total"
    SHARE = "share"


class Interval(NamedTuple):
    """What a node can be set to; `upper` None means no limit."""

    lower: int
    upper: int | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One constraint of a conflicting set; `count` cells share it when it stands for several.

    `value` is in the unit of the cells, for a share in basis points. A certificate tells what was found,
    a refusal what was asked for.
    """

    kind: Kind
    at: At
    value: int
    count: int = 1


class Infeasible(Refusal):
    """The totals, locks and bounds contradict each other; nothing was changed.

    `value`: what was asked. `conflict`: constraints that cannot hold together, none of which could be left out.
    `interval`: what the node could be set to; it contains the value where no single number is at fault.
    """

    def __init__(self, value: int, conflict: tuple[Conflict, ...], interval: Interval) -> None:
        template = "无法做到：所列的要求不能同时成立。"
        if value < interval.lower:
            template = "无法做到 {value}：最少只能是 {lower}。"
        elif interval.upper is not None and value > interval.upper:
            template = "无法做到 {value}：最多只能是 {upper}。"
        super().__init__("infeasible", template, value=value, lower=interval.lower, upper=interval.upper)
        self.value = value
        self.conflict = conflict
        self.interval = interval


class CrossingTotals(Refusal):
    """Two fixed totals overlap and neither contains the other."""
