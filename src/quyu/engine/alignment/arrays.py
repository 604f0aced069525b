"""Names for the arrays of the alignment engine, and sums by label."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]


def sums(label: Ints, amount: Floats, count: int) -> Floats:
    """The sum of the amounts of each label, labels 0 to count - 1."""
    return np.bincount(label, weights=amount, minlength=count).astype(np.float64, copy=False)


def column_sums(label: Ints, amounts: Floats, count: int) -> Floats:
    """The sums of each column of amounts by label, labels x columns."""
    return np.column_stack([sums(label, column, count) for column in amounts.T])


def totals(amounts: Floats) -> Floats:
    """The sum of each column, the same to the last bit in whatever order the rows come."""
    found: Floats = np.sort(amounts, axis=0).sum(axis=0)
    return found
