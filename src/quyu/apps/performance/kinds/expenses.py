"""费用: what was spent on a customer or in a place."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import CUSTOMER, PLACE, REGION, SALESPERSON, Kind, not_zero
from quyu.platform.imports.kinds import Column

EXPENSE = Kind(
    id="expense",
    command="expenses",
    label=_("费用"),
    columns=(
        Column("document_no", _("费用单号"), ("费用单号", "报销单号", "核销单号", "单据编号", "单号", "Expense No", "Document No"), required=True),
        Column("line_no", _("行号"), ("行号", "明细行号", "分录号", "Line No", "Line")),
        Column("spent_on", _("费用日期"), ("费用日期", "发生日期", "报销日期", "核销日期", "日期", "Spent On", "Expense Date", "Date"), type="date", required=True),
        *CUSTOMER,
        *SALESPERSON,
        *REGION,
        *PLACE,
        Column("expense_type", _("费用类型"), ("费用类型", "费用科目", "费用项目", "科目", "类型", "Expense Type", "Category"), required=True),
        Column("amount_fen", _("费用金额"), ("费用金额", "报销金额", "核销金额", "金额", "Amount"), type="amount", required=True),
    ),
    dated_by="spent_on",
    booked_late=True,
    checks=(not_zero("amount_fen"),),
    alternatives=(("customer_name", "customer_code", "region_name", "province"),),
)  # fmt: skip
