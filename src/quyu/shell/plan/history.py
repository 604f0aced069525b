"""Actuals of past years placed on the axes of a plan, and the baseline taken from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Max, Min, Sum
from numpy.typing import NDArray

from quyu.apps.performance.models import DayRollup, MonthRollup
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.services import baseline
from quyu.kernel.refusal import Refusal
from quyu.platform.calendar.selectors import spring_festival
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit

LATEST_START_MONTH = 1
MONTHS = 12


class YearWithoutHistory(Refusal):
    """There is no year before the plan year in the data."""

    def __init__(self, year: int, first: date, last: date) -> None:
        super().__init__(
            "year_without_history",
            "订单日期从 {first} 到 {last}，{year} 年之前没有完整的一年可作基线。请换一个年度，或补充历史订单。",
            year=year,
            first=first,
            last=last,
        )


@dataclass(frozen=True)
class PastYears:
    """`cells` by year, each (territories, months, lines) in fen; `closed` months of the last year have ended."""

    cells: Mapping[int, Cells]
    years: tuple[int, ...]
    closed: int
    last_on: date


def actual_cells(axes: Axes, year: int) -> Cells:
    """The actuals of a calendar year on the axes; lines of unknown territories or products are left out."""
    cells = np.zeros(axes.counts[:3], np.int64)
    leaves = {code.removeprefix(TERRITORY): index for index, code in enumerate(axes.leaves)}
    lines = {code: index for index, code in enumerate(axes.lines)}
    rows = MonthRollup.objects.filter(month__gte=date(year, 1, 1), month__lt=date(year + 1, 1, 1))
    for row in (
        rows.values("territory__code", "month", "product_line__code")
        .annotate(fen=Sum("amount_fen"))
        .order_by()
    ):
        leaf, line = leaves.get(row["territory__code"]), lines.get(row["product_line__code"])
        if leaf is not None and line is not None:
            cells[leaf, row["month"].month - 1, line] += row["fen"]
    return cells


def past_years(axes: Axes, year: int, *, today: date) -> PastYears:
    """Every year before `year` that the data cover from its first month on."""
    span = DayRollup.objects.filter(day__lte=today).aggregate(first=Min("day"), last=Max("day"))
    first, last = span["first"], span["last"]
    if first is None:
        raise baseline.NoHistory
    start = first.year if first.month <= LATEST_START_MONTH else first.year + 1
    years = tuple(y for y in range(start, year) if y <= last.year)
    if not years:
        raise YearWithoutHistory(year, first, last)
    closed = MONTHS if years[-1] < last.year else _closed_months(last)
    return PastYears({y: actual_cells(axes, y) for y in years}, years, closed, last)


def _closed_months(last: date) -> int:
    """Months that have ended when `last` is the last day with sales (the month counts from its 28th)."""
    return last.month if last.day >= 28 else last.month - 1


def baseline_of(axes: Axes, past: PastYears, *, target_year: int, growth_bp: int | None) -> baseline.Baseline:
    """The draft of the target year from the past years, an unfinished last year completed at its pace."""
    amounts: NDArray[np.int64] = np.stack([past.cells[year] for year in past.years])
    amounts = baseline.fill_open_months(amounts, past.closed)
    parents = [axes.tree.parent(leaf) or axes.tree.root for leaf in axes.leaves]
    numbers = {code: index for index, code in enumerate(dict.fromkeys(parents))}
    history = baseline.History(
        years=past.years,
        amounts=amounts,
        parents=np.array([numbers[code] for code in parents], np.int64),
        festivals=_festivals((*past.years, target_year)),
    )
    return baseline.baseline(history, target_year=target_year, growth_bp=growth_bp)


def _festivals(years: Iterable[int]) -> dict[int, date]:
    """The Spring Festivals of a company that sells in China; none for others."""
    if not BasicUnit.objects.exclude(level=UnitLevel.OTHER).exists():
        return {}
    return {year: spring_festival(year) for year in years}


def completed_last_year(past: PastYears) -> Cells:
    """The year before the plan, its open months estimated at this year's pace."""
    amounts = np.stack([past.cells[year] for year in past.years])
    last: Cells = baseline.fill_open_months(amounts, past.closed)[-1]
    return last
