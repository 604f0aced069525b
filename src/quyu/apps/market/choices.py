"""What is known of the market of a county before a company adds indicators of its own."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.kernel.measure import UNITS, Unit
from quyu.platform.geography.choices import MarketMeasure


class ValueKind(models.TextChoices):
    """How a value is kept: money in fen, numbers and indices in thousandths, rates in basis points."""

    MONEY = "money", _("金额（元）")
    NUMBER = "number", _("数量")
    RATE = "rate", _("比率（%）")
    INDEX = "index", _("指数")


class Direction(models.TextChoices):
    """What a high value says about the market."""

    MORE = "more", _("越高市场越大")
    LESS = "less", _("越高市场越难")
    NEITHER = "neither", _("不分好坏")


@dataclass(frozen=True)
class Known:
    """An indicator, the product's or a company's own; `words` are further headers a file may use for it.

    `adds_up`: the value of a city is the sum of its counties (population), not a mean of them (income).
    """

    code: str
    label: str | Promise
    kind: str
    adds_up: bool
    direction: str = Direction.MORE
    words: tuple[str, ...] = ()
    word: str | Promise = ""
    is_own: bool = False

    @property
    def unit(self) -> str:
        """The unit of `quyu.kernel.measure` its values are kept in."""
        if self.kind == ValueKind.MONEY:
            return "fen" if self.adds_up else "yuan"
        return {ValueKind.RATE: "bp", ValueKind.INDEX: "ratio"}.get(ValueKind(self.kind), "milli")

    @property
    def measured_in(self) -> Unit | None:
        """The unit a heading names; the label of a number says what is counted."""
        return UNITS[self.unit] if self.kind in (ValueKind.MONEY, ValueKind.RATE) else None


NUMBER, MONEY, RATE, INDEX = ValueKind.NUMBER, ValueKind.MONEY, ValueKind.RATE, ValueKind.INDEX
BUILT_IN = (
    Known(MarketMeasure.POPULATION, MarketMeasure.POPULATION.label, NUMBER, True, words=("人口数", "常住人口", "Population"), word=_("人")),
    Known(MarketMeasure.HOUSEHOLDS, MarketMeasure.HOUSEHOLDS.label, NUMBER, True, words=("家庭户数", "Households"), word=_("户")),
    Known(MarketMeasure.GDP, MarketMeasure.GDP.label, MONEY, True, words=("GDP", "生产总值")),
    Known(MarketMeasure.RETAIL, MarketMeasure.RETAIL.label, MONEY, True, words=("社零", "社零总额", "Retail Sales")),
    Known(MarketMeasure.INCOME, MarketMeasure.INCOME.label, MONEY, False, words=("可支配收入", "人均收入", "Income")),
    Known(MarketMeasure.OUTLETS, MarketMeasure.OUTLETS.label, NUMBER, True, words=("终端", "门店数", "Outlets"), word=_("个")),
    Known("competitors", _("竞品网点数"), NUMBER, True, Direction.LESS, ("竞品网点", "竞争对手网点", "竞品门店数", "Competitor Outlets"), _("个")),
    Known("transport", _("交通便利指数"), INDEX, False, words=("交通指数", "道路指数", "Transport Index")),
    Known("area", _("面积（平方公里）"), NUMBER, True, Direction.NEITHER, ("面积", "土地面积", "行政区域面积", "Area"), _("平方公里")),
    Known("growth", _("经济增速"), RATE, False, words=("GDP增速", "增速", "增长率", "Growth")),
    Known(MarketMeasure.POTENTIAL, _("外部市场容量"), MONEY, True, words=("市场潜力", "潜力", "市场容量", "Potential")),
)  # fmt: skip
