"""A plan for the small company: 江苏 (苏南, 苏北) and 广东 (粤东), two product lines, all of 2027."""

from datetime import UTC, date, datetime

import numpy as np

from quyu.apps.targets import selectors, services
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.models import PlanVersion
from quyu.platform.approvals import services as approvals
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, scope_of
from tests.people import TODAY, Company

AT = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
TOTAL = 123_456_789_01


def base_of(axes: Axes) -> Cells:
    """Uneven, reproducible history in fen."""
    return np.random.default_rng(7).integers(0, 5_000_000, axes.shape, dtype=np.int64)


def make_plan(company: Company, *, total_fen: int = TOTAL, name: str = "2027 年目标") -> PlanVersion:
    for code, line in (("HA", "家电"), ("FD", "食品")):
        ProductLine.objects.get_or_create(code=code, defaults={"name": line})
    axes = selectors.freeze(year=2027, at=TODAY)
    base = base_of(axes)
    version = services.create_plan(
        name=name, year=2027, base=base, total_fen=total_fen, actor=company.operations, at=AT, axes=axes
    )
    version.refresh_from_db()
    return version


def scope(user: User) -> Scope:
    return scope_of(user, at=TODAY)


def edit(
    version: PlanVersion,
    user: User,
    region: str,
    period: str,
    value_fen: int,
    *,
    line: str = "",
    rule: str = "none",
    seen: int | None = None,
) -> None:
    """One edit as a page sends it; `seen` is the version number the person looked at."""
    current = PlanVersion.objects.get(pk=version.pk)
    services.edit_cell(
        plan_version=current,
        region=region,
        period=period,
        product_line=line,
        value_fen=value_fen,
        rule=rule,
        reason="市场变化",
        expected_version=current.version if seen is None else seen,
        actor=user,
        scope=scope(user),
        at=AT,
    )


def publish(company: Company, version: PlanVersion, *, effective_from: date | None = None) -> PlanVersion:
    """Submitted by operations, approved by the director, published by operations."""
    approval = services.submit(plan_version=version, actor=company.operations, at=AT)
    approvals.approve(approval=approval, actor=company.director, at=AT)
    return services.publish(
        plan_version=version, actor=company.operations, at=AT, effective_from=effective_from
    )
