"""The alarm of coverage: who answers for customers in the days to come is looked at, and what is wrong is told once.

Run every day and after every change of ownership. A fault that was not there raises an alarm and a notice to
who can mend it; one that is gone is cleared and kept with its dates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.division import owning
from quyu.apps.customers.division.owning import DOUBLE, NO_TERRITORY, VACANT
from quyu.apps.customers.models import CoverageAlarm, Customer, CustomerTerritory
from quyu.apps.territories.models import Alignment, Territory
from quyu.platform.approvals.services import day
from quyu.platform.audit import services as audit
from quyu.platform.notices.services import notify
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.scope import Scope
from quyu.platform.people.selectors import users_with

AHEAD = timedelta(30)
"""How many days from today on are looked at."""
NOTICES = 3
"""More alarms than this at once are told in one notice."""
Key = tuple[str, str, str]
TEXTS = {
    VACANT: _("客户覆盖：{day} 起“{territory}”没有负责人，涉及 {count} 家客户"),
    DOUBLE: _("客户覆盖：{day} 起“{territory}”的 {count} 家客户有两人负责"),
    NO_TERRITORY: _("客户覆盖：{day} 起 {count} 家客户没有销售区域"),
}


@dataclass(frozen=True)
class Found:
    """A fault of one kind, territory and product line in the days to come: from when to when, how many customers."""

    first: date
    until: date
    customers: int


@transaction.atomic
def look(*, at: date | datetime) -> int:
    """Raise, renew and clear alarms; how many are new. Nothing before there are customers divided among territories."""
    today = day(at)
    if not Alignment.objects.in_force(today).exists() and not CustomerTerritory.objects.exists():
        return 0
    found = faults_ahead(today)
    known = {
        (row.kind, row.territory, row.product_line): row
        for row in CoverageAlarm.objects.select_for_update().filter(cleared_at=None)
    }
    now = audit.moment(at)
    fresh = []
    for key, fault in sorted(found.items()):
        row = known.pop(key, None)
        if row is None:
            kind, territory, line = key
            fresh.append(CoverageAlarm(kind=kind, territory=territory, product_line=line, raised_at=now))
            row = fresh[-1]
        row.first_day, row.until, row.customers = fault.first, fault.until, fault.customers
        row.save()
    for row in known.values():
        row.cleared_at = now
        row.save(update_fields=["cleared_at"])
    tell(fresh, now)
    return len(fresh)


def faults_ahead(today: date) -> dict[Key, Found]:
    """Kind, territory and line -> the first and last of the days to come with this fault, of open customers."""
    customers = Customer.objects.exclude(closed_on__lte=today).order_by("code")
    last = today + AHEAD
    found: dict[Key, Found] = {}
    caught: dict[Key, set[int]] = {}
    for group in owning.grouped(owning.faults(customers, first=today, last=last)):
        key = (group.kind, group.territory, group.line)
        start, end = group.days[0], group.days[1] or last
        before = found.get(key, Found(start, end, 0))
        caught.setdefault(key, set()).update(customer.pk for customer in group.customers)
        found[key] = Found(min(before.first, start), max(before.until, end), len(caught[key]))
    return found


def tell(fresh: Iterable[CoverageAlarm], now: datetime) -> None:
    """A notice to who may mend it, in reach; many new alarms are one notice."""
    root = OrgUnit.objects.filter(kind=OrgKind.HEAD_OFFICE).order_by("pk").first()
    territories = Territory.objects.select_related("org_unit").in_bulk(
        [row.territory for row in fresh if row.territory], field_name="code"
    )
    told: dict[User, list[CoverageAlarm]] = {}
    for row in fresh:
        territory = territories.get(row.territory)
        unit = territory.org_unit if territory else root
        for user in users_with("territory", "edit", org_unit=unit, at=day(now)) if unit else ():
            told.setdefault(user, []).append(row)
    url = reverse("customer-coverage")
    for user, rows in told.items():
        names = {row.territory: territories[row.territory].name for row in rows if row.territory}
        texts = [said(row, names.get(row.territory, "")) for row in rows]
        if len(rows) > NOTICES:
            texts = [format_lazy(_("客户覆盖：新发现 {count} 处缺口或重复，涉及今后 30 天"), count=len(rows))]
        for text in texts:
            notify(users=[user], text=text, url=url, at=now)


def said(row: CoverageAlarm, territory: str) -> Promise:
    """The alarm in words."""
    return format_lazy(
        TEXTS[row.kind], day=row.first_day, count=row.customers, territory=territory or row.territory
    )


def seen_by(scope: Scope, at: date) -> QuerySet[Any]:
    """The open alarms of territories within reach, with their names; those of none are for who sees everything."""
    named = Territory.objects.filter(code=OuterRef("territory")).values("name")[:1]
    rows = CoverageAlarm.objects.filter(cleared_at=None).annotate(
        territory_name=Coalesce(Subquery(named), Value(""))
    )
    if scope.is_everything:
        return rows
    return rows.filter(territory__in=Territory.objects.visible_to(scope, at).values("code"))
