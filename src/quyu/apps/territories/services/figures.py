"""What the units weigh, told by the apps that know it."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import UnitFigure
from quyu.platform.geography.models import BasicUnit


@transaction.atomic
def record_figures(*, measure: FigureMeasure | str, values: Mapping[str, int], period_end: date) -> int:
    """Replace one measure of all units: `values` by unit code; returns how many units carry it.

    Figures of an earlier day than those kept are left (0): a task that waited must not turn the clock back.
    Codes that are no unit are left out. `amount` is in fen over the twelve months before `period_end`,
    `workload` in minutes.
    """
    newer = UnitFigure.objects.filter(measure=measure, period_end__gt=period_end)
    if newer.exists():
        return 0
    ids = dict(BasicUnit.objects.filter(code__in=list(values)).values_list("code", "pk"))
    UnitFigure.objects.filter(measure=measure).delete()
    UnitFigure.objects.bulk_create(
        [
            UnitFigure(unit_id=ids[code], measure=measure, period_end=period_end, value=int(values[code]))
            for code in sorted(ids)
            if values[code]
        ],
        batch_size=1000,
    )
    return len(ids)
