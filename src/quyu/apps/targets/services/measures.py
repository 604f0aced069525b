"""A further measure of a plan: from history, or from the measure that is there by a rate or a price."""

from datetime import date, datetime

import numpy as np
from django.db import transaction

from quyu.analytics.metrics import METRICS, Metric
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.dimension import PRODUCT
from quyu.apps.targets.models import Plan, PlanVersion
from quyu.apps.targets.services.baseline.level import completed, pace_of
from quyu.apps.targets.services.baseline.series import NoHistory
from quyu.apps.targets.services.drafting import draft_from_history
from quyu.apps.targets.services.history import reading
from quyu.apps.targets.services.history.basis import Basis
from quyu.apps.targets.services.operations import day_of
from quyu.apps.targets.services.plans import create_plan
from quyu.apps.targets.sums import placed
from quyu.kernel.rate import apply_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User

MILLI = 1_000


class NotBrokenDown(Refusal):
    """A share or an average is checked at every node, never summed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "not_broken_down",
            "“{name}”是比率，各区域不能相加，因此不分解；请在规则包或派生目标中设定它的要求。",
            name=name,
        )


class MeasureExists(Refusal):
    def __init__(self, name: str, plan: str) -> None:
        super().__init__("measure_exists", "方案“{plan}”已有“{name}”，请打开它修改。", name=name, plan=plan)


class NoRate(Refusal):
    def __init__(self) -> None:
        super().__init__("no_rate", "请填写大于零的比例或单价。")


def plan_measure(version: PlanVersion, measure: str) -> Metric:
    """The metric, if a plan beside this one may be made of it. Raises NotBrokenDown, MeasureExists."""
    metric = METRICS[measure]
    if not (metric.can_be_target and metric.is_additive):
        raise NotBrokenDown(metric.name)
    plan = version.plan
    if Plan.objects.filter(year=plan.year, name=plan.name, measure=measure).exists():
        raise MeasureExists(metric.name, plan.name)
    return metric


@transaction.atomic
def add_from_history(
    *, plan_version: PlanVersion, measure: str, total: int | None, actor: User, at: date | datetime
) -> PlanVersion:
    """The measure's own baseline, by the same door as the first draft; `total` in its unit. Raises NoHistory."""
    plan_measure(plan_version, measure)
    plan = plan_version.plan
    return draft_from_history(
        name=plan.name, year=plan.year, total_fen=total, actor=actor, at=at, measure=measure
    )


@transaction.atomic
def add_by_rate(
    *, plan_version: PlanVersion, measure: str, rate: int, actor: User, at: date | datetime
) -> PlanVersion:
    """Every cell in proportion to this plan's: `rate` in basis points for money, else fen per piece or per one.

    The whole is rounded once and broken down exactly; the tree, months and products are those of this plan.
    """
    metric = plan_measure(plan_version, measure)
    if rate <= 0:
        raise NoRate
    source = PlanVersion.objects.select_related("plan").get(pk=plan_version.pk)
    axes = Axes.from_json(source.axes)
    cells = store.load_shaped(source, axes.shape)
    total = converted(int(cells.sum()), metric.unit, rate)
    method = {"derived_from": source.plan.measure, "rate": rate, "version": source.number}
    return create_plan(
        name=source.plan.name,
        year=source.plan.year,
        base=np.clip(cells, 0, None),
        total_fen=total,
        actor=actor,
        at=at,
        axes=axes,
        last_year=last_year_of(source, axes, measure, day_of(at)),
        method=method,
        measure=measure,
    )


def converted(fen: int, unit: str, rate: int) -> int:
    """Money into another measure: money by basis points; pieces (in thousandths) and counts by fen for one."""
    if unit == "fen":
        return apply_bp(fen, rate)
    scale = MILLI if unit == "milli" else 1
    return (2 * fen * scale + rate) // (2 * rate)


def last_year_of(source: PlanVersion, axes: Axes, measure: str, today: date) -> Cells:
    """The last year of another measure on the axes of a version, open months estimated as its own were.

    Zeros where there are no facts of the measure by product line, or nothing was sold.
    """
    metric, said = METRICS[measure], source.method.get("basis", {})
    nothing = np.zeros(axes.shape, np.int64)
    if not metric.has_facts or metric.grain != "line":
        return nothing
    further = [dimension.code for dimension in axes.others]
    if max(axes.product.depths.values()) > 1:
        further.append(PRODUCT)
    basis = Basis(
        year=axes.year,
        measure=measure,
        is_rolling=said.get("is_rolling", False),
        is_restated=said.get("is_restated", False),
        extras=tuple(further),
    )
    try:
        past = reading.read(basis, at=today)
    except NoHistory:
        return nothing
    amounts, closed = past.series.amounts, past.series.closed
    pace = 1.0 if basis.is_rolling else pace_of(amounts, closed)
    return placed(axes, past.axes, past.cells(completed(amounts, closed, pace=pace)))
