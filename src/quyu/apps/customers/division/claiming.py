"""A claim on a customer on its way: made, answered by who has the customer, ruled by who is above both.

A ruling takes effect from a day on: the customer goes to the claimant, or its credit is shared with the
claimant, or all stays. It never reaches back.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.customers.choices import ClaimState
from quyu.apps.customers.division import keeping, owning
from quyu.apps.customers.division.reading import WHOLE_BP
from quyu.apps.customers.models import Customer, CustomerClaim, Overlay, OverlayShare, TerritoryRule
from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors import owners_on
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day
from quyu.platform.audit import services as audit
from quyu.platform.catalog.models import ProductLine
from quyu.platform.notices.services import notify
from quyu.platform.ownership import announce
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope
from quyu.platform.people.selectors import users_with

EFFECTS = (ClaimState.GRANTED, ClaimState.SHARED, ClaimState.REFUSED)


class ClaimRefused(Refusal):
    """What cannot be claimed, answered or ruled as it stands."""


@dataclass(frozen=True)
class Ruling:
    """What is decided: `effect` is one of `EFFECTS`; days half-open; `share_bp` of the claimant when shared."""

    effect: str
    reason: str
    since: date
    until: date | None = None
    share_bp: int | None = None


@transaction.atomic
def claim(
    *,
    customer: Customer,
    line: ProductLine | None,
    territory: Territory,
    reason: str,
    evidence: str,
    wanted_from: date,
    actor: User,
    at: date | datetime,
) -> CustomerClaim:
    """Ask for a customer that somebody else, or nobody, has; who has it is told."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    if customer.territory_override_id:
        raise ClaimRefused(
            "named_customer",
            "{customer} 单独指定了销售区域，不能认领；请先在客户页取消指定。",
            customer=customer.code,
        )
    present = owning.territory_of(customer, line, day(at))[0]
    if present is not None and present.pk == territory.pk:
        raise ClaimRefused(
            "has_it_already",
            "{customer} 今天已经归“{name}”，不用认领。",
            customer=customer.code,
            name=territory.name,
        )
    same = CustomerClaim.objects.filter(customer=customer, product_line=line, territory=territory)
    if same.filter(state__in=(ClaimState.OPEN, ClaimState.ANSWERED)).exists():
        raise ClaimRefused(
            "claimed_already",
            "“{name}”对 {customer} 的认领还没有裁定。",
            name=territory.name,
            customer=customer.code,
        )
    made = CustomerClaim(
        customer=customer,
        product_line=line,
        territory=territory,
        present=present,
        reason=reason.strip()[:500],
        evidence=evidence.strip()[:500],
        wanted_from=wanted_from,
        claimed_by=actor,
        claimed_at=audit.moment(at),
    )
    made._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
    made.save()
    recorded(made, "claim.make", made.reason, actor, at)
    text = format_lazy(_("{name} 认领客户 {code}，请答复"), name=territory.name, code=customer.code)
    tell(made, text, [*holders(present, at), *judges(made, at)], actor, at)
    return made


@transaction.atomic
def answer(
    *, row: CustomerClaim, text: str, expected_version: int, actor: User, at: date | datetime
) -> CustomerClaim:
    """What who has the customer says to it."""
    current = locked(row)
    current.state, current.answer = ClaimState.ANSWERED, text.strip()[:500]
    current.answered_by, current.answered_at = actor, audit.moment(at)
    audit.save_checked(current, expected_version=expected_version, actor=actor)
    recorded(current, "claim.answer", current.answer, actor, at)
    said = format_lazy(_("客户 {code} 的认领已答复，待裁定"), code=current.customer.code)
    tell(current, said, [current.claimed_by, *judges(current, at)], actor, at)
    return current


@transaction.atomic
def withdraw(*, row: CustomerClaim, expected_version: int, actor: User, at: date | datetime) -> None:
    """Take one's own claim back."""
    current = locked(row)
    current.state = ClaimState.WITHDRAWN
    audit.save_checked(current, expected_version=expected_version, actor=actor)
    recorded(current, "claim.withdraw", "", actor, at)


