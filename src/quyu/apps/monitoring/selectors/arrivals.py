"""What came in when, what is late by its own rhythm, which days have nothing, and whether the sums agree with the source's."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise

from quyu.apps.monitoring.models import ControlTotal
from quyu.apps.performance.kinds import KINDS
from quyu.apps.performance.models import DayRollup
from quyu.apps.performance.services import DEFAULT_SOURCE
from quyu.kernel.workdays import WorkCalendar
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND
from quyu.platform.imports import kinds
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.platform.imports.selectors import visible_runs
from quyu.platform.people.scope import Scope

LEARNT_FROM = 3
"""Fewer arrivals have no rhythm."""
LOOKED_AT = 12
THIN = 5
"""A working day with less than a fifth of the usual lines is suspicious."""
BACK = timedelta(90)
SHOWN = 30
STALE_DAYS = 2
"""Working days without a new date from which orders that come as they are taken, without a rhythm yet, are late."""


@dataclass(frozen=True)
class Stream:
    """Everything of one kind from one source; `rhythm` is working days between arrivals, None before it is known.

    `source` is empty where the import named none; `is_late` is None where nothing tells when the next is due.
    """

    kind: str
    label: str | Promise
    source: str
    arrivals: int
    rows: int
    last_arrival: date
    last_on: date | None
    rhythm: int | None
    days_since: int
    is_late: bool | None


@dataclass(frozen=True)
class Day:
    """A working day with nothing, or with far fewer lines than usual."""

    day: date
    lines: int
    usual: int


@dataclass(frozen=True)
class Reconciled:
    """A control total beside our own sum; differences are ours less theirs."""

    total: ControlTotal
    amount_fen: int
    line_count: int

    @property
    def short_fen(self) -> int:
        return self.amount_fen - self.total.amount_fen

    @property
    def short_lines(self) -> int | None:
        return None if self.total.line_count is None else self.line_count - self.total.line_count

    @property
    def agrees(self) -> bool:
        return self.short_fen == 0 and not self.short_lines


def streams(scope: Scope, *, today: date, calendar: WorkCalendar) -> list[Stream]:
    """By kind and source, late ones first: batches of facts, and imports of other data within reach."""
    came: dict[tuple[str, str], list[tuple[date, int, date | None]]] = defaultdict(list)
    for kind, source, at, rows, last_on in Batch.objects.filter(reverses=None, is_reversed=False).values_list(
        "kind", "source", "created_at", "row_count", "last_on"
    ):
        came[kind, "" if source in UNNAMED else source].append((timezone.localdate(at), rows, last_on))
    runs = visible_runs(scope).filter(state=ImportState.ACCEPTED, batch=None, finished_at__isnull=False)
    for kind, finished, receipt in runs.values_list("kind", "finished_at", "receipt"):
        if "reverses" not in receipt and finished is not None:
            came[kind, ""].append((timezone.localdate(finished), int(receipt.get("rows", 0)), None))
    labels = {kind.id: kind.label for kind in kinds.kinds()}
    found = [
        stream(kind, labels.get(ALIASES.get(kind, kind), kind), source, rows, today, calendar)
        for (kind, source), rows in came.items()
    ]
    return sorted(found, key=lambda one: (not one.is_late, one.kind, one.source))


ALIASES = {"order_line": "orders", **{kind.id: f"facts-{kind.command}" for kind in KINDS}}
"""Kinds of facts -> kinds of imports that bring them."""
UNNAMED = frozenset({DEFAULT_SOURCE, *(kind.id for kind in KINDS)})
"""What is kept as the source of an import that named none."""


def stream(
    kind: str,
    label: str | Promise,
    source: str,
    rows: Sequence[tuple[date, int, date | None]],
    today: date,
    calendar: WorkCalendar,
) -> Stream:
    days = sorted({day for day, _rows, _last in rows})
    dated = [last for _day, _rows, last in rows if last is not None]
    last_on = max(dated, default=None)
    rhythm = rhythm_of(days, calendar)
    since = calendar.count(days[-1] + timedelta(1), today)
    is_late: bool | None = None
    if rhythm is not None:
        is_late = since > rhythm + max(1, rhythm // 2)
    elif kind == ORDER_LINE_KIND and last_on is not None:
        fresh = calendar.count(last_on + timedelta(1), days[-1]) <= STALE_DAYS
        is_late = calendar.count(last_on + timedelta(1), today) > STALE_DAYS if fresh else None
    total = sum(count for _day, count, _last in rows)
    return Stream(kind, label, source, len(rows), total, days[-1], last_on, rhythm, since, is_late)


def rhythm_of(days: Sequence[date], calendar: WorkCalendar) -> int | None:
    """The usual number of working days from one arrival to the next."""
    if len(days) < LEARNT_FROM:
        return None
    late = days[-LOOKED_AT:]
    gaps = [calendar.count(before, after) for before, after in pairwise(late)]
    return max(1, round(median(gaps)))


def odd_days(*, today: date, calendar: WorkCalendar) -> list[Day]:
    """Working days of the last months with nothing or very little, newest first; nothing before the first facts."""
    rows = DayRollup.objects.filter(day__gte=today - BACK, day__lt=today).order_by()
    lines = dict(rows.values_list("day").annotate(lines=Sum("line_count")))
    if not lines:
        return []
    working = calendar.days(min(lines), today)
    usual = int(median([lines.get(day, 0) for day in working])) if working else 0
    found = [
        Day(day, lines.get(day, 0), usual) for day in working if lines.get(day, 0) * THIN < max(usual, 1)
    ]
    return found[::-1]


def reversed_batches(*, today: date) -> QuerySet[Batch]:
    """Taken back lately, newest first."""
    rows = Batch.objects.exclude(reverses=None).filter(created_at__date__gte=today - BACK)
    return rows.select_related("reverses", "created_by").order_by("-pk")[:SHOWN]


def refused(scope: Scope, *, today: date) -> QuerySet[ImportRun]:
    """Imports lately with rows that were not taken, or not taken at all and not mended since."""
    rows = visible_runs(scope).filter(created_at__date__gte=today - BACK, mended_by=None)
    lost = rows.filter(error_count__gt=0) | rows.filter(state__in=(ImportState.REJECTED, ImportState.FAILED))
    return lost.distinct().order_by("-pk")[:SHOWN]


def reconciled(totals: Iterable[ControlTotal]) -> list[Reconciled]:
    """Each control total beside ours: of the batch, or of all order lines dated in its range."""
    found = []
    for total in totals:
        if total.batch is not None:
            lives = not total.batch.is_reversed
            amount, lines = (total.batch.amount_fen, total.batch.row_count) if lives else (0, 0)
        else:
            rows = DayRollup.objects.filter(day__gte=total.first_on, day__lte=total.last_on)
            sums = rows.aggregate(amount=Sum("amount_fen", default=0), lines=Sum("line_count", default=0))
            amount, lines = int(sums["amount"]), int(sums["lines"])
        found.append(Reconciled(total, amount, lines))
    return found
