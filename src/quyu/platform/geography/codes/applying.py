"""An event is followed: units, and everything kept by unit, in one transaction, from today on. What was stays as it was.

What is recorded under an old code, customers and order lines, keeps it; the old unit lies in the new one from now on,
as a finer unit does, so it counts there and belongs to whom it belonged to."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.geography.codes.followers import Touched, followers
from quyu.platform.geography.codes.lines import Event, events, line_of
from quyu.platform.geography.codes.succession import succeed
from quyu.platform.geography.codes.waiting import Waiting, waiting
from quyu.platform.geography.models import BasicUnit, CodeChange
from quyu.platform.ownership import announce
from quyu.platform.people.models import User


class NoSuchChange(Refusal):
    """No line of the table has this number."""


@dataclass(frozen=True)
class Preview:
    """An event that waits: what it touches, what stands in its way, which units it makes and retires."""

    waiting: Waiting
    touched: tuple[Touched, ...]
    obstacle: Refusal | None


@dataclass(frozen=True)
class Applied:
    """An event that was followed; `is_news` is false where that had been done before."""

    event: Event
    counts: dict[str, int]
    is_news: bool


def preview(one: Waiting, today: date) -> Preview:
    """What following the event would do; nothing is written."""
    if one.is_wrong:
        return Preview(one, (), one.obstacle)
    touched = tuple(row for follower in followers() for row in follower.touched(one.event, today))
    return Preview(one, touched, one.obstacle or obstacle_of(one.event, today))


def obstacle_of(event: Event, today: date) -> Refusal | None:
    """What the apps have against it."""
    for old in event.ending:
        below = BasicUnit.objects.filter(parent_code=old, retired_on=None).order_by("code").first()
        if below is not None and sum(line.old == old for line in event.lines) > 1:
            return Refusal(
                "split_with_units_below",
                "{unit} 下面还有单元 {below}，拆分时不知道它归哪一块；请先把下级单元的变更写进清单。",
                unit=old,
                below=below.code,
            )
    return next((told for one in followers() if (told := one.obstacle(event, today))), None)


@transaction.atomic
def apply(*, pk: int, actor: User | None, at: datetime) -> Applied:
    """Follow the event a line belongs to; the second time nothing happens. Raises what stands in its way."""
    rows = {row.pk: row for row in CodeChange.objects.select_for_update().order_by("pk")}
    if pk not in rows:
        raise NoSuchChange("no_such_change", "没有编号为 {pk} 的变更，可能已被移除。", pk=pk)
    today = day_of(at)
    if rows[pk].applied_on is not None:
        lines = [line_of(row) for row in rows.values() if row.applied_on is not None]
        line = line_of(rows[pk])
        return Applied(next(one for one in events(lines) if line in one.lines), {}, is_news=False)
    one = next(one for one in waiting(today) if pk in {row.pk for row in one.rows})
    obstacle = one.obstacle or obstacle_of(one.event, today)
    if obstacle is not None:
        raise obstacle
    done = succeed(one.event, today)
    counts: dict[str, int] = {}
    for follower in followers():
        counts |= follower.follow(done, actor=actor, at=at)
    for row in one.rows:
        row.applied_on, row.applied_by, row.version = today, actor, row.version + 1
        row.save(update_fields=["applied_on", "applied_by", "version"])
    audit.record(
        actor=actor,
        verb="codes.apply",
        subject=one.rows[0],
        label="、".join(str(row) for row in one.rows),
        detail={
            "lines": [row.pk for row in one.rows],
            "sources": sorted({row.source for row in one.rows}),
            **counts,
        },
        at=at,
    )
    announce(at)
    return Applied(one.event, counts, is_news=True)
