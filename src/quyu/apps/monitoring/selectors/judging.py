"""Which nodes are bad under a rule, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from quyu.apps.monitoring.choices import BoardMetric, Level, RuleKind, Side, Stretch
from quyu.apps.monitoring.models import AlertRule, PdcaCard
from quyu.apps.monitoring.selectors.figures import FigureBook, Figures
from quyu.apps.targets.axes import TERRITORY

EARLY_DAYS = 3
"""So many working days of a quarter or a month pass before its rates are judged."""


@dataclass(frozen=True)
class Verdict:
    """A node under a rule: its figure and what it was compared with, in the rule's unit; `short_fen` behind the target."""

    node: str
    figure: int
    reference: int
    is_bad: bool
    period: str
    short_fen: int | None = None


def verdicts(rule: AlertRule, book: FigureBook, kinds: Mapping[str, str]) -> dict[str, Verdict]:
    """Every node of the rule's level whose figure can be told; `kinds` is org unit code -> kind."""
    nodes = set(nodes_of(rule, book, kinds))
    judged = JUDGES[RuleKind(rule.kind)](rule, book)
    return {verdict.node: verdict for verdict in judged if verdict.node in nodes}


def nodes_of(rule: AlertRule, book: FigureBook, kinds: Mapping[str, str]) -> Iterator[str]:
    """The nodes of the level at and below the scope."""
    tree = book.axes.tree
    top = rule.org_unit.code if rule.org_unit is not None else tree.root
    if top not in tree:
        return
    for node in (top, *tree.descendants(top)):
        is_territory = node.startswith(TERRITORY)
        if rule.level == Level.TERRITORY:
            matches = is_territory
        else:
            matches = not is_territory and rule.level in (Level.UNITS, kinds.get(node))
        if matches:
            yield node


def beyond(rule: AlertRule, value: int) -> bool:
    limit = rule.limit_kept
    return value < limit if rule.side == Side.BELOW else value > limit


def of_period(rule: AlertRule, book: FigureBook) -> Iterator[Verdict]:
    """A figure to date against the limit."""
    span, line = book.span(rule.stretch), line_of(rule)
    gone = span.working_days - span.working_days_left
    if rule.stretch != Stretch.YEAR and gone < EARLY_DAYS:
        return
    has_target = rule.measured in (BoardMetric.ATTAINMENT, BoardMetric.PACE)
    standings = book.standings(rule.stretch, line) if has_target else {}
    for node, value in book.values(rule.measured, rule.stretch, line).items():
        short = max(-standings[node].gap, 0) if node in standings else None
        yield Verdict(node, value, rule.limit_kept, beyond(rule, value), span.period.code, short)


def of_trend(rule: AlertRule, book: FigureBook) -> Iterator[Verdict]:
    """So many full months in a row each worse than the one before."""
    months = book.full_months(1)
    for node, values in book.months(rule.measured, rule.count + 1, line_of(rule)).items():
        steps = pairwise(values)
        is_bad = all(after < before if rule.side == Side.BELOW else after > before for before, after in steps)
        yield Verdict(node, values[-1], values[0], is_bad, months[-1].code)


def of_change(rule: AlertRule, book: FigureBook) -> Iterator[Verdict]:
    """A change larger than the limit; a fall is told where the rule says below."""
    limit = -abs(rule.limit_kept) if rule.side == Side.BELOW else abs(rule.limit_kept)
    for node, value in book.sudden(rule.count).items():
        yield Verdict(node, value, limit, value < limit if limit < 0 else value > limit, "")


def of_silence(rule: AlertRule, book: FigureBook) -> Iterator[Verdict]:
    """No line for as many working days."""
    found: Figures = book.silent()
    for node, days in found.items():
        yield Verdict(node, days, rule.count, days >= rule.count, "")


def line_of(rule: AlertRule) -> str:
    return rule.product_line.code if rule.product_line is not None else ""


JUDGES = {
    RuleKind.THRESHOLD: of_period,
    RuleKind.PACE: of_period,
    RuleKind.TREND: of_trend,
    RuleKind.SUDDEN: of_change,
    RuleKind.MISSING: of_silence,
}


def figure_of(card: PdcaCard, book: FigureBook) -> int | None:
    """The figure of a card's node as of the book's day; None where it cannot be told."""
    judged = JUDGES[RuleKind(card.kind)](card.watched, book)
    return next((verdict.figure for verdict in judged if verdict.node == card.node_code), None)
