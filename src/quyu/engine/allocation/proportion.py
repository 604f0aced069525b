"""x = clip(factor * weight, lower, upper) with the sum exact, in rational arithmetic on int64.

The factor is a fraction P / Q of integers: what is left for the free cells over their weights. Each
pass computes the exact quotient and remainder of weight * P / Q, adds up how far cells fall below
their lower and above their upper bounds, and fixes the heavier side for good (both sides where they
weigh the same); two to four passes are usual. The products do not fit into 64 bits, but the remainder does: the
float quotient is off by less than 2^10, so wrapping arithmetic gives the remainder exactly as long as
weights sum to less than 2^52.

Source: G. R. Bitran, A. C. Hax, "Disaggregation and resource allocation using convex knapsack
problems with bounded variables", Management Science 27 (1981).
"""

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.compiled import compiled
from quyu.engine.allocation.lattice import Int8, Int64

WEIGHT_LIMIT = 2**52
"""The sum of integer weights stays below this."""

FAR = 2**61
"""Sums of bounds beyond this count as unlimited."""

FREE, AT_LOWER, AT_UPPER, LOCKED = 0, 1, 2, 3
_BELOW, _ABOVE = 11, 12


def integer_weights(base: NDArray[np.int64] | NDArray[np.float64]) -> Int64:
    """Weights as integers below 2^52 in sum, negative ones as 0.

    Whole numbers that fit are taken as they are; all else is resolved to 2^-50 of the sum, positive
    weights never below 1.
    """
    whole, has_negative, is_whole = _sum_of_positive(base)
    positive = np.maximum(base, 0) if has_negative else base
    if is_whole and whole < WEIGHT_LIMIT * 0.99:
        return positive.astype(np.int64, copy=False)
    scaled = np.rint(positive * (2.0**50 / whole)).astype(np.int64)
    return np.where(positive > 0, np.maximum(scaled, 1), 0)


@compiled
def _sum_of_positive(base: NDArray[np.int64] | NDArray[np.float64]) -> tuple[float, bool, bool]:
    """The sum of the positive numbers, whether there are negative ones, whether all are whole."""
    whole, has_negative, is_whole = 0.0, False, True
    for cell in range(base.size):
        number = float(base[cell])
        whole += max(number, 0.0)
        if number < 0:
            has_negative = True
        if np.floor(number) != number:
            is_whole = False
    return whole, has_negative, is_whole


@compiled
def proportion(weights: Int64, total: int, whole: int, quotient: Int64, remainder: Int64) -> None:
    """quotient + remainder / whole = weight * total / whole, exactly, 0 <= remainder < whole."""
    factor = total / whole
    for cell in range(weights.size):
        weight = weights[cell]
        floor = np.int64(np.floor(weight * factor))
        rest = weight * total - floor * whole
        if rest < 0 or rest >= whole:
            step = rest // whole
            floor += step
            rest -= step * whole
        quotient[cell] = floor
        remainder[cell] = rest


@compiled
def clip_to_total(
    weights: Int64, lower: Int64, upper: Int64, total: int, quotient: Int64, remainder: Int64, state: Int8
) -> tuple[int, int]:
    """Fills quotient, remainder and state; returns the factor as (left, whole).

    Cells without weight stay at the point of their bounds nearest to zero. The total must be within
    reach of the cells with weight.
    """
    left, whole = total, 0
    for cell in range(weights.size):
        remainder[cell] = 0
        if weights[cell] > 0:
            whole += weights[cell]
            state[cell] = FREE
            continue
        nearest = min(max(0, lower[cell]), upper[cell])
        quotient[cell] = nearest
        left -= nearest
        state[cell] = AT_LOWER if nearest == lower[cell] else AT_UPPER
    while whole > 0:
        side = _try_factor(weights, lower, upper, left, whole, quotient, remainder, state)
        if side == 0:
            return left, whole
        for cell in range(weights.size):
            if state[cell] == _BELOW and side != AT_UPPER:
                bound, state[cell] = lower[cell], AT_LOWER
            elif state[cell] == _ABOVE and side != AT_LOWER:
                bound, state[cell] = upper[cell], AT_UPPER
            else:
                continue
            quotient[cell] = bound
            remainder[cell] = 0
            left -= bound
            whole -= weights[cell]
    return left, 1


@compiled
def _try_factor(
    weights: Int64,
    lower: Int64,
    upper: Int64,
    left: int,
    whole: int,
    quotient: Int64,
    remainder: Int64,
    state: Int8,
) -> int:
    """Marks free cells out of bounds; says which side to fix: 0 none, 3 both."""
    factor = left / whole
    is_any = False
    short, surplus, fraction = 0, 0, 0
    for cell in range(weights.size):
        if state[cell] != FREE and state[cell] < _BELOW:
            continue
        weight = weights[cell]
        floor = np.int64(np.floor(weight * factor))
        rest = weight * left - floor * whole
        if rest < 0 or rest >= whole:
            step = rest // whole
            floor += step
            rest -= step * whole
        quotient[cell] = floor
        remainder[cell] = rest
        state[cell] = FREE
        if floor < lower[cell]:
            state[cell] = _BELOW
            short += lower[cell] - floor
        elif floor > upper[cell] or (floor == upper[cell] and rest > 0):
            state[cell] = _ABOVE
            surplus += floor - upper[cell]
        else:
            continue
        is_any = True
        fraction += rest
        if fraction >= whole:
            fraction -= whole
            surplus += 1
    if not is_any:
        return 0
    if short == surplus and fraction == 0:
        return AT_LOWER + AT_UPPER
    return AT_LOWER if short > surplus else AT_UPPER


@compiled
def reach(weights: Int64, lower: Int64, upper: Int64) -> tuple[int, int, int, int, int]:
    """Sums of bounds: lower and upper of cells with weight, of cells without, and of these nearest to zero."""
    exact = np.zeros(5, np.int64)
    size = np.zeros(5, np.float64)
    for cell in range(weights.size):
        first = 0 if weights[cell] > 0 else 2
        exact[first] += lower[cell]
        size[first] += lower[cell]
        exact[first + 1] += upper[cell]
        size[first + 1] += upper[cell]
        if first == 2:
            nearest = min(max(0, lower[cell]), upper[cell])
            exact[4] += nearest
            size[4] += nearest
    for index in range(5):
        if abs(size[index]) > FAR:
            exact[index] = FAR if size[index] > 0 else -FAR
    return exact[0], exact[1], exact[2], exact[3], exact[4]
