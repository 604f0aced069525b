"""Basic units (counties, cities, or a user's own areas), their centres, boundaries and neighbours."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.platform.geography.choices import UnitLevel


class BasicUnit(models.Model):
    """The smallest area a territory is made of. A unit without centre or boundary is legal."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("级别", max_length=20, choices=UnitLevel.choices)
    parent_code = models.CharField("上级编码", max_length=40, blank=True, db_index=True)
    province = models.CharField("省级名称", max_length=80, blank=True)
    city = models.CharField("地级名称", max_length=80, blank=True)
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)

    class Meta:
        verbose_name = "基本单元"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name


class UnitNeighbour(models.Model):
    """An undirected edge of the adjacency graph, stored once with `left.code < right.code`."""

    left = models.ForeignKey(BasicUnit, models.CASCADE, related_name="+")
    right = models.ForeignKey(BasicUnit, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["left", "right"], name="neighbour_once")]


class UnitBoundary(models.Model):
    """The drawn shape of a unit, simplified, as GeoJSON geometry; replaceable without touching the unit."""

    unit = models.OneToOneField(BasicUnit, models.CASCADE, primary_key=True, related_name="boundary")
    geometry = models.TextField()
    source = models.CharField(max_length=80)


class MarketFigure(models.Model):
    """What a source says about the market of a unit on a day: population, GDP, outlets of competitors.

    `measure` is the code of an indicator; `value` is fen for money, thousandths for numbers and indices, basis
    points for rates. Figures of other days stay: yesterday's plan keeps its own.
    """

    unit = models.ForeignKey(
        BasicUnit, models.CASCADE, related_name="market_figures", verbose_name="基本单元"
    )
    measure = models.CharField("指标", max_length=40)
    as_of = models.DateField("数据日期")
    value = models.BigIntegerField("数值")
    source = models.CharField("来源", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="录入人"
    )
    recorded_at = models.DateTimeField("录入时间", null=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        verbose_name = "市场数据"
        ordering: ClassVar = ["unit", "measure", "as_of"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "measure", "as_of"], name="market_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.measure} {self.as_of}"
