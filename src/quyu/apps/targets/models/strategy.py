"""What the company wants beyond numbers: lines of strategy, and the targets that serve each of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.platform.audit.models import EditableRow


class StrategyLine(EditableRow):
    """One line of the strategy of a year; lines form a tree of any depth."""

    year = models.PositiveSmallIntegerField("年度")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级战略"
    )
    title = models.CharField("战略", max_length=120)
    text = models.TextField("说明", blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="负责人",
    )
    sort_order = models.IntegerField("排序", default=0)
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "战略"
        ordering: ClassVar = ["-year", "sort_order", "pk"]

    def __str__(self) -> str:
        return self.title


class StrategyLink(EditableRow):
    """A target (measure and node of the region x product lattice) that serves a line of strategy."""

    strategy = models.ForeignKey(StrategyLine, models.CASCADE, related_name="links", verbose_name="战略")
    measure = models.CharField("指标", max_length=30)
    region = models.CharField("区域节点", max_length=60)
    product_line = models.CharField("产品线", max_length=40, blank=True)

    class Meta:
        verbose_name = "战略关联"
        ordering: ClassVar = ["strategy", "measure", "region", "product_line"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["strategy", "measure", "region", "product_line"], name="strategy_link_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.strategy} · {self.measure} · {self.region}"
