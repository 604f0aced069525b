"""Giving somebody something to do, and writing what became of it: decisions of meetings and tasks of cards alike."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.models.undertaking import Undertaking
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


class DueInThePast(Refusal):
    """Nobody can be asked for something by a day that is over."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__(
            "due_in_the_past", "期限 {day} 已经过去，请写今天（{today}）或以后的日期。", day=day, today=today
        )


@transaction.atomic
def give(row: Undertaking, *, verb: str, actor: User, at: datetime) -> None:
    """Keep a new one. Raises DueInThePast."""
    today = audit.moment(at).date()
    if row.due_on < today:
        raise DueInThePast(row.due_on, today)
    audit.by(row, actor).save()
    detail = {"owner": row.owner.code, "due_on": row.due_on}
    audit.record(actor=actor, verb=verb, subject=row, label=row.text, detail=detail, at=at)


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
