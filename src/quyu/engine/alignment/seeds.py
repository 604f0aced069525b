"""First centres: split the plane by lines again and again, each side with its share of the weight."""

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, sums


def split(x: Floats, y: Floats, w: Floats, count: int, rng: np.random.Generator) -> Ints:
    """A part number per point: `count` parts of about equal weight, cut across their longer axis.

    Recursive bisection as in Hess et al. 1965 and Kalcsics, Nickel, Schröder 2005; the angle is shaken, so that
    every call gives other parts.
    """
    label = np.zeros(len(x), dtype=np.int32)
    waiting = [(np.arange(len(x)), count, 0)]
    while waiting:
        members, parts, offset = waiting.pop()
        label[members] = offset
        if parts == 1:
            continue
        left = parts // 2 if parts % 2 == 0 or rng.random() < 0.5 else parts - parts // 2
        order = members[np.argsort(_along(x[members], y[members], w[members], rng), kind="stable")]
        reached = np.cumsum(w[order])
        cut = int(np.searchsorted(reached, reached[-1] * left / parts))
        cut = min(max(cut, left), len(order) - (parts - left))
        waiting.append((order[:cut], left, offset))
        waiting.append((order[cut:], parts - left, offset + left))
    return label


def _along(x: Floats, y: Floats, w: Floats, rng: np.random.Generator) -> Floats:
    weight = w + 1e-12
    dx, dy = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    xx, yy, xy = (weight * dx * dx).sum(), (weight * dy * dy).sum(), (weight * dx * dy).sum()
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + rng.normal(0.0, 0.35)
    along: Floats = dx * np.cos(angle) + dy * np.sin(angle)
    return along


def centroids(x: Floats, y: Floats, w: Floats, label: Ints, count: int) -> Floats:
    """Weighted centre of each part, parts x 2; NaN for an empty one."""
    weight = w + 1e-12
    total = sums(label, weight, count)
    with np.errstate(invalid="ignore"):
        return np.column_stack([sums(label, weight * axis, count) / total for axis in (x, y)])
