"""The day's look at cards: red alerts open one, check days take the figure, what healed untouched is dropped.

The product writes without a new version of the row: a version counts what people changed.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from quyu.apps.monitoring.choices import CardState, Severity
from quyu.apps.monitoring.models import Alert, PdcaCard
from quyu.apps.monitoring.selectors.figures import FigureBook
from quyu.apps.monitoring.selectors.judging import figure_of
from quyu.apps.monitoring.services.cards import card_of_alert
from quyu.platform.audit import services as audit

PATIENCE = timedelta(7)
"""So long a check waits for a figure that cannot be told on its day."""


def look_at_cards(today: date, book: FigureBook, at: datetime) -> int:
    """Open, check and drop, each on record; how many cards are new. A second look the same day changes nothing."""
    healed = PdcaCard.objects.filter(
        state=CardState.PLAN, version=1, opened_by=None, alert__closed_on__isnull=False, tasks=None
    )
    dropped = list(healed.select_related("org_unit", "territory"))
    PdcaCard.objects.filter(pk__in=[card.pk for card in dropped]).update(
        state=CardState.DROPPED, closed_on=today
    )
    on_record("card.drop", dropped, at)
    check(today, book, at)
    red = Alert.objects.open().filter(rule__severity=Severity.HIGH, is_explained=False, cards=None)
    rows = red.select_related("rule__product_line", "org_unit", "territory").order_by("pk")
    made = [card_of_alert(alert, today=today, actor=None) for alert in rows]
    on_record("card.open", PdcaCard.objects.bulk_create(made, batch_size=500), at)
    return len(made)


def on_record(verb: str, cards: Iterable[PdcaCard], at: datetime) -> None:
    """What nobody but the product did."""
    for card in cards:
        audit.record(actor=None, verb=verb, subject=card, label=str(card), at=at)


def check(today: date, book: FigureBook, at: datetime) -> None:
    """Cards whose check day has come: the same figure as when they were opened."""
    due = PdcaCard.objects.filter(state=CardState.DO, check_on__lte=today).select_for_update(of=("self",))
    rows = list(due.select_related("org_unit", "territory", "product_line"))
    for card in rows:
        assert card.check_on is not None
        figure = figure_of(card, book)
        if figure is not None or today >= card.check_on + PATIENCE:
            card.checked_figure, card.checked_on, card.state = figure, today, CardState.ACT
    PdcaCard.objects.bulk_update(rows, ["checked_figure", "checked_on", "state"], batch_size=500)
    on_record("card.check", [card for card in rows if card.state == CardState.ACT], at)
