"""One digest a person and day: what is new, back or escalated among the alerts in somebody's charge."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.monitoring.choices import Severity
from quyu.apps.monitoring.models import Alert, AlertDigest
from quyu.apps.monitoring.selectors.inbox import RANK
from quyu.apps.monitoring.selectors.responsible import accounts_of
from quyu.platform.notices.choices import Topic
from quyu.platform.notices.services import notify
from quyu.platform.people.models import User


def tell(*, at: datetime) -> int:
    """Send the digests that are due; how many people were told.

    An alert that those below it explain is not told by itself: they are.
    """
    today = timezone.localdate(at)
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=today)
    rows = Alert.objects.open().filter(awake).exclude(is_explained=True, escalated_on=None)
    rows = rows.select_related("rule", "org_unit", "territory")
    seats = {seat for row in rows for seat in (row.owner_id, row.superior_id) if seat is not None}
    accounts = accounts_of(seats, today)
    waiting: dict[User, list[Alert]] = defaultdict(list)
    for row in rows:
        for seat in {row.owner_id, row.superior_id} - {None}:
            if seat in accounts:
                waiting[accounts[seat]].append(row)
    last = dict(AlertDigest.objects.values_list("user_id", "sent_at"))
    told = 0
    for user, alerts in sorted(waiting.items(), key=lambda pair: pair[0].pk):
        before = last.get(user.pk)
        if before is not None and timezone.localdate(before) >= today:
            continue
        news = [row for row in alerts if before is None or row.told_from > before]
        if news:
            told += digest(user, news, at)
    return told


def digest(user: User, news: list[Alert], at: datetime) -> int:
    news.sort(key=lambda row: (RANK[row.rule.severity], row.due_on, row.pk))
    red = sum(row.rule.severity == Severity.HIGH for row in news)
    text = format_lazy(
        _("预警：{count} 条新的或升级的，红色 {red} 条；最急的是 {first}"),
        count=len(news),
        red=red,
        first=str(news[0]),
    )
    notify(users=[user], text=text, url=reverse("alerts"), at=at, topic=Topic.ALERT)
    AlertDigest.objects.update_or_create(user=user, defaults={"sent_at": at})
    return 1
