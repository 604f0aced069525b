"""Why a metric has no value, and what to do: said where “—” would leave a reader alone."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NO_RECEIVABLES = _("应收要有发货（或订单）和回款：先导入回款；期间里没有回款、最近一年没有发货时没有值。")
WHY: Mapping[str, Promise] = {
    "market_share": _("没有市场容量：先在“市场”导入“外部市场容量”，只算在销售区域里、有容量的区县。"),
    "days_sales_outstanding": NO_RECEIVABLES,
    "aged_share": NO_RECEIVABLES,
}
"""Metric -> what is needed; only of those whose facts are not plain from the name."""
