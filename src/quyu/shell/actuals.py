"""The actuals that a draft of targets starts from: month rollups placed on the axes of the plan."""

from collections.abc import Sequence

import numpy as np
from django.db.models import Sum
from numpy.typing import NDArray

from quyu.apps.performance.models import MonthRollup
from quyu.apps.targets.axes import TERRITORY, Axes


def month_actuals(axes: Axes, years: Sequence[int]) -> NDArray[np.int64]:
    """Fen shaped (years, leaf regions, 12, lines); sales without a territory or line are left out."""
    leaves = {code.removeprefix(TERRITORY): place for place, code in enumerate(axes.leaves)}
    lines = {code: place for place, code in enumerate(axes.lines)}
    place_of_year = {year: place for place, year in enumerate(years)}
    cells = np.zeros((len(years), len(leaves), 12, len(lines)), np.int64)
    rows = (
        MonthRollup.objects.filter(month__year__in=years)
        .values_list("month", "territory__code", "product_line__code")
        .annotate(amount=Sum("amount_fen"))
    )
    for month, territory, line, amount in rows:
        if territory in leaves and line in lines:
            cells[place_of_year[month.year], leaves[territory], month.month - 1, lines[line]] += amount
    return cells
