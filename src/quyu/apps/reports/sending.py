"""Sending subscribed views: a notice that leads to the view as known when the week or the month before ended.

Due on the first working day of a week or month; a day missed is made up for within the same week or month. A notice
and the day it was sent for stand in one transaction, so that each is sent once however often the work runs. Mails and
messages to groups are put into the outbox there; what they say is written when they go out (`performance.web.posted`).
"""

import logging
from datetime import date, datetime, timedelta

from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.reports.choices import Rhythm
from quyu.apps.reports.models import Subscription
from quyu.kernel.refusal import Refusal
from quyu.kernel.workdays import WorkCalendar
from quyu.platform.audit.services import moment
from quyu.platform.calendar.selectors import work_calendar
from quyu.platform.notices import outbox
from quyu.platform.notices.choices import Topic
from quyu.platform.notices.services import notify
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import scope_of

logger = logging.getLogger(__name__)


class NotAllSent(Refusal):
    """Some notices could not be written; the day's work tries again."""

    def __init__(self, count: int) -> None:
        super().__init__("not_all_sent", "{count} 份订阅没有发出，稍后再试。", count=count)


def start_of(rhythm: str, day: date) -> date:
    """The first day of the week or month a day lies in: what is sent ends on the day before."""
    return day - timedelta(day.weekday()) if rhythm == Rhythm.WEEKLY else day.replace(day=1)


def due_on(rhythm: str, day: date, calendar: WorkCalendar) -> date | None:
    """The first working day of that week or month, if it has come."""
    start = start_of(rhythm, day)
    return next(iter(calendar.days(start, day + timedelta(1))), None)


def send(*, at: datetime) -> int:
    """Send what is due, end what nobody may read any more; how many were sent. Raises NotAllSent after trying all."""
    today, calendar = moment(at).date(), work_calendar()
    sent = failed = 0
    for pk in list(Subscription.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            sent += _send_one(pk, today, calendar, at)
        except DatabaseError:
            logger.exception("subscription %s was not sent", pk)
            failed += 1
    if failed:
        raise NotAllSent(failed)
    return sent


@transaction.atomic
def _send_one(pk: int, today: date, calendar: WorkCalendar, at: datetime) -> int:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("view__owner", "user")
    row = rows.filter(pk=pk).first()
    if row is None:
        return 0
    if not _may_read(row.user, today):
        row.delete()
        return 0
    if row.view.owner_id != row.user_id and not (row.view.is_shared and row.view.owner.is_active):
        text = format_lazy(_("视图“{name}”不再共享，您的订阅已结束。"), name=row.view.name)
        notify(users=[row.user], text=text, url=reverse("views"), at=at)
        row.delete()
        return 0
    due = due_on(row.rhythm, today, calendar)
    if due is None or due <= row.started_on or (row.sent_for is not None and row.sent_for >= due):
        return 0
    day = start_of(row.rhythm, today) - timedelta(1)
    text = format_lazy(_("订阅“{name}”：截至 {day} 的数"), name=row.view.name, day=day.isoformat())
    address = f"{reverse('view-open', args=[row.view_id])}?on={day.isoformat()}"
    notify(users=[row.user], text=text, url=address, at=at)
    payload: dict[str, str | int] = {"view": row.view_id, "day": day.isoformat(), "form": row.form}
    outbox.post(user=row.user, topic=Topic.REPORT, payload=payload, by=row.channels)
    row.sent_for = due
    row.save(update_fields=["sent_for"])
    return 1


def _may_read(user: User, today: date) -> bool:
    """Whether the account is open, its person has not left and some role may see figures."""
    return policy.allows(scope_of(user, at=today), "actual", "view")
