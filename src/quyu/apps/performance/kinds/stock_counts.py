"""库存盘点: what a dealer had in stock on a day. A level: the last count of a product is what there is."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import CUSTOMER, PLACE, PRODUCT, REGION, Kind, not_negative
from quyu.platform.imports.kinds import Column

STOCK_COUNT = Kind(
    id="stock_count",
    command="stock",
    label=_("库存盘点"),
    columns=(
        Column("document_no", _("盘点单号"), ("盘点单号", "单据编号", "单号", "Count No")),
        Column("counted_on", _("盘点日期"), ("盘点日期", "库存日期", "截止日期", "日期", "Counted On", "Stock Date", "Date"), type="date", required=True),
        *CUSTOMER,
        *PRODUCT,
        *REGION,
        *PLACE,
        Column("quantity_milli", _("库存数量"), ("库存数量", "盘点数量", "实盘数量", "结存数量", "库存", "数量", "Quantity", "Stock", "Qty"), type="quantity", required=True),
        Column("amount_fen", _("库存金额"), ("库存金额", "结存金额", "金额", "Amount"), type="amount"),
        Column("lot_no", _("批号"), ("批号", "生产批号", "Lot", "Lot No")),
    ),
    dated_by="counted_on",
    quantity="quantity_milli",
    natural=("counted_on", "customer_code"),
    checks=(not_negative("quantity_milli"),),
    alternatives=(("customer_name", "customer_code"), ("product_name", "product_code")),
    is_flow=False,
)  # fmt: skip
