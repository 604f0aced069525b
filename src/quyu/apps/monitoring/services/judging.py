"""The daily look: alerts opened, kept up to date, grouped, escalated and closed. A second look the same day changes nothing.

The product writes these figures without a new version of the row: a version counts what people changed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from quyu.apps.monitoring.choices import Act, Ending
from quyu.apps.monitoring.models import Alert, AlertAct, AlertRule
from quyu.apps.monitoring.selectors.figures import FigureBook
from quyu.apps.monitoring.selectors.judging import Verdict, nodes_of, verdicts
from quyu.apps.monitoring.selectors.responsible import Responsible, responsible
from quyu.apps.monitoring.services.checking import look_at_cards
from quyu.apps.monitoring.services.defaults import ensure_defaults
from quyu.apps.monitoring.services.telling import tell
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.apps.territories.models import Territory
from quyu.platform.approvals.services import day
from quyu.platform.audit.services import moment
from quyu.platform.people.models import OrgUnit

FLAPPING = timedelta(7)
"""An alert that comes back so soon is the same alert."""
EXPLAINED = (8, 10)
"""The part of a node's shortfall that alerts below it must hold to explain it."""
KEPT = (
    "figure", "reference", "short_fen", "period", "owner", "parent", "is_explained", "escalated_on", "superior",
    "closed_on", "ending", "told_from", "due_on", "snoozed_until",
)  # fmt: skip


@dataclass
class Look:
    """One look over all rules on one day."""

    at: datetime
    today: date
    book: FigureBook
    who: Responsible
    units: dict[str, OrgUnit]
    territories: dict[str, Territory]
    acts: list[AlertAct] = field(default_factory=list)

    def place(self, node: str) -> tuple[OrgUnit, Territory | None] | None:
        """The org unit and territory of a node of the tree; None for what is there no more."""
        if node.startswith(TERRITORY):
            territory = self.territories.get(node.removeprefix(TERRITORY))
            return (territory.org_unit, territory) if territory is not None else None
        unit = self.units.get(node)
        return (unit, None) if unit is not None else None

    def did(self, alert: Alert, kind: Act, text: str = "") -> None:
        self.acts.append(AlertAct(alert=alert, kind=kind, text=text, figure=alert.figure, at=self.at))


@transaction.atomic
def look(*, at: date | datetime) -> int:
    """Judge every rule and tell those responsible; how many alerts are new."""
    today = day(at)
    ensure_defaults()
    rules = list(
        AlertRule.objects.filter(is_active=True).select_related("org_unit", "product_line").order_by("pk")
    )
    units = {unit.code: unit for unit in OrgUnit.objects.all()}
    territories = {row.code: row for row in Territory.objects.select_related("org_unit")}
    this = Look(moment(at), today, FigureBook(today), responsible(today), units, territories)
    try:
        new = sum(judge(rule, this) for rule in rules)
    except NothingToPlan:
        return 0
    retired = Alert.objects.open().exclude(rule__in=rules).select_for_update()
    close(list(retired), Ending.RULE, this)
    group(this)
    AlertAct.objects.bulk_create(this.acts, batch_size=500)
    look_at_cards(today, this.book, this.at)
    tell(at=this.at)
    return new


def judge(rule: AlertRule, this: Look) -> int:
    """One rule at all its nodes; how many alerts are new."""
    kinds = {code: unit.kind for code, unit in this.units.items()}
    found = verdicts(rule, this.book, kinds)
    watched = set(nodes_of(rule, this.book, kinds))
    standing = {
        row.node_code: row
        for row in Alert.objects.open()
        .filter(rule=rule)
        .select_related("rule", "org_unit", "territory")
        .select_for_update(of=("self",))
    }
    good, gone = [], []
    for node, row in standing.items():
        verdict = found.get(node)
        if node not in watched:
            gone.append(row)
        elif verdict is not None:
            refresh(row, verdict, this)
            if not verdict.is_bad:
                good.append(row)
    Alert.objects.bulk_update(standing.values(), KEPT, batch_size=500)
    close(good, Ending.GOOD, this)
    close(gone, Ending.NODE, this)
    return opened(
        rule, [one for node, one in sorted(found.items()) if one.is_bad and node not in standing], this
    )


