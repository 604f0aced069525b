"""Who a customer belongs to when two claim it on the same day: found, decided by a person, with the reason kept."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.apps.customers.models import ClaimRuling, Customer
from quyu.apps.customers.selectors import Claim, ClaimConflict, claim_conflicts
from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors import common_days
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.models import Person, User
from quyu.platform.people.scope import Scope


class NotClaimed(Refusal):
    """A ruling awards the customer to one of those who claim it."""

    def __init__(self, customer: str) -> None:
        super().__init__(
            "not_claimed", "{customer} 在这段时间没有这项认领，可能已被处理。请刷新页面。", customer=customer
        )


class RuledAlready(Refusal):
    """One dispute, one ruling."""

    def __init__(self, customer: str, start: date, end: date | None) -> None:
        super().__init__(
            "ruled_already",
            "{customer} 在 {start} 至 {end} 的归属已经裁定。",
            customer=customer,
            start=start,
            end=end or "∞",
        )


class NoGround(Refusal):
    """Who loses a customer may read why."""

    def __init__(self) -> None:
        super().__init__("no_ground", "请写明裁定的理由。")


@dataclass(frozen=True)
class Dispute:
    """Two claims on one customer on the same days, as one reader may see them."""

    customer: Customer
    start: date
    end: date | None
    claims: tuple[Claim, Claim]
    ruling: ClaimRuling | None
    line: ProductLine | None = None


def disputes(scope: Scope, at: date) -> list[Dispute]:
    """The conflicts about customers within reach, open ones first."""
    conflicts = claim_conflicts()
    codes = {conflict.customer_code for conflict in conflicts}
    customers = {row.code: row for row in Customer.objects.visible_to(scope, at).filter(code__in=codes)}
    rulings: dict[int, list[ClaimRuling]] = {}
    made = ClaimRuling.objects.filter(customer__in=customers.values())
    for ruling in made.select_related("territory", "person", "decided_by"):
        rulings.setdefault(ruling.customer_id, []).append(ruling)
    lines = ProductLine.objects.in_bulk(field_name="code") if any(one.line for one in conflicts) else {}
    found = [
        dispute_of(conflict, customers[conflict.customer_code], rulings, lines.get(conflict.line))
        for conflict in conflicts
        if conflict.customer_code in customers
    ]
    return sorted(found, key=lambda one: (one.ruling is not None, one.customer.code, one.start))


def dispute_of(
    conflict: ClaimConflict,
    customer: Customer,
    rulings: dict[int, list[ClaimRuling]],
    line: ProductLine | None,
) -> Dispute:
    start, end = days_of(conflict)
    ruling = next(
        (
            one
            for one in rulings.get(customer.pk, [])
            if one.product_line_id == (line.pk if line else None)
            and one.valid_from <= start
            and (one.valid_to is None or (end is not None and end <= one.valid_to))
        ),
        None,
    )
    return Dispute(customer, start, end, (conflict.first, conflict.second), ruling, line)


def days_of(conflict: ClaimConflict) -> tuple[date, date | None]:
    """The days on which both claim."""
    days = common_days(conflict.first[:2], conflict.second[:2])
    if days is None:
        raise ValueError(f"{conflict.customer_code}: claims without a day in common are no conflict")
    return days


@transaction.atomic
def rule(
    *,
    customer: Customer,
    start: date,
    territory_code: str,
    person_code: str,
    reason: str,
    actor: User,
    at: date | datetime,
    line: ProductLine | None = None,
) -> ClaimRuling:
    """Award a customer (one product line of it) claimed twice from `start` on to one of its claimants."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    if not reason.strip():
        raise NoGround
    conflict = next(
        (
            one
            for one in claim_conflicts()
            if (one.customer_code, one.line) == (customer.code, line.code if line else "")
            and days_of(one)[0] == start
            and (territory_code, person_code) in {(c[2], c[3] or "") for c in (one.first, one.second)}
        ),
        None,
    )
    if conflict is None:
        raise NotClaimed(customer.name)
    first, last = days_of(conflict)
    for known in ClaimRuling.objects.filter(customer=customer, product_line=line):
        if common_days((known.valid_from, known.valid_to), (first, last)):
            raise RuledAlready(customer.name, known.valid_from, known.valid_to)
    made = ClaimRuling(
        customer=customer,
        product_line=line,
        territory=Territory.objects.get(code=territory_code),
        person=Person.objects.filter(code=person_code).first() if person_code else None,
        valid_from=first,
        valid_to=last,
        reason=reason.strip()[:500],
        decided_by=actor,
        decided_at=audit.moment(at),
    )
    made.save()
    audit.record(
        actor=actor,
        verb="claim.rule",
        subject=customer,
        label=customer.name,
        detail={"territory": territory_code, "person": person_code, "valid_from": first, "valid_to": last},
        reason=made.reason,
        at=at,
    )
    return made
