"""What is sold and through what: product lines, products (SKU) and channels."""

from typing import ClassVar

from django.db import models

from quyu.platform.audit.models import EditableRow


class ProductLine(EditableRow):
    """A line (or category) on which targets are set; strategic lines count for the 30 % rule."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    is_strategic = models.BooleanField("战略产品线", default=False)
    sort_order = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = "产品线"
        ordering: ClassVar = ["sort_order", "code"]

    def __str__(self) -> str:
        return self.name


class Product(EditableRow):
    code = models.CharField("编码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=200)
    line = models.ForeignKey(ProductLine, models.PROTECT, related_name="products", verbose_name="产品线")
    category = models.CharField("子类别", max_length=80, blank=True)
    price_fen = models.BigIntegerField("标准价（元）", null=True, blank=True)
    is_strategic = models.BooleanField("战略产品", default=False)

    class Meta:
        verbose_name = "产品"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class Channel(EditableRow):
    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    sort_order = models.IntegerField("排序", default=0)

    class Meta:
        verbose_name = "渠道"
        ordering: ClassVar = ["sort_order", "code"]

    def __str__(self) -> str:
        return self.name
