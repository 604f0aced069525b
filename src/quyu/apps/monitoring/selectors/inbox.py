"""The alerts one reader sees, gravest first, each with those below it that have the same figure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from quyu.apps.monitoring.choices import AlertState, Severity
from quyu.apps.monitoring.models import Alert
from quyu.platform.people.scope import Scope

RANK = {severity: place for place, severity in enumerate(Severity.values)}
SHOWN_BELOW = 5


@dataclass
class Entry:
    """One alert of the list, and those below it."""

    alert: Alert
    state: AlertState
    is_late: bool
    below: list["Entry"] = field(default_factory=list)

    @property
    def shown_below(self) -> list["Entry"]:
        return self.below[:SHOWN_BELOW]

    @property
    def hidden_below(self) -> int:
        return max(len(self.below) - SHOWN_BELOW, 0)


def seen(scope: Scope, at: date) -> QuerySet[Alert]:
    """Alerts within reach with what a list shows."""
    rows: QuerySet[Alert] = Alert.objects.visible_to(scope, at)
    return rows.select_related("rule__product_line", "org_unit", "territory", "owner")


def entries(
    scope: Scope, *, today: date, state: str = "", severity: str = "", under: int | None = None
) -> list[Entry]:
    """The list of a filter: what waits and what is being done; or one state; or all below one alert."""
    rows = seen(scope, today)
    rows = rows.exclude(closed_on=None) if state == AlertState.CLOSED else rows.filter(closed_on=None)
    if severity in Severity.values:
        rows = rows.filter(rule__severity=severity)
    if under is not None:
        rows = rows.filter(parent=under)
    found = [Entry(row, row.state(today), row.is_late(today)) for row in rows]
    if state in AlertState.values:
        found = [entry for entry in found if entry.state == state]
    if state == AlertState.CLOSED or under is not None:
        return found if state == AlertState.CLOSED else in_order(found)
    return nested(found)


def in_order(found: Iterable[Entry]) -> list[Entry]:
    def key(entry: Entry) -> tuple[object, ...]:
        row = entry.alert
        return (RANK[row.rule.severity], not entry.is_late, row.due_on, -(row.short_fen or 0), row.pk)

    return sorted(found, key=key)


def nested(found: list[Entry]) -> list[Entry]:
    """Those without a visible alert above; each knows all below it, at any depth."""
    known = {entry.alert.pk: entry for entry in found}
    below: dict[int, list[Entry]] = defaultdict(list)
    tops = []
    for entry in found:
        top = entry
        while top.alert.parent_id in known:
            top = known[top.alert.parent_id]
        if top is entry:
            tops.append(entry)
        else:
            below[top.alert.pk].append(entry)
    for pk, entries_below in below.items():
        known[pk].below = in_order(entries_below)
    return in_order(tops)


def listed(found: Iterable[Entry]) -> list[Entry]:
    """Every alert of a list, with those that stand below another."""
    return [one for entry in found for one in (entry, *entry.below)]


def to_act_on(positions: Iterable[int], today: date) -> list[Alert]:
    """What waits for the holders of these seats, gravest first: theirs, and what was escalated to them."""
    seats = set(positions)
    rows = Alert.objects.open().filter(owner__in=seats) | Alert.objects.open().filter(superior__in=seats)
    rows = rows.select_related("rule", "org_unit", "territory").distinct()
    found = [
        Entry(row, row.state(today), row.is_late(today))
        for row in rows
        if not row.is_explained or row.escalated_on is not None
    ]
    return [entry.alert for entry in in_order(found) if entry.state == AlertState.OPEN or entry.is_late]
