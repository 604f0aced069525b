"""What a meeting looks at: the node's year and month, the nodes below, the months, the causes, the alerts, the promises."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from quyu.analytics.attainment import Standing
from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.models import Alert, Meeting, Promise
from quyu.apps.monitoring.models.undertaking import Undertaking
from quyu.apps.monitoring.selectors.inbox import RANK
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors.bridge import bridge_of
from quyu.apps.performance.selectors.series import series_of
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.platform.people.models import OrgClosure, OrgUnit
from quyu.platform.people.scope import everything
from quyu.platform.people.selectors import holder_of

Json = Mapping[str, Any]
ALERTS_SHOWN = 20


def pack_of(unit: OrgUnit, *, today: date) -> dict[str, Any]:
    """The pack as plain data; without figures where the unit is in no plan and sold nothing."""
    try:
        year = board(
            span_of(CALENDAR.year(CALENDAR.fiscal_year(today)), today=today), everything(), today=today
        )
        month = board(span_of(CALENDAR.period_of(today, "month"), today=today), everything(), today=today)
    except NothingToPlan:
        return {"day": today.isoformat()}
    node = unit.code
    if node not in year.standings:
        return {"day": today.isoformat()}
    months = series_of(year, node).months()
    bars = bridge_of(year, directory(), today=today).bars(node)
    return {
        "day": today.isoformat(),
        "facts_up_to": year.span.last_day.isoformat() if year.span.last_day else "",
        "elapsed_bp": year.span.elapsed_bp,
        "year": {"period": year.span.period.code, **numbers(year.standings[node])},
        "month": {"period": month.span.period.code, **numbers(month.standings.get(node, Standing()))},
        "children": children(year, node),
        "months": {
            "codes": months.codes,
            "target": months.target,
            "actual": months.actual,
            "before": months.before,
        },
        "bridge": {"before": bars.before, "now": bars.now, "causes": dict(bars.causes)},
        "alerts": alerts(unit, today),
    }


def numbers(one: Standing) -> dict[str, int | None]:
    return {
        "target": one.target,
        "expected": one.expected,
        "actual": one.actual,
        "before": one.before,
        "attainment_bp": one.attainment_bp,
        "expected_bp": one.expected_bp,
        "pace_bp": one.pace_bp,
        "growth_bp": one.growth_bp,
        "gap": one.gap,
    }


def children(shown: Board, node: str) -> list[dict[str, Any]]:
    """The nodes below, furthest behind their pace last; those without a target at the end."""
    rows = [(code, shown.standings[code]) for code in shown.children(node)]
    rows.sort(key=lambda row: (row[1].pace_bp is None, -(row[1].pace_bp or 0), row[0]))
    return [{"code": code, "name": shown.axes.name(code), **numbers(one)} for code, one in rows]


def alerts(unit: OrgUnit, today: date) -> list[dict[str, Any]]:
    """Open alerts at and below the unit, gravest first."""
    below = OrgClosure.objects.in_force(today).filter(ancestor=unit).values("descendant")
    rows = Alert.objects.open().filter(Q(org_unit=unit) | Q(org_unit__in=below))
    found = sorted(
        rows.select_related("rule", "org_unit", "territory", "owner"),
        key=lambda row: (RANK[row.rule.severity], -(row.short_fen or 0), row.pk),
    )
    return [
        {
            "pk": row.pk,
            "node": row.node_name,
            "rule": row.rule.name,
            "severity": row.rule.severity,
            "figure": row.figure,
            "unit": [row.rule.unit.id, row.rule.unit.chinese],
            "short_fen": row.short_fen,
            "owner": row.owner.name if row.owner else "",
            "due_on": row.due_on.isoformat(),
        }
        for row in found[:ALERTS_SHOWN]
    ]


def promises_before(meeting: Meeting) -> list[Promise]:
    """Of earlier meetings of the unit: what is still open, and what was settled since the meeting before."""
    earlier = Meeting.objects.filter(org_unit=meeting.org_unit, held_on__lt=meeting.held_on)
    last = earlier.first()
    if last is None:
        return []
    rows = (
        Promise.objects.filter(meeting__in=earlier)
        .select_related("meeting", "owner")
        .prefetch_related("reports")
    )
    lately = Q(settled_on__gte=last.held_on) & Q(settled_on__lte=meeting.held_on)
    return list(rows.filter(Q(state=PromiseState.OPEN) | lately | Q(settled_on__gt=meeting.held_on)))


def holders(promises: Sequence[Undertaking], today: date) -> dict[int, str]:
    """Seat -> who sits there."""
    seats = {promise.owner_id for promise in promises}
    return {seat: person.name for seat, person in holder_of(seats, today).items()}
