"""Giving somebody something to do, and writing what became of it: decisions of meetings and tasks of cards alike."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise as Promised
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.monitoring.choices import PromiseState, Told
from quyu.apps.monitoring.models import CardTask, Promise
from quyu.apps.monitoring.models.undertaking import Undertaking
from quyu.apps.monitoring.selectors.responsible import accounts_of
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.notices.services import notify
from quyu.platform.people.models import User


class DueInThePast(Refusal):
    """Nobody can be asked for something by a day that is over."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__(
            "due_in_the_past", "期限 {day} 已经过去，请写今天（{today}）或以后的日期。", day=day, today=today
        )


class AlreadySettled(Refusal):
    """What is settled is reported on no more."""

    def __init__(self, text: str, day: date | None) -> None:
        super().__init__(
            "already_settled", "“{text}”已于 {day} 了结，不用再报告；要重新办，请交办人改回“进行中”。",
            text=text, day=day or "",
        )  # fmt: skip


@transaction.atomic
def give(row: Undertaking, *, verb: str, actor: User, at: datetime) -> None:
    """Keep a new one and tell who sits on its seat. Raises DueInThePast."""
    today = audit.moment(at).date()
    if row.due_on < today:
        raise DueInThePast(row.due_on, today)
    audit.by(row, actor).save()
    detail = {"owner": row.owner.code, "due_on": row.due_on}
    audit.record(actor=actor, verb=verb, subject=row, label=row.text, detail=detail, at=at)
    text = format_lazy(_("交给您办：{text}，{day} 前"), text=row.text, day=row.due_on.isoformat())
    tell({row.owner_id}, None, text, row.page, actor=actor, at=at)


@transaction.atomic
def report(
    row: Undertaking, *, kind: str, text: str, expected_version: int, actor: User, at: datetime
) -> None:
    """The holder says how far it is; done, it is settled. Who gave it is told. Raises AlreadySettled, StaleSave."""
    if row.state != PromiseState.OPEN:
        raise AlreadySettled(row.text, row.settled_on)
    if kind == Told.DONE:
        row.state, row.result, row.settled_on = PromiseState.DONE, text[:300], audit.moment(at).date()
    audit.save_checked(row, expected_version=expected_version, actor=actor)
    row.reports.create(kind=kind, text=text, actor=actor, at=at)  # type: ignore[attr-defined]  # of the concrete class
    verb = "card.report" if isinstance(row, CardTask) else "meeting.report"
    audit.record(
        actor=actor, verb=verb, subject=row, label=row.text, detail={"kind": kind}, reason=text, at=at
    )
    said = format_lazy(
        _("{who} 报告“{text}”{kind}：{said}"), who=actor.get_full_name(), text=row.text, kind=Told(kind).label, said=text
    )  # fmt: skip
    seats, giver, url = givers(row)
    tell(seats, giver, said, url, actor=actor, at=at)


def givers(row: Undertaking) -> tuple[set[int | None], User | None, str]:
    """The seats that are told of a report, who is told where nobody sits there, and the page to look at."""
    if isinstance(row, CardTask):
        return {row.card.owner_id}, row.card.opened_by, reverse("card", args=[row.card_id])
    assert isinstance(row, Promise)
    return set(), row.meeting.created_by, reverse("meeting", args=[row.meeting_id])


def tell(
    seats: set[int | None],
    otherwise: User | None,
    text: str | Promised,
    url: str,
    *,
    actor: User,
    at: datetime,
) -> None:
    """One notice to who sits on the seats, else to `otherwise`; nobody is told of what he did himself."""
    sitting = accounts_of({seat for seat in seats if seat is not None}, audit.moment(at).date()).values()
    users = [*sitting] or [user for user in (otherwise,) if user is not None]
    notify(users=[user for user in users if user != actor], text=text, url=url, at=at)


@transaction.atomic
def settle(
    row: Undertaking, *, verb: str, state: str, result: str, expected_version: int, actor: User, at: datetime
) -> None:
    """What became of it; opened again, it is followed up again. Raises StaleSave."""
    row.state, row.result = state, result
    row.settled_on = None if state == PromiseState.OPEN else audit.moment(at).date()
    audit.save_checked(row, expected_version=expected_version, actor=actor)
    detail = {"state": state}
    audit.record(actor=actor, verb=verb, subject=row, label=row.text, detail=detail, reason=result, at=at)
