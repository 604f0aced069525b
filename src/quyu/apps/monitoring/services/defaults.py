"""The rules every company starts with; they are its own from then on."""

from django.db import transaction
from django.utils.translation import gettext as _

from quyu.apps.monitoring.choices import BoardMetric, Level, RuleKind, Severity, Side, Stretch
from quyu.apps.monitoring.models import AlertRule


@transaction.atomic
def ensure_defaults() -> int:
    """Create them where there has never been a rule; how many."""
    if AlertRule.history.exists():
        return 0
    rows = shipped()
    for row in rows:
        row.save()
    return len(rows)


def shipped() -> list[AlertRule]:
    return [
        AlertRule(
            code="PACE-YEAR", name=_("全年进度落后"), kind=RuleKind.PACE, stretch=Stretch.YEAR, level=Level.UNITS,
            limit=90, severity=Severity.HIGH, due_days=10,
            advice=_("逐级看是哪些下级、哪些客户落后，定出补上的措施、人和日期，写进本周例会。"),
        ),
        AlertRule(
            code="PACE-MONTH", name=_("当月进度落后"), kind=RuleKind.PACE, stretch=Stretch.MONTH,
            level=Level.TERRITORY, limit=70, severity=Severity.MEDIUM, due_days=5,
            advice=_("看本月还没有下单的老客户，本周逐个联系；有大单延期的，写明到货日期。"),
        ),
        AlertRule(
            code="TREND", name=_("达成率连续三个月变差"), kind=RuleKind.TREND, metric=BoardMetric.ATTAINMENT,
            level=Level.PROVINCE, count=3, severity=Severity.MEDIUM, due_days=10,
            advice=_("比较三个月的客户和产品：是丢了客户、少了品种，还是价格变了。"),
        ),
        AlertRule(
            code="SUDDEN", name=_("销售额骤降"), kind=RuleKind.SUDDEN, level=Level.PROVINCE, limit=40,
            count=10, severity=Severity.HIGH, due_days=3,
            advice=_("先核对数据是否到齐；数据没有问题，就看最大的几个客户和断货的品种。"),
        ),
        AlertRule(
            code="GROWTH", name=_("全年同比下降"), kind=RuleKind.THRESHOLD, metric=BoardMetric.GROWTH,
            stretch=Stretch.YEAR, level=Level.PROVINCE, limit=-10, severity=Severity.LOW, due_days=20,
            advice=_("看去年的大客户今年买了多少，流失的能不能赢回。"),
        ),
        AlertRule(
            code="MISSING", name=_("连续几天没有订单数据"), kind=RuleKind.MISSING, level=Level.HEAD_OFFICE, count=3,
            side=Side.ABOVE, severity=Severity.HIGH, due_days=1,
            advice=_("看导入记录里哪个来源没有按时到，请对方补传。"),
        ),
    ]  # fmt: skip
