"""动销: what dealers sold on to outlets. Never added to sell-in; a row counts where it was sold."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import CUSTOMER, PLACE, PRODUCT, REGION, SALESPERSON, Kind
from quyu.platform.imports.kinds import Column

SELL_THROUGH = Kind(
    id="sell_through",
    command="sell-through",
    label=_("动销（终端销售）"),
    columns=(
        Column("document_no", _("动销单号"), ("动销单号", "销售单号", "小票号", "单据编号", "单号", "Document No")),
        Column("line_no", _("行号"), ("行号", "明细行号", "Line No", "Line")),
        Column("sold_on", _("销售日期"), ("销售日期", "动销日期", "终端销售日期", "日期", "Sold On", "Sales Date", "Date"), type="date", required=True),
        *CUSTOMER,
        *PRODUCT,
        *SALESPERSON,
        *REGION,
        *PLACE,
        Column("outlet_name", _("终端"), ("终端", "终端名称", "门店", "门店名称", "售点", "Outlet", "Store")),
        Column("quantity_milli", _("数量"), ("数量", "动销数量", "销售数量", "销量", "件数", "Quantity", "Qty"), type="quantity", required=True),
        Column("amount_fen", _("动销金额"), ("动销金额", "销售金额", "金额", "Amount"), type="amount"),
    ),
    dated_by="sold_on",
    quantity="quantity_milli",
    natural=("sold_on", "customer_code", "outlet_name"),
    alternatives=(("customer_name", "customer_code"), ("product_name", "product_code")),
)  # fmt: skip
