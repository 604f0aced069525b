"""Where a draft gets its history from. Actuals live in an app above this one, which registers a reader."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.axes import Axes
from quyu.kernel.refusal import Refusal

Reader = Callable[[Axes, Sequence[int]], NDArray[np.int64]]
"""(axes, years) -> fen, shaped (years, leaf regions, 12 calendar months, lines)."""

_readers: list[Reader] = []


class NoReader(Refusal):
    """Nothing in this installation knows actuals."""

    def __init__(self) -> None:
        super().__init__("no_reader", "系统中没有实绩来源，请直接录入基数。")


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns the actuals is loaded."""
    _readers[:] = [reader]


def read(axes: Axes, years: Sequence[int]) -> NDArray[np.int64]:
    """Actuals of past years on the axes of a new plan."""
    if not _readers:
        raise NoReader
    return _readers[0](axes, years)
