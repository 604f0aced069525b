"""A first draft from history: freeze the axes, read the actuals, make a baseline, spread the total."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from quyu.apps.targets import actuals
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.freezing import freeze
from quyu.apps.targets.services.baseline import Baseline, History, NoHistory, baseline, fill_open_months
from quyu.apps.targets.services.operations import day_of
from quyu.apps.targets.services.plans import create_plan
from quyu.platform.calendar.selectors import spring_festival
from quyu.platform.people.models import User

YEARS_READ = 3


@transaction.atomic
def draft_from_history(
    *,
    name: str,
    year: int,
    total_fen: int | None = None,
    growth_bp: int | None = None,
    actor: User | None,
    at: date | datetime,
) -> PlanVersion:
    """A plan whose base is the baseline of the last years; without a total, the baseline's own sum.

    Months of last year that have not ended are estimated from the year before, at this year's pace.
    """
    day = day_of(at)
    axes = freeze(year=year, at=day)
    years, amounts = _years_with_sales(axes, year)
    closed = 12 if day.year >= year else day.month - 1 if day.year == years[-1] else 12
    filled = fill_open_months(amounts, closed)
    draft = baseline(
        History(years, filled, _parents(axes), {y: spring_festival(y) for y in (*years, year)}),
        target_year=year,
        growth_bp=growth_bp,
    )
    total = int(draft.cells.sum()) if total_fen is None else total_fen
    return create_plan(
        name=name,
        year=year,
        base=draft.cells,
        total_fen=total,
        actor=actor,
        at=at,
        axes=axes,
        last_year=filled[-1],
        method=_method(years, closed, draft),
    )


def _years_with_sales(axes: Axes, year: int) -> tuple[tuple[int, ...], NDArray[np.int64]]:
    years = tuple(range(year - YEARS_READ, year))
    amounts = actuals.read(axes, years)
    sold = np.flatnonzero(amounts.reshape(len(years), -1).sum(axis=1) > 0)
    if not sold.size:
        raise NoHistory
    first = int(sold[0])
    return years[first:], amounts[first:]


def _parents(axes: Axes) -> NDArray[np.int64]:
    """For each leaf the number of its parent region."""
    numbers: dict[str | None, int] = {}
    return np.array(
        [numbers.setdefault(axes.tree.parent(leaf), len(numbers)) for leaf in axes.leaves], np.int64
    )


def _method(years: Sequence[int], closed: int, draft: Baseline) -> dict[str, object]:
    return {
        "years": list(years),
        "closed_months": closed,
        "growth_bp": draft.growth_bp,
        "festival_shift_days": draft.festival_shift_days,
        "territories_without_history": len(draft.without_history),
    }
