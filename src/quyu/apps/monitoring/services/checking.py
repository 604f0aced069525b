"""The day's look at cards: red alerts open one, check days take the figure, what healed untouched is dropped.

The product writes without a new version of the row: a version counts what people changed.
"""

from datetime import date, timedelta

from quyu.apps.monitoring.choices import CardState, RuleKind, Severity
from quyu.apps.monitoring.models import Alert, PdcaCard
from quyu.apps.monitoring.selectors.figures import FigureBook
from quyu.apps.monitoring.selectors.judging import JUDGES
from quyu.apps.monitoring.services.cards import card_of_alert

PATIENCE = timedelta(7)
"""So long a check waits for a figure that cannot be told on its day."""


def look_at_cards(today: date, book: FigureBook) -> int:
    """Open, check and drop; how many cards are new. A second look the same day changes nothing."""
    healed = PdcaCard.objects.filter(
        state=CardState.PLAN, version=1, opened_by=None, alert__closed_on__isnull=False
    )
    healed.filter(tasks=None).update(state=CardState.DROPPED, closed_on=today)
    check(today, book)
    red = Alert.objects.open().filter(rule__severity=Severity.HIGH, is_explained=False, cards=None)
    rows = red.select_related("rule__product_line", "org_unit", "territory").order_by("pk")
    made = [card_of_alert(alert, today=today, actor=None) for alert in rows]
    PdcaCard.objects.bulk_create(made, batch_size=500)
    return len(made)


def check(today: date, book: FigureBook) -> None:
    """Cards whose check day has come: the same figure as when they were opened."""
    due = PdcaCard.objects.filter(state=CardState.DO, check_on__lte=today).select_for_update(of=("self",))
    rows = list(due.select_related("org_unit", "territory", "product_line"))
    for card in rows:
        assert card.check_on is not None
        figure = figure_of(card, book)
        if figure is not None or today >= card.check_on + PATIENCE:
            card.checked_figure, card.checked_on, card.state = figure, today, CardState.ACT
    PdcaCard.objects.bulk_update(rows, ["checked_figure", "checked_on", "state"], batch_size=500)


def figure_of(card: PdcaCard, book: FigureBook) -> int | None:
    """The figure of a card's node as of the book's day; None where it cannot be told."""
    judged = JUDGES[RuleKind(card.kind)](card.watched, book)
    return next((verdict.figure for verdict in judged if verdict.node == card.node_code), None)