def refresh(row: Alert, verdict: Verdict, this: Look) -> None:
    """The figures of today; what is late without anything done goes to the superior, once."""
    row.figure, row.reference = verdict.figure, verdict.reference
    row.short_fen, row.period = verdict.short_fen, verdict.period
    row.owner_id = row.rule.owner_id or this.who.position(row.org_unit_id, row.territory_id)
    if row.snoozed_until is not None and row.snoozed_until <= this.today:
        row.snoozed_until, row.told_from = None, this.at
    if verdict.is_bad and row.is_late(this.today) and row.escalated_on is None:
        row.superior_id = this.who.superior(row.org_unit_id, row.owner_id)
        row.escalated_on, row.told_from = this.today, this.at
        this.did(row, Act.ESCALATED)


def close(rows: Iterable[Alert], ending: Ending, this: Look) -> None:
    rows = list(rows)
    for row in rows:
        row.closed_on, row.ending, row.parent, row.is_explained = this.today, ending, None, False
        this.did(row, Act.CLOSED, str(ending.label))
    Alert.objects.bulk_update(rows, KEPT, batch_size=500)


def opened(rule: AlertRule, bad: list[Verdict], this: Look) -> int:
    """New alerts; what closed only days ago comes back as it was, without another notice."""
    lately = Alert.objects.filter(rule=rule, closed_on__gt=this.today - FLAPPING, ending=Ending.GOOD)
    back = {
        row.node_code: row for row in lately.select_related("rule", "org_unit", "territory").order_by("pk")
    }
    fresh, again = [], []
    for verdict in bad:
        place = this.place(verdict.node)
        if place is None:
            continue
        if verdict.node in back:
            row = back[verdict.node]
            row.closed_on, row.ending = None, ""
            refresh(row, verdict, this)
            this.did(row, Act.REOPENED)
            again.append(row)
        else:
            fresh.append(new_alert(rule, verdict, place, this))
    Alert.objects.bulk_update(again, KEPT, batch_size=500)
    Alert.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def new_alert(
    rule: AlertRule, verdict: Verdict, place: tuple[OrgUnit, Territory | None], this: Look
) -> Alert:
    unit, territory = place
    return Alert(
        rule=rule,
        org_unit=unit,
        territory=territory,
        period=verdict.period,
        opened_on=this.today,
        told_from=this.at,
        opened_figure=verdict.figure,
        figure=verdict.figure,
        reference=verdict.reference,
        short_fen=verdict.short_fen,
        owner_id=rule.owner_id or this.who.position(unit.pk, territory.pk if territory else None),
        due_on=this.today + timedelta(rule.due_days),
    )


def group(this: Look) -> None:
    """Each alert below the nearest one above it with the same figure; those that the ones below explain."""
    alike: dict[tuple[object, ...], dict[str, Alert]] = defaultdict(dict)
    rows = list(Alert.objects.open().select_related("rule", "org_unit", "territory").order_by("pk"))
    for row in rows:
        rule = row.rule
        key = (rule.kind, rule.measured, rule.stretch, rule.product_line_id, rule.side)
        alike[key].setdefault(row.node_code, row)
    tree = this.book.axes.tree
    for same in alike.values():
        for node, row in same.items():
            above = tree.ancestors(node) if node in tree else []
            row.parent = next((same[one] for one in above if one in same), None)
        below: dict[int, list[Alert]] = defaultdict(list)
        for row in same.values():
            if row.parent is not None:
                below[row.parent.pk].append(row)
        for node, row in same.items():
            row.is_explained = explains(below[row.pk], row, node, this)
    Alert.objects.bulk_update(rows, ["parent", "is_explained"], batch_size=500)


def explains(below: list[Alert], row: Alert, node: str, this: Look) -> bool:
    """Whether the alerts below hold most of the shortfall; without money, whether half of the parts are bad."""
    if not below:
        return False
    if row.short_fen:
        return sum(one.short_fen or 0 for one in below) * EXPLAINED[1] >= row.short_fen * EXPLAINED[0]
    tree = this.book.axes.tree
    parts = tree.children(node) if node in tree else ()
    return len(below) * 2 >= max(len(parts), 1)
