"""Basic units (counties, cities, or a user's own areas), their centres, boundaries and neighbours."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from quyu.platform.geography.choices import CodeChangeKind, UnitLevel, UploadState


class BasicUnit(models.Model):
    """The smallest area a territory is made of. A unit without centre or boundary is legal.

    From `retired_on` on another code has taken its place and `parent_code` names that unit: what was recorded
    under the old code lies in the new unit. Alignments from before hold it still.
    """

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("级别", max_length=20, choices=UnitLevel.choices)
    parent_code = models.CharField("上级编码", max_length=40, blank=True, db_index=True)
    province = models.CharField("省级名称", max_length=80, blank=True)
    city = models.CharField("地级名称", max_length=80, blank=True)
    longitude = models.FloatField("经度", null=True)
    latitude = models.FloatField("纬度", null=True)
    retired_on = models.DateField("停用日", null=True, blank=True)

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


class CodeChange(models.Model):
    """One line of a published list: on `effective_on` an area, or a share of it, went from one code to another.

    The lines of a day that share codes are one event: a merger has a line for each old code, a split one for each
    new code, its shares (basis points, what adds up is divided by them) sum to the whole. `applied_on`: the day
    from which the site follows it; a line that was applied is never changed.
    """

    old_code = models.CharField("原编码", max_length=40)
    new_code = models.CharField("新编码", max_length=40)
    kind = models.CharField("变更类型", max_length=20, choices=CodeChangeKind.choices)
    effective_on = models.DateField("变更日期")
    share_bp = models.PositiveIntegerField("份额", default=10_000)
    new_name = models.CharField("新名称", max_length=80, blank=True)
    new_parent = models.CharField("新上级编码", max_length=40, blank=True)
    source = models.CharField("来源", max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="录入人"
    )
    recorded_at = models.DateTimeField("录入时间")
    applied_on = models.DateField("执行日", null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="执行人"
    )
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        verbose_name = "区划代码变更"
        ordering: ClassVar = ["effective_on", "new_code", "old_code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old_code", "new_code", "effective_on"], name="code_change_once"),
            models.CheckConstraint(
                condition=models.Q(share_bp__gte=1, share_bp__lte=10_000), name="code_change_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"


class BoundaryUpload(models.Model):
    """A company's own file of boundaries: checked first (`told`), in place of the drawn ones when confirmed.

    `told` is the preview, or for a refused one the template and the numbers of the refusal.
    """

    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    code_field = models.CharField("编码字段", max_length=60)
    name_field = models.CharField("名称字段", max_length=60)
    level = models.CharField("新单元的级别", max_length=20, choices=UnitLevel.choices)
    state = models.CharField("状态", max_length=20, choices=UploadState.choices, default=UploadState.CHECKING)
    told = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    created_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "边界文件"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return str(self.file_id)
