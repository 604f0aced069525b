"""What has been achieved per region node of a plan, by any metric; actuals live in an app above this one.

Unlike `sales` (history for a baseline, cell by cell) a figure here is measured for the node as a whole, so
that shares and counts of distinct customers are right at every level.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.axes import Axes

Figures = Mapping[str, int]
"""Region code -> value."""
Reader = Callable[[Axes, Sequence[str], date, date, str], Mapping[str, Figures]]
"""(axes, metrics, first day, day after the last, product line or "") -> metric -> value per region node that has lines."""

_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the reader; called once, when the app that owns the facts is loaded."""
    _readers[:] = [reader]


def achieved_all(
    axes: Axes, measures: Sequence[str], start: date, stop: date, product_line: str = ""
) -> Mapping[str, Figures]:
    """Metric -> region code -> value in its unit over `[start, stop)`; those without facts are left out."""
    known = [measure for measure in measures if measure in METRICS and METRICS[measure].has_facts]
    return _readers[0](axes, known, start, stop, product_line) if known and _readers else {}


def achieved(axes: Axes, measure: str, start: date, stop: date, product_line: str = "") -> Figures | None:
    """One of them; None where there are no facts of it."""
    return achieved_all(axes, [measure], start, stop, product_line).get(measure)
