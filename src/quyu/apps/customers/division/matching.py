"""Which rule a customer falls under: the first that holds, product line by product line.

A condition names attributes and the values allowed for each; all named attributes must hold. A rule with a
product line takes that line of a customer; one without takes every line that no earlier rule has taken, so
that nothing of the customer is left for later rules. Whoever no rule takes follows the map.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ATTRIBUTES = ("customer", "industry", "kind", "tier", "channel", "place")
ALL_LINES = ""
"""The product line of a rule that takes what is left."""


@dataclass(frozen=True)
class Rule:
    """`line` is a product line's code or `ALL_LINES`; `territory` a code."""

    condition: Mapping[str, frozenset[str]]
    line: str
    territory: str


@dataclass(frozen=True)
class Taken:
    """One customer (a position), what of it, and by which rule (a position)."""

    customer: int
    line: str
    rule: int


class Customers:
    """The attributes of many customers, column by column; `place` holds a place and all that it lies in."""

    def __init__(self, rows: Sequence[Mapping[str, Sequence[str]]]) -> None:
        self.count = len(rows)
        self._spots: dict[str, dict[str, list[int]]] = {name: {} for name in ATTRIBUTES}
        for spot, row in enumerate(rows):
            for name in ATTRIBUTES:
                for value in row[name]:
                    self._spots[name].setdefault(value, []).append(spot)

    def fulfilling(self, condition: Mapping[str, frozenset[str]]) -> NDArray[np.bool_]:
        """Whether each customer fulfils a condition; everybody fulfils an empty one."""
        found = np.ones(self.count, dtype=bool)
        for name, values in condition.items():
            here = np.zeros(self.count, dtype=bool)
            for value in values:
                here[self._spots[name].get(value, [])] = True
            found &= here
        return found


@dataclass(frozen=True)
class Matched:
    """What every rule would take on its own (`holds`, rule x customer) and what it takes in order (`taken`)."""

    holds: NDArray[np.bool_]
    taken: tuple[Taken, ...]


def match(
    rules: Sequence[Rule], customers: Customers, *, excepted: NDArray[np.bool_] | None = None
) -> Matched:
    """The first rule that holds, per customer and product line; `excepted` customers fall under none."""
    holds = np.array([customers.fulfilling(rule.condition) for rule in rules]).reshape(-1, customers.count)
    free = np.ones(customers.count, dtype=bool) if excepted is None else ~excepted
    given: dict[str, NDArray[np.bool_]] = {}
    taken: list[Taken] = []
    for number, rule in enumerate(rules):
        mine = holds[number] & free
        if rule.line == ALL_LINES:
            free = free & ~mine
        else:
            before = given.setdefault(rule.line, np.zeros(customers.count, dtype=bool))
            mine = mine & ~before
            before |= mine
        taken += [Taken(int(spot), rule.line, number) for spot in np.flatnonzero(mine)]
    return Matched(holds, tuple(taken))
