"""Several measures of one plan side by side, and whether they agree: margin, price, collection per region."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.analytics.metrics import METRICS, Metric, target_metrics
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.grid import last_year_cells
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.regions import Sums, sums_of
from quyu.apps.targets.selectors.versions import visible_versions
from quyu.kernel.measure import say_value
from quyu.kernel.rate import BP, growth_bp, ratio_bp
from quyu.platform.people.scope import Scope

MARGIN_DRIFT_BP = 500
"""A margin may differ from last year's by five points before it is named."""
PRICE_DRIFT_BP = 1_000
"""A price by a tenth."""


@dataclass(frozen=True)
class MeasureRow:
    """One measure of the plan: its newest visible version, the sum within reach, growth on last year."""

    metric: Metric
    version: PlanVersion
    value: int
    before: int | None
    is_current: bool

    @property
    def growth_bp(self) -> int | None:
        return None if self.before is None else growth_bp(self.value, self.before)

    @property
    def said(self) -> str:
        return say_value(self.value, self.metric.unit, self.metric.word)

    @property
    def before_said(self) -> str:
        return "—" if self.before is None else say_value(self.before, self.metric.unit, self.metric.word)


@dataclass(frozen=True)
class Implied:
    """What two measures imply at a region: `now` and `before` in `unit`; `fault` says what is wrong."""

    kind: str | Promise
    region: str
    name: str
    depth: int
    unit: str
    word: str
    now: int | None
    before: int | None
    fault: str

    @property
    def now_said(self) -> str:
        return say_value(self.now, self.unit, self.word)

    @property
    def before_said(self) -> str:
        return say_value(self.before, self.unit, self.word)


@dataclass(frozen=True)
class Pair:
    """A relation of a measure to sales: `part` in basis points of the amount, or the price of one piece."""

    measure: str
    kind: str | Promise
    is_price: bool
    ceiling_bp: int | None
    drift_bp: int


PAIRS = (
    Pair("gross_profit", gettext_lazy("毛利率"), False, 10_000, MARGIN_DRIFT_BP),
    Pair("receipts", gettext_lazy("回款率"), False, None, 2 * MARGIN_DRIFT_BP),
    Pair("quantity", gettext_lazy("平均单价"), True, None, PRICE_DRIFT_BP),
    Pair("new_customers", gettext_lazy("每个新客户的销售额"), True, None, 3 * PRICE_DRIFT_BP),
    Pair("visits", gettext_lazy("每次拜访的销售额"), True, None, 3 * PRICE_DRIFT_BP),
)


def newest_by_measure(version: PlanVersion, scope: Scope) -> dict[str, PlanVersion]:
    """Of every measure of the same plan the newest version visible; of this version's own measure this version."""
    plan = version.plan
    visible = visible_versions(scope).filter(plan__year=plan.year, plan__name=plan.name)
    found = {plan.measure: version}
    rows = PlanVersion.objects.select_related("plan").filter(pk__in=visible.values("pk")).order_by("-number")
    for row in rows:
        found.setdefault(row.plan.measure, row)
    order = {metric.id: number for number, metric in enumerate(METRICS.values())}
    return dict(sorted(found.items(), key=lambda item: order[item[0]]))


def measure_rows(version: PlanVersion, scope: Scope, *, at: date) -> list[MeasureRow]:
    """The measures of the plan, each summed over what this reader reaches."""
    rows = []
    for measure, found in newest_by_measure(version, scope).items():
        sums = _sums(found)
        tops = reach_of(sums.axes, scope, at=at).tops
        before = sum(sums.before[top] for top in tops) if sums.before is not None else None
        value = sum(sums.value[top] for top in tops)
        rows.append(MeasureRow(METRICS[measure], found, value, before, found.pk == version.pk))
    return rows


def missing_measures(version: PlanVersion) -> tuple[list[Metric], list[Metric]]:
    """What can still be broken down beside this plan, and the ratios that can only be checked."""
    plan = version.plan
    here = set(
        PlanVersion.objects.filter(plan__year=plan.year, plan__name=plan.name).values_list(
            "plan__measure", flat=True
        )
    )
    open_ones = [metric for metric in target_metrics() if metric.id not in here]
    return [m for m in open_ones if m.is_additive], [m for m in open_ones if not m.is_additive]


def implied(version: PlanVersion, scope: Scope, *, at: date) -> list[Implied]:
    """Margins and prices that the measures imply per region, beside last year's; faults in words."""
    versions = newest_by_measure(version, scope)
    if "amount" not in versions:
        return []
    amount = _sums(versions["amount"])
    reach = reach_of(amount.axes, scope, at=at)
    found = []
    for pair in PAIRS:
        if pair.measure not in versions:
            continue
        other = _sums(versions[pair.measure])
        for region in amount.axes.regions:
            if reach.covers(amount.axes, region) and region in other.value:
                found.append(_implied(pair, region, amount, other))
    return found


@dataclass(frozen=True)
class _Sums:
    axes: Axes
    value: Sums
    before: Sums | None


def _sums(version: PlanVersion) -> _Sums:
    axes = Axes.from_json(version.axes)
    value = sums_of(axes, store.load_shaped(version, axes.shape))
    before = None
    if store.has_layer(version, "last_year"):
        past = last_year_cells(version, axes)
        before = sums_of(axes, past) if past.any() else None
    return _Sums(axes, value, before)


def _implied(pair: Pair, region: str, amount: _Sums, other: _Sums) -> Implied:
    unit = METRICS[pair.measure].unit
    now = _ratio(pair, unit, amount.value[region], other.value[region])
    before = None
    if amount.before is not None and other.before is not None:
        before = _ratio(pair, unit, amount.before[region], other.before.get(region, 0))
    said, word = ("yuan", "元") if pair.is_price else ("bp", "%")
    return Implied(
        pair.kind, region, amount.axes.name(region), amount.axes.depths[region], said, word, now, before,
        _fault(pair, now, before, amount.value[region], other.value[region]),
    )  # fmt: skip


def _ratio(pair: Pair, unit: str, amount: int, other: int) -> int | None:
    """Basis points of the amount, or fen for one."""
    if not pair.is_price:
        return ratio_bp(other, amount)
    scale = 1_000 if unit == "milli" else 1
    return (2 * amount * scale + other) // (2 * other) if other > 0 else None


def _fault(pair: Pair, now: int | None, before: int | None, amount: int, other: int) -> str:
    if now is None:
        return _("没有可比的数") if amount or other else ""
    if not pair.is_price and other < 0 < amount:
        return _("为负数")
    if pair.ceiling_bp is not None and other * BP > amount * pair.ceiling_bp:
        return _("毛利大于销售额")
    if before is None:
        return ""
    drift = now - before if not pair.is_price else growth_bp(now, before)
    if drift is not None and abs(drift) > pair.drift_bp:
        shown = f"{drift / 100:+.2f}"
        if pair.is_price:
            return _("与上年相差 %(drift)s%%") % {"drift": shown}
        return _("与上年相差 %(drift)s 个百分点") % {"drift": shown}
    return ""
