"""What has been sold of a plan year so far, by region node and month: the other half of every attainment."""

from datetime import date, timedelta

import numpy as np

from quyu.apps.targets import sales
from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.dimension import REGION
from quyu.apps.targets.sums import Sums, node_sums


def sold(axes: Axes, *, measure: str, today: date) -> Sums:
    """(region nodes, months) in the measure's unit, up to and with `today`; zeros where nothing is known."""
    by_leaf = np.zeros((len(axes.leaves), len(axes.months)), np.int64)
    months = {code[:7]: place for place, code in enumerate(axes.months)}
    years = tuple(sorted({int(code[:4]) for code in axes.months}))
    try:
        table = sales.reader().months(sales.Asked(years, today + timedelta(1), measure))
    except sales.NoReader:
        return node_sums(axes.dimension(REGION), by_leaf)
    regions = {code.removeprefix(TERRITORY): place for place, code in enumerate(axes.leaves)}
    columns = (table[name].to_pylist() for name in ("territory", "year", "month", "value"))
    for territory, year, month, value in zip(*columns, strict=True):
        place = months.get(f"{year}-{month:02d}")
        if territory in regions and place is not None:
            by_leaf[regions[territory], place] += value
    return node_sums(axes.dimension(REGION), by_leaf)
