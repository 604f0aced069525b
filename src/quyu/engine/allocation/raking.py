"""Bounded raking: the cells nearest to their weights whose sums meet every margin, in floats.

The answer to "least Kullback-Leibler divergence from the weights, sums within [low, high], cells within
bounds" is a product, x = clip(weight * factors of the sets the cell is in, lower, upper). Each pass over
the cells fixes the factors of one margin (sets that do not overlap) and sums up for the next. A factor
above 1 belongs to a sum held up at its lower end, one below 1 to a sum held down, 1 to a free one. Where
passes gain too little, steps of Newton's method on the logarithms of all factors come in between.

Sources: W. E. Deming, F. F. Stephan, Ann. Math. Statist. 11 (1940); Y. Censor, S. A. Zenios, *Parallel
Optimization* (1997), chapter 6 for the bounds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.lattice import Int32
from quyu.engine.allocation.newton import newton_step
from quyu.kernel.compiled import compiled

Float64 = NDArray[np.float64]

_ROUNDS = 80
_CAREFUL_ROUNDS = 2_000
_CAREFUL_CELLS = 5_000_000
_MOST_PASSES = 8
_PATIENCE = 10
_BISECTIONS = 60
_FARTHEST = 300.0
_NEWTON_SETS = 600
_LEAP = 2.0
"""Where all cells of a set lie on their bounds, its factor changes by e to this power."""


@dataclass(frozen=True, eq=False, slots=True)
class Margins:
    """Sets of cells: `labels[k, cell]` is the set of margin k that a cell is in, -1 for none.

    The sum of set s lies in [low[s], high[s]]; the ends may be infinite.
    """

    labels: Int32
    low: Float64
    high: Float64


@dataclass(frozen=True, eq=False, slots=True)
class Raked:
    """`cells`: the optimum. `factors`: one for each set. `residual`: the largest miss of a sum."""

    cells: Float64
    factors: Float64
    residual: float


def rake(weights: Float64, lower: Float64, upper: Float64, margins: Margins, tolerance: float) -> Raked:
    """The optimum for positive weights and 0 <= lower <= upper, every sum off by at most `tolerance`.

    Where that is out of reach (there are no such cells, or floats end) the best found; `residual` says so.
    """
    task = _Task(weights, lower, upper, margins, tolerance)
    logs, least = _quickly(task)
    for with_newton in (True, False):
        if least > tolerance:
            logs, least = min((logs, least), _carefully(task, with_newton), key=lambda found: found[1])
    product = np.empty_like(weights)
    multiply(weights, margins.labels, logs, product)
    return Raked(np.clip(product, lower, upper), np.exp(np.clip(logs, -_FARTHEST, _FARTHEST)), least)


@dataclass(frozen=True, eq=False, slots=True)
class _Task:
    weights: Float64
    lower: Float64
    upper: Float64
    margins: Margins
    tolerance: float

    def passes(self, product: Float64, logs: Float64) -> float:
        margins = self.margins
        ends = margins.labels, margins.low, margins.high
        return float(_passes(product, self.lower, self.upper, *ends, logs, self.tolerance))

    def exact_round(self, product: Float64, logs: Float64) -> None:
        margins = self.margins
        ends = margins.labels, margins.low, margins.high
        _exact_round(product, self.lower, self.upper, *ends, logs, self.tolerance)

    def newton(self, product: Float64, logs: Float64) -> None:
        """A step of all factors at once, where they are few enough."""
        margins = self.margins
        if logs.size <= _NEWTON_SETS:
            newton_step(self.weights, self.lower, self.upper, margins.labels, margins.low, margins.high, logs)
        multiply(self.weights, margins.labels, logs, product)


def _quickly(task: _Task) -> tuple[Float64, float]:
    """Passes over all cells with steps of Newton's method: the best logarithms and their residual."""
    logs, product = np.zeros(task.margins.low.size), task.weights.copy()
    best, least = logs.copy(), np.inf
    without_gain = 0
    for _ in range(_ROUNDS):
        residual = task.passes(product, logs)
        without_gain = 0 if residual < least / 2 else without_gain + 1
        if residual < least:
            best, least = logs.copy(), residual
        if residual <= task.tolerance or without_gain > _PATIENCE:
            break
        if without_gain:
            task.exact_round(product, logs)
        task.newton(product, logs)
    return best, least