@transaction.atomic
def decide(
    *, row: CustomerClaim, ruling: Ruling, expected_version: int, actor: User, at: date | datetime
) -> CustomerClaim:
    """Rule on a claim, with a reason, from a day on; who is a party to it does not."""
    current = locked(row)
    if is_party(current, actor, day(at)):
        raise ClaimRefused("party", "您是这次认领的一方，请由双方的上级裁定。")
    if ruling.since < day(at):
        raise ClaimRefused("rules_back", "裁定从今天或以后生效，不改变已经过去的归属。")
    if (
        Customer.objects.get(pk=current.customer_id).territory_override_id
        and ruling.effect == ClaimState.GRANTED
    ):
        raise ClaimRefused(
            "named_customer",
            "{customer} 单独指定了销售区域，不能认领；请先在客户页取消指定。",
            customer=current.customer.code,
        )
    current.state, current.ruling = ruling.effect, ruling.reason.strip()[:500]
    current.ruled_from, current.ruled_to = ruling.since, ruling.until
    current.share_bp = ruling.share_bp if ruling.effect == ClaimState.SHARED else None
    current.decided_by, current.decided_at = actor, audit.moment(at)
    audit.save_checked(current, expected_version=expected_version, actor=actor)
    take_effect(current)
    recorded(current, "claim.decide", current.ruling, actor, at)
    said = format_lazy(
        _("客户 {code} 的认领已裁定：{effect}，{day} 起"),
        code=current.customer.code,
        effect=ClaimState(current.state).label,
        day=ruling.since,
    )
    tell(current, said, [current.claimed_by, *holders(current.present, at)], actor, at)
    if current.state != ClaimState.REFUSED:
        keeping.keep(at=at)
        announce(at)
    return current


def take_effect(row: CustomerClaim) -> None:
    """The rule or overlay of this one customer that says what was ruled."""
    condition = {"customer": [row.customer.code]}
    if row.state == ClaimState.GRANTED:
        TerritoryRule.objects.create(
            claim=row, position=1, condition=condition, product_line=row.product_line, territory=row.territory
        )
    if row.state == ClaimState.SHARED and row.share_bp:
        name = f"{row.territory.name} #{row.pk}"[:80]
        made = Overlay.objects.create(
            claim=row, position=1, name=name, condition=condition, product_line=row.product_line
        )
        for territory, share_bp in ((None, WHOLE_BP - row.share_bp), (row.territory, row.share_bp)):
            if share_bp:
                OverlayShare.objects.create(overlay=made, territory=territory, share_bp=share_bp)


def locked(row: CustomerClaim) -> CustomerClaim:
    rows = CustomerClaim.objects.select_for_update(of=("self",))
    current: CustomerClaim = rows.select_related("customer", "territory", "present").get(pk=row.pk)
    if not current.is_open:
        raise ClaimRefused(
            "claim_closed", "这项认领已经是“{state}”，不能再改。", state=current.get_state_display()
        )
    return current


def recorded(row: CustomerClaim, verb: str, reason: str, actor: User, at: date | datetime) -> None:
    detail = {"territory": row.territory.code, "state": row.state, "valid_from": row.ruled_from}
    audit.record(
        actor=actor, verb=verb, subject=row, label=row.customer.code, detail=detail, reason=reason, at=at
    )


def tell(
    row: CustomerClaim, text: str | Promise, users: list[User], actor: User, at: date | datetime
) -> None:
    others = [user for user in users if user.pk != actor.pk]
    notify(users=others, text=text, url=reverse("customer-claim", args=[row.pk]), at=at)


def holders(territory: Territory | None, at: date | datetime) -> list[User]:
    """The accounts of who stands for a territory today."""
    if territory is None:
        return []
    owner = owners_on([territory.pk], day(at)).get(territory.pk)
    return list(User.objects.filter(person=owner.person, is_active=True)) if owner and owner.person else []


def judges(row: CustomerClaim, at: date | datetime) -> list[User]:
    """Who may rule: those with the right over both units."""
    found = users_with("claim", "edit", org_unit=row.territory.org_unit, at=day(at))
    if row.present is None:
        return found
    other = {user.pk for user in users_with("claim", "edit", org_unit=row.present.org_unit, at=day(at))}
    return [user for user in found if user.pk in other]


def is_party(row: CustomerClaim, user: User, today: date) -> bool:
    """Whether somebody made the claim, or stands for one of the two territories."""
    sides = [territory for territory in (row.territory, row.present) if territory]
    return user.pk == row.claimed_by_id or any(user in holders(side, today) for side in sides)


def visible_to(scope: Scope, at: date) -> QuerySet[CustomerClaim]:
    """The claims by or against territories within reach, open ones first."""
    rows = CustomerClaim.objects.select_related(
        "customer", "product_line", "territory__org_unit", "present__org_unit", "claimed_by", "decided_by"
    )
    if not scope.is_everything:
        mine = Territory.objects.visible_to(scope, at).values("pk")
        rows = rows.filter(Q(territory__in=mine) | Q(present__in=mine))
    return rows.order_by("decided_at", "-pk")
