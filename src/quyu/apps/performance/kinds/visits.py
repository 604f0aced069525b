"""拜访: who called on which customer when."""

from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.kinds.declaration import (
    CUSTOMER,
    PLACE,
    REGION,
    SALESPERSON,
    Kind,
    not_negative,
)
from quyu.platform.imports.kinds import Column

VISIT = Kind(
    id="visit",
    command="visits",
    label=_("拜访"),
    columns=(
        Column("document_no", _("拜访编号"), ("拜访编号", "拜访单号", "拜访ID", "Visit No", "Visit ID")),
        Column("visited_on", _("拜访日期"), ("拜访日期", "拜访时间", "签到日期", "签到时间", "日期", "Visited On", "Visit Date", "Date"), type="date", required=True),
        *CUSTOMER,
        *SALESPERSON,
        *REGION,
        *PLACE,
        Column("minutes", _("时长（分钟）"), ("时长（分钟）", "拜访时长", "时长", "停留分钟", "Minutes", "Duration"), type="integer"),
        Column("purpose", _("拜访目的"), ("拜访目的", "目的", "拜访类型", "Purpose", "Visit Type")),
        Column("outcome", _("拜访结果"), ("拜访结果", "结果", "Outcome", "Result")),
    ),
    dated_by="visited_on",
    amount="",
    natural=("visited_on", "customer_code", "salesperson_code"),
    checks=(not_negative("minutes"),),
)  # fmt: skip
