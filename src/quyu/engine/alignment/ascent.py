"""Climb a smooth concave function: limited-memory BFGS (Nocedal 1980; Liu, Nocedal 1989), in plain NumPy.

SciPy's own hands its small vectors to a threaded BLAS that wakes every processor for a few numbers.
"""

from collections import deque
from collections.abc import Callable

import numpy as np

from quyu.engine.alignment.arrays import Floats

MEMORY = 12
ENOUGH = 1e-4
"""Part of the predicted rise a step must bring (Armijo)."""
PRECISION = 1e-9
"""Relative rise of a step below which the climb ends."""


def climb(function: Callable[[Floats], tuple[float, Floats]], start: Floats, rounds: int) -> Floats:
    """A point near the maximum; `function` returns value and gradient."""
    point = start
    value, slope = function(point)
    memory: deque[tuple[Floats, Floats, float]] = deque(maxlen=MEMORY)
    for _ in range(rounds):
        direction = _direction(slope, memory)
        rise = float(slope @ direction)
        if rise <= 0:
            memory.clear()
            direction, rise = slope, float(slope @ slope)
        size = 1.0 if memory else 1.0 / max(float(np.abs(slope).sum()), 1e-300)
        for _shorter in range(30):
            other = point + size * direction
            new_value, new_slope = function(other)
            if new_value >= value + ENOUGH * size * rise:
                break
            size *= 0.4
        else:
            break
        moved, bent = other - point, slope - new_slope
        if float(moved @ bent) > 1e-300:
            memory.append((moved, bent, 1.0 / float(moved @ bent)))
        gained = new_value - value
        point, value, slope = other, new_value, new_slope
        if gained <= PRECISION * (abs(value) + 1e-12):
            break
    return point


def _direction(slope: Floats, memory: deque[tuple[Floats, Floats, float]]) -> Floats:
    """The two-loop recursion: the slope times the remembered inverse curvature."""
    direction, kept = slope.copy(), []
    for moved, bent, weight in reversed(memory):
        part = weight * float(moved @ direction)
        direction -= part * bent
        kept.append(part)
    if memory:
        moved, bent, weight = memory[-1]
        direction *= 1.0 / (weight * float(bent @ bent))
    for (moved, bent, weight), part in zip(memory, reversed(kept), strict=True):
        direction += (part - weight * float(bent @ direction)) * moved
    return direction
