"""The one rounding rule: largest remainder (Hamilton's method), so that parts sum to the whole exactly.

Source: M. L. Balinski, H. P. Young, *Fair Representation*, 1982. Every part is within one unit of
its exact share. Ties go to the lower index, so the answer does not depend on how a sort is done.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.refusal import Refusal

Int64 = NDArray[np.int64]


class NotRoundable(Refusal):
    """The total is not a multiple of the unit, or the weights cannot carry it."""


def largest_remainder(
    weights: Sequence[int] | Int64 | NDArray[np.float64], total: int, *, unit: int = 1
) -> Int64:
    """Integers proportional to `weights`, multiples of `unit`, summing to `total` exactly.

    Shape (n,) in, (n,) int64 out. Weights must be finite and not negative (floats are resolved to
    2^-40 of the largest); all zero means equal shares. `total` may be negative. Raises NotRoundable
    where `total` is no multiple of `unit`, or there is nothing to carry it.
    """
    raw = np.asarray(weights)
    if total % unit:
        raise NotRoundable(
            "total_not_in_unit", "合计 {total} 不是最小单位 {unit} 的整数倍。", total=total, unit=unit
        )
    if raw.size == 0:
        if total:
            raise NotRoundable("nothing_to_carry", "合计 {total} 没有可分配的对象。", total=total)
        return np.zeros(0, np.int64)
    if not np.all(np.isfinite(raw)) or raw.min() < 0:
        raise NotRoundable("bad_weights", "权重必须是不小于零的数。")
    if raw.max() == 0:
        raw = np.ones(raw.size, np.int64)
    steps = abs(total) // unit
    parts = _shares(raw, steps)
    return parts * (unit if total >= 0 else -unit)


def _shares(weights: NDArray[np.generic], steps: int) -> Int64:
    integers = (
        weights if np.issubdtype(weights.dtype, np.integer) else _as_integers(weights.astype(np.float64))
    )
    whole = sum(integers.tolist())
    fits = whole * max(steps, 1) < 2**62
    exact = integers.astype(np.int64 if fits else object)
    product = exact * steps
    floors: Int64 = (product // whole).astype(np.int64)
    missing = steps - int(floors.sum())
    order = np.argsort(-(product % whole), kind="stable")
    floors[order[:missing]] += 1
    return floors


def _as_integers(weights: NDArray[np.float64]) -> Int64:
    """Weights resolved to 2^-40 of the largest: from here on everything is integer and exact."""
    resolved: Int64 = np.rint(weights / weights.max() * 2.0**40).astype(np.int64)
    return resolved
