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

from quyu.engine.allocation.lattice import Int8, Int64
from quyu.kernel.compiled import compiled

WEIGHT_LIMIT = 2**52
"""The sum of integer weights stays below this."""

FAR = 2**61
"""Sums of bounds beyond this count as unlimited."""

FREE, AT_LOWER, AT_UPPER, LOCKED = 0, 1, 2, 3
_BELOW, _ABOVE = 11, 12

_SAMPLE = 16_384
_GUESSES = 12
_CLOSE = 1e-6
_NEAR = 1e-6
_MARGIN = 1e-9
_HUGE = 2.0**62
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
        left, whole = _start(weights, lower, upper, total, state, is_guessed)
        while True:
            is_proved = _settle(weights, lower, upper, left, whole, quotient, remainder, state)
            if is_proved or whole == 0:
                break
            side = _try_factor(weights, lower, upper, left, whole, quotient, remainder, state)
            if side == 0:
                is_proved = _is_proved(weights, lower, upper, left, whole, state)
                break
            for cell in range(weights.size):
                if state[cell] == _BELOW and side != AT_UPPER:
                    bound, state[cell] = lower[cell], AT_LOWER
                elif state[cell] == _ABOVE and side != AT_LOWER:
                    bound, state[cell] = upper[cell], AT_UPPER
                else:
                    state[cell] = FREE if state[cell] >= _BELOW else state[cell]
                    continue
                left -= bound
                whole -= weights[cell]
        if not is_guessed or (whole > 0 and is_proved):
            return left, max(whole, 1)
        is_guessed = False


@compiled
def _start(
    weights: Int64, lower: Int64, upper: Int64, total: int, state: Int8, is_guessed: bool
) -> tuple[int, int]:
    """Fixes the cells without weight, and those that a guess of the factor puts out of bounds."""
    factor = _guess(weights, lower, upper, total) if is_guessed else 0.0
    margin = _NEAR if is_guessed else np.inf
    left, whole = total, 0
    for cell in range(weights.size):
        weight, low, high = weights[cell], lower[cell], upper[cell]
        wanted = weight * factor
        near = margin + abs(wanted) * _MARGIN
        nearest = min(max(0, low), high)
        is_fixed = weight == 0
        is_low = nearest == low if is_fixed else wanted < low - near
        is_high = not is_low if is_fixed else wanted > high + near
        bound = nearest if is_fixed else (low if is_low else high)
        state[cell] = AT_LOWER if is_low else (AT_UPPER if is_high else FREE)
        left -= bound if is_low or is_high else 0
        whole += 0 if is_low or is_high else weight
    return left, whole


@compiled
def _guess(weights: Int64, lower: Int64, upper: Int64, total: int) -> float:
    """The factor in floats, by secants, first on a sample of the cells; good enough to start from."""
    whole = weights.sum()
    if whole == 0:
        return 0.0
    factor = total / whole
    step = weights.size // _SAMPLE
    if step > 1:
        few = weights[::step].copy()
        share = total * (few.sum() / whole)
        factor = _secants(few, lower[::step].copy(), upper[::step].copy(), int(share), factor)
    return _secants(weights, lower, upper, total, factor)


@compiled
def _secants(weights: Int64, lower: Int64, upper: Int64, total: int, factor: float) -> float:
    """The factor of the linear piece that the last one led to, until it leads to itself."""
    for _ in range(_GUESSES):
        left, whole = total, 0
        for cell in range(weights.size):
            weight, low, high = weights[cell], lower[cell], upper[cell]
            wanted = weight * factor
            is_low, is_high = wanted < low, wanted > high
            left -= low if is_low else (high if is_high else 0)
            whole += 0 if is_low or is_high else weight
        if whole == 0:
            break
        before, factor = factor, left / whole
        if abs(factor - before) <= abs(factor) * _CLOSE:
            break
    return factor


@compiled
def _settle(
    weights: Int64,
    lower: Int64,
    upper: Int64,
    left: int,
    whole: int,
    quotient: Int64,
    remainder: Int64,
    state: Int8,
) -> bool:
    """Fills all cells at this factor; says whether every one is proved to be what its state says."""
    factor = left / whole if whole > 0 else 0.0
    faults = 0
    for cell in range(weights.size):
        weight, low, high = weights[cell], lower[cell], upper[cell]
        is_low, is_high = state[cell] == AT_LOWER, state[cell] == AT_UPPER
        wanted = weight * factor
        floor = int(np.floor(min(max(wanted, -_HUGE), _HUGE)))
        rest = weight * left - floor * whole
        step = (1 if rest >= whole else 0) - (1 if rest < 0 else 0)
        floor += step
        rest -= step * whole
        is_exact = 0 <= rest < whole
        is_below = floor < low or (floor == low and rest == 0)
        is_inside = floor >= low and (floor < high or (floor == high and rest == 0))
        is_far = abs(wanted) > _HUGE / 2
        is_right = is_below if is_low else (floor >= high if is_high else is_inside)
        is_proved = weight == 0 or (is_right and (is_exact or (is_far and (is_low or is_high))))
        faults += 0 if is_proved else 1
        nearest = min(max(0, low), high)
        bound = nearest if weight == 0 else (low if is_low else high)
        quotient[cell] = bound if is_low or is_high else floor
        remainder[cell] = 0 if is_low or is_high else rest
    return faults == 0


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


def reach(weights: Int64, lower: Int64, upper: Int64) -> tuple[int, int, int, int, int]:
    """Sums of bounds: lower and upper of cells with weight, of cells without, and of these nearest to zero."""
    halves = _sum_bounds(weights, lower, upper)
    low, high, low_other, high_other, nearest = (
        min(max((int(top) << 32) + int(rest), -FAR), FAR)
        for top, rest in zip(halves[:5], halves[5:], strict=True)
    )
    return low, high, low_other, high_other, nearest


@compiled
def _sum_bounds(
    weights: Int64, lower: Int64, upper: Int64
) -> tuple[int, int, int, int, int, int, int, int, int, int]:
    """The five sums by their upper and their lower 32 bits, which never overflow."""
    low, high, low_other, high_other, nearest = 0, 0, 0, 0, 0
    low_rest, high_rest, low_other_rest, high_other_rest, nearest_rest = 0, 0, 0, 0, 0
    for cell in range(weights.size):
        first, last = lower[cell], upper[cell]
        is_other = weights[cell] == 0
        own_first, own_last = 0 if is_other else first, 0 if is_other else last
        other_first, other_last = first - own_first, last - own_last
        least = min(max(0, other_first), other_last)
        low += own_first >> 32
        low_rest += own_first & 0xFFFFFFFF
        high += own_last >> 32
        high_rest += own_last & 0xFFFFFFFF
        low_other += other_first >> 32
        low_other_rest += other_first & 0xFFFFFFFF
        high_other += other_last >> 32
        high_other_rest += other_last & 0xFFFFFFFF
        nearest += least >> 32
        nearest_rest += least & 0xFFFFFFFF
    return (
        low,
        high,
        low_other,
        high_other,
        nearest,
        low_rest,
        high_rest,
        low_other_rest,
        high_other_rest,
        nearest_rest,
    )
