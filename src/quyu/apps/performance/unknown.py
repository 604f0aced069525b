"""Why a metric has no value, and what to do: said where “—” would leave a reader alone."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.analytics.metrics import Metric

NO_RECEIVABLES = gettext_lazy(
    "应收要有发货（或订单）和回款：先导入回款；期间里没有回款、最近一年没有发货时没有值。"
)
NO_PRICES = gettext_lazy("没有标准价：先在“产品”里填标准价，只算有标准价的产品。")
NO_PROFIT = gettext_lazy("没有毛利：订单文件里要有毛利一列，只算有毛利的订单行。")
NO_YEAR_BEFORE = gettext_lazy("上年同期没有销售：先导入上年的订单；新的区域、产品和客户没有上年可比。")
WHY: Mapping[str, Promise] = {
    "market_share": gettext_lazy(
        "没有市场容量：先在“市场”导入“外部市场容量”，只算在销售区域里、有容量的区县。"
    ),
    "days_sales_outstanding": NO_RECEIVABLES,
    "aged_share": NO_RECEIVABLES,
    "overdue_share": gettext_lazy("要有应收，而且欠款的客户在客户档案里填了账期：没有账期的客户不判断逾期。"),
    "price_realisation": NO_PRICES,
    "discount": NO_PRICES,
    "gross_profit": NO_PROFIT,
    "gross_margin": NO_PROFIT,
    "sales_growth": NO_YEAR_BEFORE,
    "sales_growth_paired": NO_YEAR_BEFORE,
    "sales_growth_monthly": gettext_lazy("上月没有销售，没有可比的数。"),
    "lost_customers": NO_YEAR_BEFORE,
    "win_back_rate": NO_YEAR_BEFORE,
}
"""Metric -> what is needed; only of those whose facts are not plain from the name."""
BY_ROLE: Mapping[str, Promise] = {
    "receipt": gettext_lazy("没有回款：先在“导入”里导入回款；费用和回款不分产品和渠道。"),
    "expense": gettext_lazy("没有费用：先在“导入”里导入费用。"),
    "visit": gettext_lazy("没有拜访：先在“导入”里导入拜访记录。"),
    "delivered": gettext_lazy("没有发货：先导入发货单，或订单里的发货日期。"),
    "outlet": gettext_lazy("没有写明终端和产品的价格观察：先在“导入”里导入价格观察（巡店）。"),
    "on_file": gettext_lazy("没有客户档案：先导入客户，并让客户落在销售区域里。"),
}


def why_unknown(metric: Metric) -> str:
    """What “—” means for a metric and what to do about it."""
    told = WHY.get(metric.id) or next((BY_ROLE[role] for role in metric.rows if role in BY_ROLE), None)
    if told is not None:
        return str(told)
    return _("这里没有“%(metric)s”要的数据，或算式的分母是零：%(formula)s。") % {
        "metric": metric.name,
        "formula": metric.spoken_formula,
    }
