"""What was given to the seats of an account: tasks of cards and decisions of meetings, in one order."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.models import CardTask, Promise
from quyu.apps.monitoring.models.undertaking import Undertaking

LATELY = timedelta(30)
"""So long what was settled stays on the list."""


def tasks() -> QuerySet[CardTask]:
    """Tasks of cards with what their page tells."""
    return CardTask.objects.select_related(
        "owner", "card__org_unit", "card__territory", "card__owner", "card__product_line", "card__opened_by"
    )


def decisions() -> QuerySet[Promise]:
    """Decisions of meetings with what their page tells."""
    return Promise.objects.select_related("owner", "meeting__org_unit", "meeting__created_by")


def of_seats(positions: Iterable[int], today: date) -> list[Undertaking]:
    """What is open, and what was settled lately; the open first, the next date first."""
    own = set(positions)
    wanted = Q(state=PromiseState.OPEN) | Q(settled_on__gt=today - LATELY)
    asked: tuple[QuerySet[CardTask] | QuerySet[Promise], ...] = (tasks(), decisions())
    rows: list[Undertaking] = [
        row for rows in asked for row in rows.filter(wanted, owner__in=own).prefetch_related("reports")
    ]
    return sorted(rows, key=lambda row: (row.state != PromiseState.OPEN, row.due_on, row.page))
