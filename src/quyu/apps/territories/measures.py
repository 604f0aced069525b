"""What units can be weighed by when they are divided: what the company does there, and what the market is."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.choices import FigureMeasure
from quyu.kernel.measure import UNITS as KNOWN
from quyu.kernel.measure import Unit

MARKET = "market:"
"""Before the code of a market indicator."""


class Measure(str):
    """The code of a measure, with its name and the unit (`quyu.kernel.measure`) its values are kept in.

    `is_share` measures (an income, an index) weigh in a composite index and cannot be balanced by themselves.
    """

    def __new__(
        cls,
        code: str,
        label: str | Promise,
        unit: str = "count",
        *,
        is_share: bool = False,
        is_less_better: bool = False,
    ) -> Measure:
        made = super().__new__(cls, code)
        made.label, made.unit = label, unit
        made.is_share, made.is_less_better = is_share, is_less_better
        return made

    label: str | Promise
    unit: str
    is_share: bool
    is_less_better: bool

    @property
    def measured_in(self) -> Unit:
        """The unit as pages write it."""
        return KNOWN[self.unit]


AMOUNT = Measure(FigureMeasure.AMOUNT.value, FigureMeasure.AMOUNT.label, "fen")
CUSTOMERS = Measure(FigureMeasure.CUSTOMERS.value, FigureMeasure.CUSTOMERS.label)
WORKLOAD = Measure(FigureMeasure.WORKLOAD.value, _("拜访工作量（分钟）"))
UNITS = Measure("units", _("基本单元数（资源均分）"))
POTENTIAL = Measure("potential", _("市场潜力（模型）"), "fen")
COMPOSITE = Measure("composite", _("综合指数"))
RECORDED = (AMOUNT, CUSTOMERS, WORKLOAD)
"""Kept as `UnitFigure` by the apps that know."""
