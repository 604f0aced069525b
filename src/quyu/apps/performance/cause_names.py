"""The bars of the bridge by name, and what each means."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REQUIRED = "required"
CAUSE_NAMES: dict[str, tuple[str | Promise, str | Promise]] = {
    REQUIRED: (_("目标要求的增长"), _("上年同期减截至今日应达：目标要求比上年多卖的部分，记为负")),
    "moves": (_("区域调整"), _("客户换了销售区域带来或带走的业绩；全公司合计为零")),
    "calendar": (_("日历"), _("工作日多少和春节早晚，按上年销售额折算")),
    "new": (_("新客户"), _("首次下单晚于上年同期的客户，本期的全部销售")),
    "lost": (_("流失客户"), _("半年没有下单、本期也没有的客户，上年同期的全部销售")),
    "price": (_("价格"), _("两期都买过的产品：本期数量 × 单价之差")),
    "volume": (_("销量"), _("同一产品线的数量变化（扣除日历）× 上年均价")),
    "mix": (_("结构"), _("同一产品线里贵的和便宜的产品此消彼长")),
    "other": (_("退货与其他"), _("退货的增减，以及没有可比数量的销售")),
}
