"""The questions of each step of a new plan; what is wrong is said at the field."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.analytics.metrics import METRICS, target_metrics
from quyu.apps.targets.models import Plan
from quyu.apps.targets.sales import EXTRAS
from quyu.apps.targets.selectors.extra_dimensions import NAMES
from quyu.apps.targets.services.baseline.blend import WHOLE, Weights
from quyu.apps.targets.services.baseline.cleaning import OneOffRule
from quyu.apps.targets.services.history.basis import BY_LINE, BY_REGION, TREND, TYPED
from quyu.kernel.measure import parse_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken

BASELINE, AMOUNT, GROWTH = "baseline", "amount", "growth"
RATE_LIMITS = (-90, 500)
LIKE, FACTOR = "like-", "factor-"
FACTOR_LIMITS = (1, 1_000)
CHECK = {"class": "form-check-input"}
GROWTH_WAYS = {
    TREND: gettext_lazy("沿用公司历年平均增长"),
    TYPED: gettext_lazy("全公司一个增长率"),
    BY_REGION: gettext_lazy("各大区分别填写"),
    BY_LINE: gettext_lazy("各产品线分别填写"),
}


def can_be_broken_down() -> list[tuple[str, str]]:
    """Measures that add up and of which past orders tell a history: (id, name)."""
    return [(m.id, m.name) for m in target_metrics() if m.is_additive and m.is_of_orders]


class YearForm(forms.Form):
    """Name, year and measure of the plan."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    measure = forms.ChoiceField(label=gettext_lazy("指标"), choices=can_be_broken_down)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        same = Plan.objects.filter(
            name=given.get("name"), year=given.get("year") or 0, measure=given.get("measure")
        )
        if same.exists():
            self.add_error("name", _("这一年度和指标已有同名的方案，请换一个名称。"))
        return given


class HistoryForm(forms.Form):
    """Which history, how it is counted and cleaned."""

    years_back = forms.IntegerField(
        label=gettext_lazy("取最近几年"),
        min_value=1,
        max_value=6,
        help_text=gettext_lazy("年数多，季节更稳；水平总以最近一年为准。"),
    )
    last_year = forms.ChoiceField(
        label=gettext_lazy("未结束的月份"),
        choices=[
            ("pace", gettext_lazy("按今年至今的增速估计")),
            ("rolling", gettext_lazy("用最近 12 个完整月")),
        ],
        widget=forms.RadioSelect(CHECK),
    )
    structure = forms.ChoiceField(
        label=gettext_lazy("历史归属"),
        choices=[("now", gettext_lazy("按今天的区域划分重算")), ("then", gettext_lazy("按当时的归属"))],
        widget=forms.RadioSelect(CHECK),
    )
    customer_multiple = forms.IntegerField(
        label=gettext_lazy("大单：超过客户月中位数的倍数"), min_value=2, max_value=100
    )
    territory_share = forms.DecimalField(
        label=gettext_lazy("大单：且超过片区该产品线月中位数的（%）"),
        min_value=0,
        max_value=1000,
        decimal_places=2,
    )
    takes_new = forms.BooleanField(label=gettext_lazy("新客户按全年折算"), required=False)
    takes_lost = forms.BooleanField(label=gettext_lazy("剔除流失客户"), required=False)

    def rule(self) -> OneOffRule:
        given = self.cleaned_data
        return OneOffRule(given["customer_multiple"], int(given["territory_share"] * 100))


class WeightsForm(forms.Form):
    """How the level is divided among the territories, and how it grows."""

    weight_history = forms.IntegerField(label=gettext_lazy("历史（%）"), min_value=0, max_value=100)
    weight_potential = forms.IntegerField(label=gettext_lazy("市场潜力（%）"), min_value=0, max_value=100)
    weight_plan = forms.IntegerField(label=gettext_lazy("上年目标（%）"), min_value=0, max_value=100)
    potential = forms.ChoiceField(label=gettext_lazy("潜力指标"), required=False)
    growth_by = forms.ChoiceField(
        label=gettext_lazy("增长"),
        choices=list(GROWTH_WAYS.items()),
        widget=forms.RadioSelect(CHECK),
    )
    growth = forms.DecimalField(
        label=gettext_lazy("增长率（%）"), required=False, min_value=RATE_LIMITS[0], max_value=RATE_LIMITS[1], decimal_places=2,
        help_text=gettext_lazy("全公司的增长率；分别填写时，用于留空的区域或产品线。"),
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any], *, potentials: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["potential"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("不用")), *potentials]
        self.rates: dict[str, int] = {}
        self.rate_errors: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        weights = [given.get(name) for name in ("weight_history", "weight_potential", "weight_plan")]
        known = [weight for weight in weights if weight is not None]
        if len(known) == len(weights) and sum(known) != 100:
            self.add_error(
                "weight_history", _("三项权重之和应为 100%%，现为 %(sum)s%%。") % {"sum": sum(known)}
            )
        if given.get("weight_potential") and not given.get("potential"):
            self.add_error(
                "potential", _("潜力的权重大于 0，请选择潜力指标；没有可选的指标时，请先导入市场数据。")
            )
        if given.get("growth_by") == TYPED and given.get("growth") is None and "growth" not in self.errors:
            self.add_error("growth", _("请填写增长率，或改选沿用历年平均增长。"))
        self._rates(str(given.get("growth_by")))
        return given

    def _rates(self, growth_by: str) -> None:
        """The rates of single regions or lines, of those that the way of growing asks for."""
        if growth_by not in (BY_REGION, BY_LINE):
            return
        prefix = f"{growth_by}-"
        for name, text in self.data.items():
            if not name.startswith(prefix) or not str(text).strip():
                continue
            code = name.removeprefix(prefix)
            try:
                rate = Decimal(str(text).strip().removesuffix("%"))
                if not RATE_LIMITS[0] <= rate <= RATE_LIMITS[1]:
                    raise InvalidOperation
                self.rates[code] = int(rate * 100)
            except InvalidOperation:
                self.rate_errors[code] = _("请填 -90 到 500 之间的数，如 8 或 -2.5。")
        if self.rate_errors:
            self.add_error(
                None, _("有 %(count)s 个增长率填得不对，请看标红的格子。") % {"count": len(self.rate_errors)}
            )

    def weights(self) -> Weights:
        given = self.cleaned_data
        part = WHOLE // 100
        return Weights(
            given["weight_history"] * part, given["weight_potential"] * part, given["weight_plan"] * part
        )

    def growth_bp(self) -> int | None:
        """The company's growth in basis points; None follows its trend."""
        growth = self.cleaned_data["growth"]
        is_asked = self.cleaned_data["growth_by"] != TREND and growth is not None
        return int(growth * 100) if is_asked else None