def _carefully(task: _Task, with_newton: bool) -> tuple[Float64, float]:
    """One set after another to its end, so that two sets in each other cannot drive their factors apart.

    Every round gains on the dual, whatever the start; it takes many where passes go astray.
    """
    logs, product = np.zeros(task.margins.low.size), task.weights.copy()
    best, least = logs.copy(), np.inf
    for _ in range(min(_CAREFUL_ROUNDS, 10 + _CAREFUL_CELLS // max(product.size, 1))):
        task.exact_round(product, logs)
        if with_newton:
            task.newton(product, logs)
        tried = logs.copy()
        residual = task.passes(product.copy(), tried)
        if residual < least:
            best, least = tried, residual
        if residual <= task.tolerance:
            break
    return best, least


@compiled
def multiply(weights: Float64, labels: Int32, logs: Float64, product: Float64) -> None:
    """Fills `product` with the weights times the factors of their sets."""
    factors = np.exp(np.minimum(np.maximum(logs, -300.0), 300.0))
    for cell in range(weights.size):
        found = weights[cell]
        for margin in range(labels.shape[0]):
            if labels[margin, cell] >= 0:
                found *= factors[labels[margin, cell]]
        product[cell] = found


@compiled
def _passes(
    product: Float64,
    lower: Float64,
    upper: Float64,
    labels: Int32,
    low: Float64,
    high: Float64,
    logs: Float64,
    tolerance: float,
) -> float:
    """Some rounds over all margins; returns the largest miss seen in the last one."""
    margins, sets = labels.shape[0], low.size
    ratio, free, fixed = np.ones(sets), np.zeros(sets), np.zeros(sets)
    margin_of = np.full(sets, -1, np.int64)
    for margin in range(margins):
        for cell in range(product.size):
            if labels[margin, cell] >= 0:
                margin_of[labels[margin, cell]] = margin
    worst = 0.0
    for _ in range(_MOST_PASSES):
        worst = 0.0
        for margin in range(margins):
            before = labels[(margin + margins - 1) % margins]
            _multiply_and_sum(product, lower, upper, before, ratio, labels[margin], free, fixed)
            for number in range(sets):
                if margin_of[number] != margin:
                    continue
                miss, step = _step_of(low[number], high[number], free[number], fixed[number], logs[number])
                worst = max(worst, miss)
                logs[number] += step
                ratio[number] = np.exp(step)
        if worst <= tolerance:
            break
    return worst


@compiled
def _exact_round(
    product: Float64,
    lower: Float64,
    upper: Float64,
    labels: Int32,
    low: Float64,
    high: Float64,
    logs: Float64,
    tolerance: float,
) -> None:
    """One margin after another to the end, by Newton's method between two sides: slow, but never astray."""
    margins, sets = labels.shape[0], low.size
    step, free, fixed = np.zeros(sets), np.zeros(sets), np.zeros(sets)
    below, above, target = np.empty(sets), np.empty(sets), np.empty(sets)
    nothing, ones = np.full(product.size, -1, np.int32), np.ones(sets)
    trial = np.empty(product.size)
    for margin in range(margins):
        here = labels[margin]
        below[:], above[:] = -np.inf, np.inf
        for number in range(sets):
            step[number] = 0.0 if low[number] == high[number] else -logs[number]
            target[number] = low[number] if low[number] == high[number] else np.nan
        for _ in range(_BISECTIONS):
            for cell in range(product.size):
                trial[cell] = product[cell]
                if here[cell] >= 0:
                    trial[cell] *= np.exp(step[here[cell]])
            _multiply_and_sum(trial, lower, upper, nothing, ones, here, free, fixed)
            is_done = True
            for number in range(sets):
                found = free[number] + fixed[number]
                if np.isnan(target[number]):
                    target[number] = min(max(found, low[number]), high[number])
                if abs(found - target[number]) <= tolerance / 4 or above[number] - below[number] < 1e-15:
                    continue
                if found < target[number]:
                    below[number] = step[number]
                else:
                    above[number] = step[number]
                wanted = step[number] + _log_ratio(target[number], free[number], fixed[number])
                if not below[number] < wanted < above[number]:
                    wanted = (below[number] + above[number]) / 2
                if abs(wanted) <= _FARTHEST:
                    step[number] = wanted
                    is_done = False
            if is_done:
                break
        for cell in range(product.size):
            if here[cell] >= 0:
                product[cell] *= np.exp(step[here[cell]])
        for cell in range(product.size):
            if here[cell] >= 0 and step[here[cell]] != 0.0:
                logs[here[cell]] += step[here[cell]]
                step[here[cell]] = 0.0


@compiled
def _multiply_and_sum(
    product: Float64,
    lower: Float64,
    upper: Float64,
    before: Int32,
    ratio: Float64,
    here: Int32,
    free: Float64,
    fixed: Float64,
) -> None:
    """Applies the last change of the margin before, and sums each set of this one."""
    free[:] = 0.0
    fixed[:] = 0.0
    for cell in range(product.size):
        last, number = before[cell], here[cell]
        if last >= 0:
            product[cell] *= ratio[last]
        if number < 0:
            continue
        wanted = product[cell]
        if wanted <= lower[cell]:
            fixed[number] += lower[cell]
        elif wanted >= upper[cell]:
            fixed[number] += upper[cell]
        else:
            free[number] += wanted


@compiled
def _step_of(low: float, high: float, free: float, fixed: float, log: float) -> tuple[float, float]:
    """How far a sum misses what its factor says, and the change of the factor's logarithm."""
    found = free + fixed
    if low == high:
        return abs(found - low), _log_ratio(low, free, fixed)
    if log > 0:
        miss = abs(found - low)
    elif log < 0:
        miss = abs(found - high)
    else:
        miss = max(max(low - found, found - high), 0.0)
    up = log + _log_ratio(low, free, fixed) if low > -np.inf else -np.inf
    down = log + _log_ratio(high, free, fixed) if high < np.inf else np.inf
    if up >= 0:
        return miss, up - log
    if down <= 0:
        return miss, down - log
    return miss, -log


@compiled
def _log_ratio(target: float, free: float, fixed: float) -> float:
    """The step that takes a sum to the target if no other cell reaches a bound."""
    if free <= 0.0 or target <= fixed:
        if target == free + fixed:
            return 0.0
        return _LEAP if target > free + fixed else -_LEAP
    return float(min(max(np.log((target - fixed) / free), -20.0), 20.0))
