"""The cards one reader sees, and those that wait for a seat."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from quyu.apps.monitoring.choices import CardState
from quyu.apps.monitoring.models import PdcaCard
from quyu.platform.people.scope import Scope


def seen(scope: Scope, at: date) -> QuerySet[PdcaCard]:
    """Cards within reach with what a list shows."""
    rows: QuerySet[PdcaCard] = PdcaCard.objects.visible_to(scope, at)
    return rows.select_related("org_unit", "territory", "owner", "product_line")


def lessons(
    scope: Scope, at: date, *, text: str = "", node: str = "", metric: str = ""
) -> QuerySet[PdcaCard]:
    """Concluded cards within reach, newest first; every word must stand in the problem, cause, measures or lesson."""
    rows = seen(scope, at).filter(state=CardState.CLOSED)
    for word in text.split():
        rows = rows.filter(
            Q(problem__icontains=word)
            | Q(cause__icontains=word)
            | Q(measures__icontains=word)
            | Q(lesson__icontains=word)
        )
    if node:
        unit = Q(org_unit__name__icontains=node) | Q(org_unit__code=node)
        rows = rows.filter(unit | Q(territory__name__icontains=node) | Q(territory__code=node))
    if metric:
        rows = rows.filter(metric=metric)
    return rows.order_by("-closed_on", "-pk")


def to_work_on(positions: Iterable[int], today: date) -> list[PdcaCard]:
    """Cards whose next step is the seats' own: to be planned, or to be concluded; the next date first."""
    waits = Q(state__in=(CardState.PLAN, CardState.ACT))
    rows = PdcaCard.objects.filter(waits, owner__in=set(positions)).select_related("org_unit", "territory")
    return sorted(rows, key=lambda row: (row.next_by or today, row.pk))
