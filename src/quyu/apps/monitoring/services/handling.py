"""What people do about an alert: note what was done, or put it off to a day. Each keeps the figure of that moment."""

from datetime import date, datetime, timedelta

from django.db import transaction

from quyu.apps.monitoring.choices import Act
from quyu.apps.monitoring.models import Alert, AlertAct
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User

LONGEST = timedelta(60)


class AlertClosed(Refusal):
    """The figure is good again, or the rule was retired."""

    def __init__(self, name: str, day: date | None) -> None:
        super().__init__("alert_closed", "“{name}”已于 {day} 关闭，不用再处理。", name=name, day=day)


class NothingSaid(Refusal):
    """A record of nothing helps nobody."""

    def __init__(self) -> None:
        super().__init__("nothing_said", "请写明做了什么，下次才知道什么办法有用。")


class NotADayAhead(Refusal):
    """An alert is put off to a day to come, and not for ever."""

    def __init__(self, day: date | None, first: date, last: date) -> None:
        super().__init__(
            "not_a_day_ahead",
            "只能延后到 {first} 至 {last} 之间的日子，不能是“{day}”。",
            day=day or "",
            first=first,
            last=last,
        )


@transaction.atomic
def note_act(*, alert: Alert, text: str, expected_version: int, actor: User, at: datetime) -> Alert:
    """Something was done; it has as long again to show an effect before the superior is told."""
    refuse_closed(alert)
    if not text.strip():
        raise NothingSaid
    today = audit.moment(at).date()
    alert.acted_on, alert.acted_figure = today, alert.figure
    alert.due_on = max(alert.due_on, today + timedelta(alert.rule.due_days))
    alert.snoozed_until = None
    audit.save_checked(alert, expected_version=expected_version, actor=actor)
    _keep(alert, Act.HANDLED, text.strip(), None, actor, at)
    return alert


@transaction.atomic
def snooze(
    *, alert: Alert, until: date | None, text: str, expected_version: int, actor: User, at: datetime
) -> Alert:
    """Not before that day; it is told again then if the figure is still bad."""
    refuse_closed(alert)
    today = audit.moment(at).date()
    if until is None or not today < until <= today + LONGEST:
        raise NotADayAhead(until, today + timedelta(1), today + LONGEST)
    alert.snoozed_until = until
    alert.due_on = max(alert.due_on, until)
    audit.save_checked(alert, expected_version=expected_version, actor=actor)
    _keep(alert, Act.SNOOZED, text.strip(), until, actor, at)
    return alert


def refuse_closed(alert: Alert) -> None:
    if alert.closed_on is not None:
        raise AlertClosed(str(alert), alert.closed_on)


def _keep(alert: Alert, kind: Act, text: str, until: date | None, actor: User, at: datetime) -> None:
    AlertAct.objects.create(
        alert=alert, kind=kind, text=text[:500], until=until, figure=alert.figure, actor=actor, at=at
    )
    detail = {"figure": alert.figure, "until": until}
    audit.record(
        actor=actor,
        verb="alert.snooze" if until else "alert.handle",
        subject=alert,
        label=str(alert),
        detail=detail,
        reason=text,
        at=at,
    )
