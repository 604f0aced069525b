"""The figures of units month by month: those of the running month are kept as they come, past sales are counted from orders."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from django.db import transaction

from quyu.apps.drift.models import DriftRule, MonthlyFigure
from quyu.apps.drift.watched import known_now, watched
from quyu.apps.performance.figures import unit_amounts
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.measures import RECORDED
from quyu.apps.territories.models import Alignment, UnitFigure
from quyu.platform.geography.models import BasicUnit

MONTHS = 12
"""How far back the alarm looks, the running month included."""


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_before(day: date, count: int = MONTHS) -> list[date]:
    """The first days of the newest months, oldest first; the running month is the last."""
    found = [month_of(day)]
    while len(found) < count:
        found.append(month_of(found[-1] - timedelta(1)))
    return found[::-1]


@transaction.atomic
def record(today: date, alignment: Alignment) -> None:
    """Keep the running month of every measure as the units weigh now; count past months not there yet."""
    months = months_before(today)
    for measure in FigureMeasure.values:
        rows = UnitFigure.objects.filter(measure=measure).values_list("unit__code", "value")
        keep(measure, months[-1], dict(rows))
    for one in watched(alignment, DriftRule()):
        if one.measure not in RECORDED:
            keep(one.kept_as, months[-1], known_now(one, alignment, today))
    there = MonthlyFigure.objects.filter(measure=FigureMeasure.AMOUNT, month__in=months[:-1])
    known = set(there.values_list("month", flat=True).distinct())
    for month, after in pairwise(months):
        if month not in known or month == months[-2]:
            keep(FigureMeasure.AMOUNT, month, unit_amounts(after))


def keep(measure: str, month: date, values: Mapping[str, int]) -> None:
    """Replace one measure of one month: values by unit code; codes that are no unit are left out."""
    ids = dict(BasicUnit.objects.filter(code__in=[*values]).values_list("code", "pk"))
    MonthlyFigure.objects.filter(measure=measure, month=month).delete()
    MonthlyFigure.objects.bulk_create(
        [
            MonthlyFigure(unit_id=ids[code], measure=measure, month=month, value=values[code])
            for code in sorted(ids)
            if values[code]
        ],
        batch_size=1000,
    )
