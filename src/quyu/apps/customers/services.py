"""What changes many customers at once: classing them, counting them per unit."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from quyu.apps.customers.models import Customer, CustomerTerritory, RuleSet
from quyu.apps.customers.tiering import Ranking, rank
from quyu.apps.territories.choices import FigureMeasure
from quyu.apps.territories.services import record_figures
from quyu.kernel.money import format_wan
from quyu.kernel.rate import format_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day
from quyu.platform.audit import services as audit
from quyu.platform.ownership import announce
from quyu.platform.people.models import User


class TiersMoved(Refusal):
    """Orders or customers changed between the look and the confirmation."""

    def __init__(self) -> None:
        super().__init__("tiers_moved", "打开页面之后，订单或客户有变化，没有写入。请核对新的结果，再确认。")


@dataclass(frozen=True)
class TierChange:
    """One customer's new class and why."""

    customer: Customer
    before: str
    after: str
    reason: str


def save_all(changed: Sequence[Customer], fields: list[str], actor: User | None, reason: str) -> None:
    """Save with row history, counting versions up."""
    for customer in changed:
        customer.version += 1
    if changed:
        bulk_update_with_history(
            changed,
            Customer,
            [*fields, "version"],
            batch_size=300,
            default_user=actor,
            default_change_reason=reason or None,
        )


def refresh_unit_counts(*, at: date) -> int:
    """Tell the territories how many open customers each unit has; customers given away do not count."""
    rows = Customer.objects.filter(territory_override=None, unit__isnull=False).exclude(closed_on__lte=at)
    ruled = CustomerTerritory.objects.in_force(at).filter(product_line=None)
    rows = rows.exclude(pk__in=ruled.values("customer"))
    counts = (
        rows.values("unit__code").annotate(count=Count("pk")).order_by().values_list("unit__code", "count")
    )
    return record_figures(measure=FigureMeasure.CUSTOMERS, values=dict(counts), period_end=at)


def open_customers(today: date) -> QuerySet[Customer]:
    return Customer.objects.exclude(closed_on__lte=today).order_by("code")


def tier_changes(customers: Iterable[Customer], *, amounts: Mapping[str, int]) -> list[TierChange]:
    """Whose class their sales of the last twelve months (`amounts`, fen, by code) would change, and why.

    A customer without an entry sold nothing. Nothing is saved.
    """
    customers = list(customers)
    sold = [amounts.get(customer.code, 0) for customer in customers]
    ranked = rank(sold, [customer.tier for customer in customers])
    return [
        TierChange(customer, customer.tier, ranking.tier, reason_of(ranking, amount))
        for customer, ranking, amount in zip(customers, ranked, sold, strict=True)
        if customer.tier != ranking.tier
    ]


def digest_of(changes: Sequence[TierChange]) -> str:
    """Names what was shown, so that only that is confirmed."""
    told = [(change.customer.code, change.customer.version, change.after) for change in changes]
    return hashlib.sha256(repr(told).encode()).hexdigest()


@transaction.atomic
def retier(
    *, amounts: Mapping[str, int], actor: User | None, at: date | datetime, confirmed: str | None = None
) -> list[TierChange]:
    """Class all open customers anew. Every change carries its reason and is in the history.

    `confirmed` is the digest of the changes somebody looked at; raises TiersMoved where they are others now.
    """
    today = day(at)
    changes = tier_changes(open_customers(today).select_for_update(), amounts=amounts)
    if confirmed not in (None, digest_of(changes)):
        raise TiersMoved
    for change in changes:
        row = change.customer
        row.tier, row.tier_since, row.tier_reason = change.after, today, change.reason
    save_all([change.customer for change in changes], ["tier", "tier_reason", "tier_since"], actor, "")
    if changes:
        audit.record(
            actor=actor,
            verb="retier",
            subject=changes[0].customer,
            label=_("客户分级：%(count)s 家变动") % {"count": len(changes)},
            detail={"changed": len(changes)},
            at=at,
        )
        if RuleSet.objects.dated().exists():
            announce(at)
    return changes


def reason_of(ranking: Ranking, amount: int) -> str:
    """Why this class, in numbers."""
    if amount <= 0:
        return _("近 12 个月无销售")
    return _("近 12 个月 %(amount)s 万元，排在前面的客户累计占 %(share)s") % {
        "amount": format_wan(amount),
        "share": format_bp(ranking.before_bp),
    }
