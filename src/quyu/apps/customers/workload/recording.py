"""Telling the territories what the customers of each unit take, as a measure of balance."""

from datetime import date

from quyu.apps.customers.workload.reading import territory_work
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.models import WorkStandard
from quyu.apps.territories.selectors import active_alignment
from quyu.apps.territories.services import record_figures


def refresh_workload(*, at: date) -> int:
    """The minutes of each unit as of a day; how many units carry some.

    Ways are reckoned from the home of the territory that has the unit today. Customers named for a territory, or
    given to it by a rule, do not move with the unit and do not count in it.
    """
    found = territory_work(active_alignment(at), WorkStandard.objects.holding(at), at)
    values = {
        place.unit.code: place.work.total
        for side in found.values()
        for place in side.places
        if place.is_placed
    }
    return record_figures(measure=FigureMeasure.WORKLOAD, values=values, period_end=at)
