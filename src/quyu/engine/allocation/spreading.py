"""One sum over one set of cells: shares in proportion, cut off at bounds, rounded down the tree."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation import proportion
from quyu.engine.allocation.lattice import Int8, Int64
from quyu.engine.allocation.problem import UNBOUNDED
from quyu.engine.allocation.rounding import round_down_tree

Bounds = tuple[Int64, Int64]


@dataclass(frozen=True, eq=False, slots=True)
class Spreading:
    """How an amount fell on cells, with everything needed to explain one of them.

    Cell i got amounts[i]; before rounding it was weights[i] * left / whole units where `state` is free.
    `sign` is -1 where a decrease was spread, `odd` the cell that carries what is no multiple of the unit.
    """

    amounts: Int64
    weights: Int64
    remainder: Int64
    state: Int8
    left: int
    whole: int
    unit: int
    sign: int
    odd: int | None

    @property
    def factor(self) -> float | NDArray[np.float64]:
        """Amount per weight, without its sign: one number, or one for each cell."""
        return self.unit * self.left / self.whole

    def exact_at(self, cell: int) -> Fraction:
        """The amount of a free cell before rounding, without its sign."""
        return Fraction(int(self.weights[cell]) * self.left * self.unit, self.whole)

    def factor_at(self, _cell: int) -> float:
        """Amount per weight of a cell, without its sign."""
        return self.unit * self.left / self.whole


@dataclass(frozen=True, eq=False, slots=True)
class Crossed(Spreading):
    """How amounts fell on cells that crossing totals share, each with a factor of its own (see `crossing`).

    Before rounding cell i was exact[i]: weights[i] * factors[i] unless it lies on a bound.
    """

    exact: NDArray[np.float64]
    factors: NDArray[np.float64]

    @property
    def factor(self) -> NDArray[np.float64]:
        """Amount per weight of each cell, without its sign."""
        return self.factors

    def exact_at(self, cell: int) -> Fraction:
        """The amount of a cell before rounding, without its sign."""
        return abs(Fraction(float(self.exact[cell])))

    def factor_at(self, cell: int) -> float:
        """Amount per weight of a cell, without its sign."""
        return float(self.factors[cell])


def spread(
    weights: Int64, fallback: Int64, bounds: Bounds | None, amount: int, unit: int, branch: Int8
) -> Spreading | None:
    """The cells' parts of `amount`, or None where bounds make it impossible.

    Cells without weight take part, by `fallback` (or equally), only once those with weight are at
    their bounds. Without bounds the cells may take any part of the amount's sign. Multiples of
    `unit`, with what is left over on the largest cell; where bounds leave no room for that, unit 1.
    """
    sign = -1 if amount < 0 else 1
    if sign < 0 and bounds is not None:
        bounds = (-bounds[1], -bounds[0])
    found = _in_units(weights, fallback, bounds, abs(amount), unit, branch, sign)
    if found is None and unit > 1:
        found = _in_units(weights, fallback, bounds, abs(amount), 1, branch, sign)
    return found


def _in_units(
    weights: Int64,
    fallback: Int64,
    bounds: Bounds | None,
    amount: int,
    unit: int,
    branch: Int8,
    sign: int,
) -> Spreading | None:
    steps, odd_amount = divmod(amount, unit)
    quotient = np.empty(weights.size, np.int64)
    remainder = np.empty(weights.size, np.int64)
    state = np.zeros(weights.size, np.int8)
    if bounds is None:
        weights = _some_weights(weights, fallback)
        left, whole = steps, int(weights.sum())
        proportion.proportion(weights, left, whole, quotient, remainder)
    else:
        lower, upper = _bounds_in_units(bounds, unit)
        if unit > 1 and bool((lower > upper).any()):
            return None
        solved = _clip(weights, fallback, lower, upper, steps, quotient, remainder, state)
        if solved is None:
            return None
        weights, left, whole = solved
    round_down_tree(quotient, remainder, whole, branch)
    odd = None
    if unit > 1:
        quotient *= unit
    if odd_amount:
        odd = _largest_with_room(quotient, bounds, odd_amount)
        if odd is None:
            return None
        quotient[odd] += odd_amount
    if sign < 0:
        np.negative(quotient, out=quotient)
    return Spreading(quotient, weights, remainder, state, left, whole, unit, sign, odd)


def _clip(
    weights: Int64,
    fallback: Int64,
    lower: Int64,
    upper: Int64,
    steps: int,
    quotient: Int64,
    remainder: Int64,
    state: Int8,
) -> tuple[Int64, int, int] | None:
    low, high, low_other, high_other, nearest = proportion.reach(weights, lower, upper)
    if low + low_other > steps or high + high_other < steps:
        return None
    if not low + nearest <= steps <= high + nearest:
        fixed = upper if steps > high + nearest else lower
        weighted = weights > 0
        lower, upper = np.where(weighted, fixed, lower), np.where(weighted, fixed, upper)
        others = np.where(
            weighted, 0, _some_weights(np.where(weighted, 0, fallback), (~weighted).astype(np.int64))
        )
        return _clip(others, fallback, lower, upper, steps, quotient, remainder, state)
    left, whole = proportion.clip_to_total(weights, lower, upper, steps, quotient, remainder, state)
    return weights, left, whole


def _some_weights(weights: Int64, fallback: Int64) -> Int64:
    """The weights, else the fallback, else ones."""
    for candidate in (weights, fallback):
        if candidate.any():
            return candidate.astype(np.int64, copy=False)
    return np.ones(weights.size, np.int64)


def _bounds_in_units(bounds: Bounds, unit: int) -> Bounds:
    if unit == 1:
        return bounds
    lower, upper = bounds
    return (
        np.where(lower <= -UNBOUNDED, lower, -(-lower // unit)),
        np.where(upper >= UNBOUNDED, upper, upper // unit),
    )


def _largest_with_room(amounts: Int64, bounds: Bounds | None, more: int) -> int | None:
    if bounds is None:
        return int(np.argmax(amounts))
    room = amounts <= bounds[1] - more
    if not room.any():
        return None
    return int(np.argmax(np.where(room, amounts, -UNBOUNDED)))
