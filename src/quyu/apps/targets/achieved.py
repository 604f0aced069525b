"""What has been achieved per region node of a plan, by any metric; actuals live in an app above this one.

Unlike `sales` (history for a baseline, cell by cell) a figure here is measured for the node as a whole, so
that shares and counts of distinct customers are right at every level.
"""

from collections.abc import Callable, Mapping
from datetime import date

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.axes import Axes

Reader = Callable[[Axes, str, date, date, str], Mapping[str, int]]
"""(axes, metric, first day, day after the last, product line or "") -> value per region node that has lines."""

_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns the facts is loaded."""
    _readers[:] = [reader]


def achieved(
    axes: Axes, measure: str, start: date, stop: date, product_line: str = ""
) -> Mapping[str, int] | None:
    """Region code -> value in the metric's unit over `[start, stop)`; None where there are no facts of it."""
    metric = METRICS.get(measure)
    if metric is None or not metric.has_facts or not _readers:
        return None
    return _readers[0](axes, measure, start, stop, product_line)
