"""One guarded step of Newton's method on the logarithms of the factors of a raking.

The dual of a raking is concave, and its curvature between two sets is the sum of the free cells they
share. All arithmetic is done here, cell by cell: a threaded library could change the last bit with the
number of its threads.
"""

import numpy as np
from numpy.typing import NDArray

from quyu.engine.allocation.lattice import Int32
from quyu.kernel.compiled import compiled

Float64 = NDArray[np.float64]

_HALVINGS = 8
_RIDGE = 1e-13


@compiled
def newton_step(
    weights: Float64,
    lower: Float64,
    upper: Float64,
    labels: Int32,
    low: Float64,
    high: Float64,
    logs: Float64,
) -> None:
    """Moves `logs` towards the optimum, as far as the dual grows; leaves them where it does not."""
    sets = logs.size
    curvature = np.zeros((sets, sets))
    sums = np.zeros(sets)
    value = _dual(weights, lower, upper, labels, low, high, logs, sums, curvature)
    target = np.empty(sets)
    for number in range(sets):
        target[number] = _end(low[number], high[number], logs[number], sums[number])
    step = target - sums
    for number in range(sets):
        if step[number] == 0.0 and low[number] != high[number] and logs[number] == 0.0:
            curvature[number, :] = 0.0
            curvature[:, number] = 0.0
    if not _solve(curvature, step):
        return
    trial = np.empty(sets)
    unused = np.zeros((0, 0))
    length = 1.0
    for _ in range(_HALVINGS):
        for number in range(sets):
            moved = logs[number] + length * step[number]
            is_over = low[number] != high[number] and moved * logs[number] < 0
            trial[number] = 0.0 if is_over else moved
        if _dual(weights, lower, upper, labels, low, high, trial, sums, unused) >= value:
            logs[:] = trial
            return
        length /= 2


@compiled
def _end(low: float, high: float, log: float, found: float) -> float:
    """The end of its range that a sum is held at; where it is held by none, the sum itself."""
    if low == high or log > 0:
        return low
    if log < 0:
        return high
    return min(max(found, low), high)


@compiled
def _dual(
    weights: Float64,
    lower: Float64,
    upper: Float64,
    labels: Int32,
    low: Float64,
    high: Float64,
    logs: Float64,
    sums: Float64,
    curvature: Float64,
) -> float:
    """The dual, the sums of the sets and, where there is room for it, the curvature."""
    sums[:] = 0.0
    value = 0.0
    for number in range(logs.size):
        if logs[number] != 0.0:
            value += logs[number] * _end(low[number], high[number], logs[number], 0.0)
    for cell in range(weights.size):
        log = 0.0
        for margin in range(labels.shape[0]):
            if labels[margin, cell] >= 0:
                log += logs[labels[margin, cell]]
        wanted = weights[cell] * np.exp(min(max(log, -300.0), 300.0))
        found = min(max(wanted, lower[cell]), upper[cell])
        is_free = found == wanted
        value -= found
        if not is_free and found > 0:
            value -= found * np.log(wanted / found)
        for margin in range(labels.shape[0]):
            number = labels[margin, cell]
            if number < 0:
                continue
            sums[number] += found
            if is_free and curvature.size:
                for other in range(labels.shape[0]):
                    if labels[other, cell] >= 0:
                        curvature[number, labels[other, cell]] += found
    return value


@compiled
def _solve(matrix: Float64, right: Float64) -> bool:
    """Solves a symmetric system in place by Cholesky, dependent rows left at zero."""
    size = right.size
    most = 0.0
    for row in range(size):
        most = max(most, matrix[row, row])
    if most == 0.0:
        return False
    for row in range(size):
        pivot = matrix[row, row] * (1 + _RIDGE)
        original = pivot
        for column in range(row):
            pivot -= matrix[row, column] * matrix[row, column]
        is_dependent = pivot <= original * 1e-12 or pivot <= most * 1e-290
        matrix[row, row] = 0.0 if is_dependent else np.sqrt(pivot)
        for below in range(row + 1, size):
            if is_dependent:
                matrix[below, row] = 0.0
                continue
            rest = matrix[below, row]
            for column in range(row):
                rest -= matrix[below, column] * matrix[row, column]
            matrix[below, row] = rest / matrix[row, row]
    for row in range(size):
        rest = right[row]
        for column in range(row):
            rest -= matrix[row, column] * right[column]
        right[row] = rest / matrix[row, row] if matrix[row, row] > 0 else 0.0
    for row in range(size - 1, -1, -1):
        rest = right[row]
        for below in range(row + 1, size):
            rest -= matrix[below, row] * right[below]
        right[row] = rest / matrix[row, row] if matrix[row, row] > 0 else 0.0
    return True