class DimensionsForm(forms.Form):
    """Which dimensions beyond region, month and product line; what is like what."""

    extras = forms.MultipleChoiceField(
        label=gettext_lazy("再按这些维度分解"),
        choices=[(code, NAMES[code]) for code in EXTRAS],
        required=False,
        widget=forms.CheckboxSelectMultiple(CHECK),
    )

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.likes: dict[str, tuple[str, int]] = {}
        self.factor_errors: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        """`likes`: new node or line -> the one it is like and its factor in basis points; a factor is a percentage."""
        given = super().clean() or {}
        for name, source in self.data.items():
            new = name.removeprefix(LIKE)
            if new == name or not source:
                continue
            try:
                factor = Decimal(str(self.data.get(FACTOR + new) or 100).strip().removesuffix("%"))
                if not FACTOR_LIMITS[0] <= factor <= FACTOR_LIMITS[1]:
                    raise InvalidOperation
                self.likes[new] = (str(source), int(factor * 100))
            except InvalidOperation:
                self.factor_errors[new] = _("请填 1 到 1000 之间的数，如 60。")
        if self.factor_errors:
            self.add_error(None, _("比照的百分比有误，请看标红的格子。"))
        return given


class TotalForm(forms.Form):
    """The total of the year."""

    mode = forms.ChoiceField(
        label=gettext_lazy("总目标"),
        choices=[
            (BASELINE, gettext_lazy("用基线合计")),
            (AMOUNT, gettext_lazy("填写总数")),
            (GROWTH, gettext_lazy("按上年增长")),
        ],
        widget=forms.RadioSelect(CHECK),
    )
    total = forms.CharField(label=gettext_lazy("总数"), required=False, max_length=40)
    growth = forms.DecimalField(
        label=gettext_lazy("比上年增长（%）"),
        required=False,
        min_value=RATE_LIMITS[0],
        max_value=RATE_LIMITS[1],
        decimal_places=2,
    )
    unit = forms.TypedChoiceField(label=gettext_lazy("取整到"), coerce=int)

    def __init__(self, data: Mapping[str, Any], *, measure: str) -> None:
        super().__init__(data)
        metric = METRICS[measure]
        self.measured_in = metric.unit
        self.fields["total"].help_text = _("单位：%(unit)s") % {"unit": metric.word}
        field = self.fields["unit"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = roundings(self.measured_in)

    def clean_total(self) -> int | None:
        """The total in the measure's unit."""
        text = self.cleaned_data["total"].strip()
        if not text or self.data.get("mode") != AMOUNT:
            return None
        try:
            value = parse_value(text, self.measured_in)
        except Refusal as refusal:
            raise forms.ValidationError(spoken(refusal)) from refusal
        if value < 0:
            raise forms.ValidationError(_("总目标不能小于零。"))
        return value

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("mode") == AMOUNT and given.get("total") is None and "total" not in self.errors:
            self.add_error("total", _("请填写总数，如 12000 或 1.2亿。"))
        if given.get("mode") == GROWTH and given.get("growth") is None and "growth" not in self.errors:
            self.add_error("growth", _("请填写增长率，如 8 或 -2.5。"))
        return given


def roundings(unit: str) -> list[tuple[int, str]]:
    """What a total may be rounded to, finest first."""
    if unit == "fen":
        return [
            (1, _("分")),
            (100, _("元")),
            (10_000, _("百元")),
            (1_000_000, _("万元")),
            (100_000_000, _("百万元")),
        ]
    if unit == "milli":
        return [(1, _("不取整")), (1_000, _("件")), (100_000, _("百件"))]
    return [(1, _("个"))]
