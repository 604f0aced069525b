"""x = clip(factor * weight, lower, upper) with the sum exact, in rational arithmetic on int64.

The factor is a fraction P / Q of integers: what is left for the free cells over their weights. Each
pass computes the exact quotient and remainder of weight * P / Q, adds up how far cells fall below
their lower and above their upper bounds, and fixes the heavier side for good (both sides where they
weigh the same). To save passes, a guess of the factor in floats fixes the cells that are clearly out
of bounds; at the end every fixed cell is proved to be out of bounds at the exact factor, or else all
is done again without the guess. The products do not fit into 64 bits, but the remainder does: the
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

_GUESSES = 8
_MARGIN = 1e-9
_ROUNDING = 2.0**-50


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
def _divide(weight: int, total: int, whole: int, factor: float) -> tuple[int, int]:
    """Quotient and remainder of weight * total / whole, `factor` being total / whole in floats."""
    floor = int(np.floor(weight * factor))
    rest = weight * total - floor * whole
    if rest < 0 or rest >= whole:
        step = rest // whole
        floor += step
        rest -= step * whole
    return floor, rest


@compiled
def proportion(weights: Int64, total: int, whole: int, quotient: Int64, remainder: Int64) -> None:
    """quotient + remainder / whole = weight * total / whole, exactly, 0 <= remainder < whole."""
    factor = total / whole
    for cell in range(weights.size):
        quotient[cell], remainder[cell] = _divide(weights[cell], total, whole, factor)


@compiled
def clip_to_total(
    weights: Int64, lower: Int64, upper: Int64, total: int, quotient: Int64, remainder: Int64, state: Int8
) -> tuple[int, int]:
    """Fills quotient, remainder and state; returns the factor as (left, whole).

    Cells without weight stay at the point of their bounds nearest to zero. The total must be within
    reach of the cells with weight.
    """
    is_guessed = True
    while True:
        left, whole = _start(weights, lower, upper, total, quotient, remainder, state, is_guessed)
        while whole > 0:
            side = _try_factor(weights, lower, upper, left, whole, quotient, remainder, state)
            if side == 0:
                break
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
        if not is_guessed or (whole > 0 and _is_proved(weights, lower, upper, left, whole, state)):
            return left, max(whole, 1)
        is_guessed = False


@compiled
def _start(
    weights: Int64,
    lower: Int64,
    upper: Int64,
    total: int,
    quotient: Int64,
    remainder: Int64,
    state: Int8,
    is_guessed: bool,
) -> tuple[int, int]:
    """Fixes the cells without weight, and those that a guess of the factor puts clearly out of bounds."""
    factor = _guess(weights, lower, upper, total) if is_guessed else 0.0
    left, whole = total, 0
    for cell in range(weights.size):
        remainder[cell] = 0
        wanted = weights[cell] * factor
        margin = 1.0 + abs(wanted) * _MARGIN
        if weights[cell] == 0:
            bound = min(max(0, lower[cell]), upper[cell])
            state[cell] = AT_LOWER if bound == lower[cell] else AT_UPPER
        elif is_guessed and wanted < lower[cell] - margin:
            bound, state[cell] = lower[cell], AT_LOWER
        elif is_guessed and wanted > upper[cell] + margin:
            bound, state[cell] = upper[cell], AT_UPPER
        else:
            whole += weights[cell]
            state[cell] = FREE
            continue
        quotient[cell] = bound
        left -= bound
    return left, whole


@compiled
def _guess(weights: Int64, lower: Int64, upper: Int64, total: int) -> float:
    """The factor in floats, by the secant of each linear piece; good enough to start from."""
    factor = 0.0
    for turn in range(_GUESSES):
        left, whole = float(total), 0.0
        for cell in range(weights.size):
            wanted = weights[cell] * factor
            if turn > 0 and wanted < lower[cell]:
                left -= lower[cell]
            elif turn > 0 and wanted > upper[cell]:
                left -= upper[cell]
            else:
                whole += weights[cell]
        if whole == 0.0 or abs(left / whole - factor) <= abs(factor) * 1e-12:
            break
        factor = left / whole
    return factor


@compiled
def _is_proved(weights: Int64, lower: Int64, upper: Int64, left: int, whole: int, state: Int8) -> bool:
    """Whether every fixed cell would indeed be out of bounds at this factor; exact where it is close."""
    factor = left / whole
    for cell in range(weights.size):
        if weights[cell] == 0 or state[cell] == FREE:
            continue
        bound = lower[cell] if state[cell] == AT_LOWER else upper[cell]
        beyond = weights[cell] * factor - bound
        if state[cell] == AT_LOWER:
            beyond = -beyond
        margin = 1.0 + abs(bound) * _ROUNDING
        if beyond > margin:
            continue
        if beyond < -margin:
            return False
        rest = weights[cell] * left - bound * whole
        if (rest > 0) if state[cell] == AT_LOWER else (rest < 0):
            return False
    return True


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
        floor, rest = _divide(weights[cell], left, whole, factor)
        quotient[cell], remainder[cell] = floor, rest
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
