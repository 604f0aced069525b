"""Plans, their versions, and the cells of a version.

A cell is (territory, month, product line, ...) -> fen. Cells of a version are int64 arrays in canonical
order, one a layer, stored in chunked blobs; only leaves are stored, every total is a sum. `axes` freezes
the trees of the day the version was made. `Operation` says who changed what, when and why, and carries
the difference, so that everything can be undone, done again, and rebuilt from nothing.
"""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.choices import VersionState
from quyu.kernel.measure import Unit
from quyu.platform.audit.models import EditableRow


class Plan(EditableRow):
    """The target of one year and one measure, in one scenario."""

    name = models.CharField("名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    measure = models.CharField("指标", max_length=30, default="amount")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="编制人")
    created_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "目标方案"
        ordering: ClassVar = ["-year", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "measure", "name"], name="plan_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def unit(self) -> Unit:
        """In what the values of the measure are kept and read."""
        return METRICS[self.measure].measured_in


class PlanVersion(EditableRow):
    """One state of a plan; one with a `scenario` tries something out beside the others, for its `purpose`.

    At most one version per year and measure is published.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="versions", verbose_name="目标方案")
    number = models.PositiveIntegerField("版本号")
    state = models.CharField("状态", max_length=20, choices=VersionState.choices, default=VersionState.DRAFT)
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="基于"
    )
    scenario = models.CharField("场景", max_length=60, blank=True, default="")
    purpose = models.CharField("用途", max_length=300, blank=True, default="")
    axes = models.JSONField("维度")
    method = models.JSONField("方法", default=dict)
    total_fen = models.BigIntegerField("总目标（分）", default=0)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    effective_from = models.DateField("生效日", null=True, blank=True)
    may_follow: bool = True
    """Whether units of the map may have moved since; not stored, and False only where a reader has looked."""
    created_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "目标版本"
        ordering: ClassVar = ["plan", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="version_once"),
            models.UniqueConstraint(fields=["plan"], condition=Q(state="published"), name="one_published"),
            models.UniqueConstraint(
                fields=["plan", "scenario"], condition=~Q(scenario=""), name="scenario_once"
            ),
        ]

    def __str__(self) -> str:
        scenario = f"·{self.scenario}" if self.scenario else ""
        return f"{self.plan.name} v{self.number}{scenario}"


class CellChunk(models.Model):
    """Cells `[index * CHUNK, (index + 1) * CHUNK)` of one layer (`value`, `base`, `last_year`, ...), as `packing` says."""

    plan_version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="chunks")
    layer = models.CharField(max_length=30)
    index = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan_version", "layer", "index"], name="chunk_once")
        ]


class LatticeChunk(models.Model):
    """Coordinates of a sparse version, shared by all versions with the same cells: `digest` is theirs as a whole."""

    digest = models.CharField(max_length=64)
    index = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "index"], name="lattice_chunk_once")
        ]


class Lock(EditableRow):
    """A node kept at its value. Persistent, owned and reasoned; only its owner or an approver lifts it.

    From `expires_on` on it binds no more.
    """

    plan_version = models.ForeignKey(
        PlanVersion, models.CASCADE, related_name="locks", verbose_name="目标版本"
    )
    region = models.CharField("区域节点", max_length=60)
    period = models.CharField("期间", max_length=12)
    product_line = models.CharField("产品线", max_length=40, blank=True)
    others = models.CharField("其他维度", max_length=200, blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="锁定人")
    reason = models.CharField("原因", max_length=300)
    created_at = models.DateTimeField("时间")
    expires_on = models.DateField("到期日", null=True, blank=True)

    class Meta:
        verbose_name = "锁定"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan_version", "region", "period", "product_line", "others"], name="lock_once"
            )
        ]

    def binds_on(self, day: date) -> bool:
        """Whether it still holds the cells on a day."""
        return self.expires_on is None or day < self.expires_on


class Operation(models.Model):
    """One change of the cells: append-only; `patch` is what was added to each cell."""

    plan_version = models.ForeignKey(PlanVersion, models.CASCADE, related_name="operations")
    sequence = models.PositiveIntegerField()
    kind = models.CharField("动作", max_length=30)
    detail = models.JSONField("详情", default=dict)
    reason = models.CharField("原因", max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人")
    at = models.DateTimeField("时间")
    patch = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "目标变更"
        ordering: ClassVar = ["-sequence"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan_version", "sequence"], name="operation_once")
        ]
