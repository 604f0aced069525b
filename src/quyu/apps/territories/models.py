"""Territories: who works where, on which days.

An `Alignment` says which basic unit belongs to which territory from `valid_from` on; exactly one
alignment is in force on any day, so a unit has exactly one territory. `TerritoryOwner` says which
position is accountable for a territory on which days.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.territories.choices import AlignmentState
from quyu.platform.audit.models import EditableRow
from quyu.platform.people.models import Dated, dated_order


class Territory(EditableRow, Dated):
    """A piece of work for one position. It hangs below one node of the region tree."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    org_unit = models.ForeignKey("people.OrgUnit", models.PROTECT, related_name="territories", verbose_name="所属区域")
    home = models.ForeignKey("geography.BasicUnit", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="驻地")

    class Meta:
        verbose_name = "销售区域"
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [dated_order("territory")]

    def __str__(self) -> str:
        return self.name


class TerritoryOwner(EditableRow, Dated):
    """`position` is accountable for `territory` on these days; one position at a time (service rule)."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="owners", verbose_name="销售区域")
    position = models.ForeignKey("people.Position", models.PROTECT, related_name="territories", verbose_name="负责岗位")

    class Meta:
        verbose_name = "区域负责"
        constraints: ClassVar = [
            dated_order("territory_owner"),
            models.UniqueConstraint(fields=["territory"], condition=Q(valid_to__isnull=True), name="one_open_owner"),
        ]


class Alignment(EditableRow):
    """A complete division of the units. Draft -> submitted -> approved -> active; the active one is dated."""

    name = models.CharField("方案名称", max_length=80)
    state = models.CharField("状态", max_length=20, choices=AlignmentState.choices, default=AlignmentState.DRAFT)
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="基于")
    method = models.JSONField("方法与质量", default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="编制人")
    created_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "区域划分方案"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class AlignmentUnit(models.Model):
    """One unit's place in one alignment."""

    alignment = models.ForeignKey(Alignment, models.CASCADE, related_name="units")
    unit = models.ForeignKey("geography.BasicUnit", models.PROTECT, related_name="+")
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["alignment", "unit"], name="unit_once_per_alignment")]
        indexes: ClassVar = [models.Index(fields=["alignment", "territory"], name="alignment_territory")]
