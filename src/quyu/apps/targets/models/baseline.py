"""What a planner decided about the base of a plan: orders left out of history, and answers not yet finished."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.targets.models.plans import Plan


class ExcludedOrder(models.Model):
    """A one-off order that does not count in the base of a plan: what it was compared with, who left it out, why."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="excluded_orders", verbose_name="目标方案")
    order_no = models.CharField("订单号", max_length=80)
    ordered_on = models.DateField("下单日")
    customer_code = models.CharField("客户编码", max_length=60)
    territory_code = models.CharField("销售区域编码", max_length=40)
    product_line = models.CharField("产品线编码", max_length=40)
    value = models.BigIntegerField("数值")
    customer_median = models.BigIntegerField("客户月中位数")
    territory_median = models.BigIntegerField("区域月中位数")
    reason = models.CharField("原因", max_length=200)
    excluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="剔除人"
    )
    excluded_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "剔除的订单"
        ordering: ClassVar = ["-value", "order_no"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "order_no", "customer_code", "territory_code", "product_line"],
                name="excluded_once",
            )
        ]


class PlanDraft(models.Model):
    """The answers of one person to the steps of a new plan, until the plan is made."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+", verbose_name="编制人"
    )
    answers = models.JSONField("回答", default=dict)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "编制中的方案"
