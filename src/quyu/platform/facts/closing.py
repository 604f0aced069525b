"""Closing a month and opening it again: which months there are, who decided and why, and with which figures.

No line of a closed month comes in, and none is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Min
from django.utils.timezone import localtime

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.facts.models import Batch, ClosedMonth
from quyu.platform.people.models import User

Figures = Mapping[str, Mapping[str, object]]
"""Region code -> name, fen, lines."""
SHOWN_WITHOUT_FACTS = 12
MONTHS_SHOWN = 120


class MonthNotOver(Refusal):
    def __init__(self, month: date) -> None:
        super().__init__("month_not_over", "{month:%Y-%m} 还没有结束，月份结束后才能关账。", month=month)


class MonthChanged(Refusal):
    """Somebody closed or opened the month since the page was shown."""

    def __init__(self, month: date) -> None:
        super().__init__(
            "month_changed", "{month:%Y-%m} 刚刚已被他人关账或重开，请核对现在的状态后再操作。", month=month
        )


class MonthClosed(Refusal):
    """Who closed the month and when, and where it is opened again."""

    def __init__(self, row: ClosedMonth) -> None:
        by_whom = "{month:%Y-%m} 已由 {who} 于 {day:%Y-%m-%d} 关账，不能再导入，也不能撤销；请先在“基础 › 关账”申请重开。"
        nameless = (
            "{month:%Y-%m} 已于 {day:%Y-%m-%d} 关账，不能再导入，也不能撤销；请先在“基础 › 关账”申请重开。"
        )
        super().__init__(
            "period_closed",
            by_whom if row.closed_by else nameless,
            month=row.month,
            who=row.closed_by.get_full_name() if row.closed_by else "",
            day=localtime(row.closed_at),
        )


@dataclass(frozen=True)
class Month:
    """A month as the page lists it; `row` is None when it was never closed."""

    first: date
    row: ClosedMonth | None

    @property
    def is_closed(self) -> bool:
        return self.row is not None and self.row.is_closed

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0


def closed_months() -> dict[date, ClosedMonth]:
    """The months that are closed now, by their first day."""
    rows = ClosedMonth.objects.filter(is_closed=True).select_related("closed_by")
    return {row.month: row for row in rows}


def in_closed_months(days: pa.ChunkedArray) -> Iterator[tuple[int, ClosedMonth]]:
    """The places of the days that lie in months which are closed now."""
    closed = closed_months()
    if not closed:
        return
    months = pc.floor_temporal(days.combine_chunks(), unit="month").cast(pa.date32())
    is_closed = pc.is_in(months, value_set=pa.array(list(closed), pa.date32()))
    for index in np.flatnonzero(is_closed.to_numpy(zero_copy_only=False)):
        yield int(index), closed[months[int(index)].as_py()]


def months(today: date) -> list[Month]:
    """The months before this one since the first fact, and every month that was ever closed; newest first."""
    known = {row.month: row for row in ClosedMonth.objects.select_related("closed_by")}
    found = set(known) | set(_past_months(today))
    return [Month(first, known.get(first)) for first in sorted(found, reverse=True)]


def _past_months(today: date) -> Iterator[date]:
    earliest = Batch.objects.filter(is_reversed=False).aggregate(first=Min("first_on"))["first"] or today
    month = today.replace(day=1)
    for number in range(MONTHS_SHOWN):
        month = (month - timedelta(days=1)).replace(day=1)
        if number >= SHOWN_WITHOUT_FACTS and month < earliest.replace(day=1):
            return
        yield month


@transaction.atomic
def close(
    month: date,
    *,
    expected_version: int | None,
    reason: str,
    figures: Figures,
    actor: User | None,
    at: datetime,
    today: date,
) -> ClosedMonth:
    """From now on nothing changes the figures of the month. Raises MonthNotOver, or MonthChanged when it is no
    longer as `expected_version` (0: never closed; None: whatever it is) showed it."""
    first = month.replace(day=1)
    if first >= today.replace(day=1):
        raise MonthNotOver(first)
    row = _held(first, expected_version, is_closed=False) or ClosedMonth(month=first)
    row.changes = changed(row.figures, figures) if row.pk and row.figures else []
    row.is_closed, row.reason, row.closed_by, row.closed_at = True, reason, actor, at
    row.figures = {code: dict(told) for code, told in figures.items()}
    return _written(row, "month.close", actor, at)


@transaction.atomic
def reopen(month: date, *, reason: str, actor: User | None, at: datetime) -> ClosedMonth:
    """Lines of the month are imported again. Raises MonthChanged when it is open."""
    row = _held(month.replace(day=1), None, is_closed=True)
    if row is None:
        raise MonthChanged(month)
    row.is_closed, row.reason = False, reason
    return _written(row, "month.reopen", actor, at)


def changed(before: Figures, now: Figures) -> list[dict[str, object]]:
    """What differs by region, in fen and lines; the regions of now by name, then those that have nothing left."""
    nothing = {"fen": 0, "lines": 0}
    found = []
    for code in dict.fromkeys((*now, *before)):
        old, new = before.get(code, nothing), now.get(code, nothing)
        if (old["fen"], old["lines"]) != (new["fen"], new["lines"]):
            name = (now.get(code) or before[code])["name"]
            found.append(
                {
                    "region": name,
                    "before_fen": old["fen"],
                    "after_fen": new["fen"],
                    "before_lines": old["lines"],
                    "after_lines": new["lines"],
                }
            )
    return found


def _held(month: date, expected_version: int | None, *, is_closed: bool) -> ClosedMonth | None:
    """The month's row, locked, as the person saw it."""
    row = ClosedMonth.objects.select_for_update().filter(month=month).first()
    is_as_seen = expected_version in (None, row.version if row else 0)
    if not is_as_seen or (row is not None and row.is_closed != is_closed):
        raise MonthChanged(month)
    return row


def _written(row: ClosedMonth, verb: str, actor: User | None, at: datetime) -> ClosedMonth:
    if row.pk:
        audit.save_checked(row, expected_version=row.version, actor=actor)
    else:
        row._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
        row.save()
    detail: dict[str, object] = {"month": row.month, "row_version": row.version}
    if verb == "month.close" and row.changes:
        detail["changes"] = row.changes
    audit.record(
        actor=actor,
        verb=verb,
        subject=row,
        label=f"{row.month:%Y-%m}",
        detail=detail,
        reason=row.reason,
        at=at,
    )
    return row
