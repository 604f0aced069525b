"""A first draft from history: freeze the axes, read the sales, make a baseline, spread the total."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.models import ExcludedOrder, PlanVersion
from quyu.apps.targets.sales import OrderKey
from quyu.apps.targets.services.baseline.stages import PARTS
from quyu.apps.targets.services.history import cleaning, drafts
from quyu.apps.targets.services.history.basis import TREND, TYPED, Basis
from quyu.apps.targets.services.history.drafts import Prepared
from quyu.apps.targets.services.operations import day_of
from quyu.apps.targets.services.plans import create_plan
from quyu.apps.targets.services.shares import bind_share
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


class NotOneOff(Refusal):
    """An order was to be left out that the rule does not find, or no longer."""

    def __init__(self, order_no: str) -> None:
        super().__init__(
            "not_one_off",
            "订单 {order_no} 不在一次性大单的候选中（规则或订单已变），请回到“历史口径”重新勾选。",
            order_no=order_no,
        )


class NoReason(Refusal):
    """An order is left out only with a reason."""

    def __init__(self, order_no: str) -> None:
        super().__init__("no_reason", "剔除订单 {order_no} 必须写明原因。", order_no=order_no)


def draft_from_history(
    *,
    name: str,
    year: int,
    total_fen: int | None = None,
    growth_bp: int | None = None,
    actor: User | None,
    at: date | datetime,
    measure: str = "amount",
) -> PlanVersion:
    """A plan whose base is the baseline of the last years; without a total, the baseline's own sum.

    `total_fen` and the cells are in the measure's unit. Months of last year that have not ended are
    estimated from the year before, at this year's pace.
    """
    growth_by = TREND if growth_bp is None else TYPED
    basis = Basis(year=year, measure=measure, growth_by=growth_by, growth_bp=growth_bp)
    return draft_from_basis(basis=basis, name=name, total=total_fen, actor=actor, at=at)


def draft_from_basis(
    *, basis: Basis, name: str, total: int | None, actor: User | None, at: date | datetime
) -> PlanVersion:
    """The base prepared by the basis, and a plan on it. Raises NoHistory and what `draft_from_base` raises."""
    prepared = drafts.prepare(basis, at=day_of(at))
    return draft_from_base(prepared=prepared, name=name, total=total, actor=actor, at=at)


@transaction.atomic
def draft_from_base(
    *, prepared: Prepared, name: str, total: int | None, actor: User | None, at: date | datetime
) -> PlanVersion:
    """A plan on the base prepared, with the parts of every cell and the orders left out.

    Raises NotOneOff, NoReason and what making a plan raises.
    """
    basis, left_out = prepared.basis, _left_out(prepared)
    past, made = prepared.past, prepared.made
    base = past.cells(made.cells)
    version = create_plan(
        name=name,
        year=basis.year,
        base=base,
        total_fen=int(base.sum()) if total is None else total,
        actor=actor,
        at=at,
        axes=past.axes,
        last_year=past.cells(made.last_year),
        method=_method(prepared),
        measure=basis.measure,
    )
    for part, cells in prepared.parts().items():
        if cells.any():
            store.save(version, cells, part)
    ExcludedOrder.objects.bulk_create(
        ExcludedOrder(
            plan=version.plan, excluded_by=actor, excluded_at=audit.moment(at), reason=reason,
            order_no=found.order.order_no, ordered_on=date.fromisoformat(found.order.ordered_on),
            customer_code=found.order.customer, territory_code=found.order.territory,
            product_line=found.order.line, value=found.order.amount,
            customer_median=found.order.customer_median, territory_median=found.order.territory_median,
        )
        for found, reason in left_out
    )  # fmt: skip
    bind_share(version, actor=actor, at=at)
    return version


def _left_out(prepared: Prepared) -> list[tuple[cleaning.Proposal, str]]:
    """The proposals that were confirmed, with their reasons."""
    basis = prepared.basis
    if not basis.excluded:
        return []
    reasons: dict[OrderKey, str] = {}
    for exclusion in basis.excluded:
        if not exclusion.reason.strip():
            raise NoReason(exclusion.order.order_no)
        reasons[exclusion.order] = exclusion.reason.strip()
    found = cleaning.proposals(basis, prepared.past)
    for key in reasons.keys() - {proposal.key for proposal in found}:
        raise NotOneOff(key.order_no)
    return [(proposal, reasons[proposal.key]) for proposal in found if proposal.key in reasons]


def _method(prepared: Prepared) -> Mapping[str, Any]:
    """How the base came about, for the pages and for whoever asks later."""
    series, made, test = prepared.cleaned, prepared.made, prepared.test
    codes = [code.removeprefix(TERRITORY) for code in prepared.past.axes.leaves]
    said: dict[str, Any] = {
        "years": list(series.years),
        "closed_months": series.closed,
        "growth_bp": made.growth.company_bp,
        "festival_shift_days": drafts.festival_shift_days(prepared),
        "territories_without_history": len(made.without_history),
        "without_history": [codes[number] for number in made.without_history],
        "basis": prepared.basis.to_json(),
        "pace_bp": round(made.pace * 10_000),
        "parts": list(PARTS),
        "unplaced": prepared.past.unplaced,
        "index_bp": dict(zip(codes, prepared.index_bp, strict=True)) if prepared.basis.potential else {},
        "last_plan": prepared.last_plan.pk if prepared.last_plan else None,
    }
    if prepared.turnover:
        said |= {"new_customers": prepared.turnover.new_count, "lost_customers": prepared.turnover.lost_count}
    if test:
        said["back_test"] = drafts.said(test)
    return said
