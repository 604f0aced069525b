"""回款: money that came in from customers. The cash basis counts it on the day it came."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import CUSTOMER, PLACE, REGION, SALESPERSON, Kind, not_zero
from quyu.platform.imports.kinds import Column

RECEIPT = Kind(
    id="receipt",
    command="receipts",
    label=_("回款"),
    columns=(
        Column("document_no", _("收款单号"), ("收款单号", "回款单号", "收款编号", "回款编号", "银行流水号", "交易流水号", "流水号", "单据编号", "单号", "Receipt No", "Payment No"), required=True),
        Column("line_no", _("行号"), ("行号", "明细行号", "分录号", "Line No", "Line")),
        Column("received_on", _("到账日期"), ("到账日期", "回款日期", "收款日期", "入账日期", "付款日期", "交易日期", "日期", "Received On", "Receipt Date", "Payment Date", "Date"), type="date", required=True),
        *CUSTOMER,
        *SALESPERSON,
        *REGION,
        *PLACE,
        Column("amount_fen", _("回款金额"), ("回款金额", "收款金额", "到账金额", "实收金额", "金额", "Amount", "Received Amount", "Paid Amount"), type="amount", required=True),
        Column("order_no", _("对应订单号"), ("对应订单号", "订单号", "订单编号", "Order No", "Order ID")),
        Column("invoice_no", _("发票号"), ("发票号", "发票号码", "Invoice No")),
        Column("method", _("收款方式"), ("收款方式", "结算方式", "付款方式", "回款方式", "Payment Method", "Method")),
    ),
    dated_by="received_on",
    booked_late=True,
    checks=(not_zero("amount_fen"),),
)  # fmt: skip
