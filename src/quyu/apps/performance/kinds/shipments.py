"""发货: what left for customers, usually dealers (sell-in). From its first month on the delivery basis counts it."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import (
    CHANNEL,
    CUSTOMER,
    PLACE,
    PRODUCT,
    REGION,
    SALESPERSON,
    Kind,
)
from quyu.platform.imports.kinds import Column

SHIPMENT = Kind(
    id="shipment",
    command="shipments",
    label=_("发货"),
    columns=(
        Column("document_no", _("发货单号"), ("发货单号", "出库单号", "送货单号", "交货单号", "运单号", "单据编号", "单号", "Shipment No", "Delivery No"), required=True),
        Column("line_no", _("行号"), ("行号", "明细行号", "分录号", "行项目", "Line No", "Line")),
        Column("shipped_on", _("发货日期"), ("发货日期", "出库日期", "送货日期", "交货日期", "日期", "Shipped On", "Ship Date", "Delivery Date", "Date"), type="date", required=True),
        *CUSTOMER,
        *PRODUCT,
        *CHANNEL,
        *SALESPERSON,
        *REGION,
        *PLACE,
        Column("quantity_milli", _("数量"), ("数量", "发货数量", "出库数量", "件数", "Quantity", "Qty"), type="quantity", required=True),
        Column("amount_fen", _("发货金额"), ("发货金额", "出库金额", "金额", "含税金额", "价税合计", "Amount"), type="amount", required=True),
        Column("order_no", _("对应订单号"), ("对应订单号", "订单号", "订单编号", "销售单号", "Order No", "Order ID")),
        Column("lot_no", _("批号"), ("批号", "生产批号", "批次号", "Lot", "Lot No", "Batch No")),
    ),
    dated_by="shipped_on",
    booked_late=True,
    quantity="quantity_milli",
    alternatives=(("customer_name", "customer_code"), ("product_name", "product_code")),
)  # fmt: skip
