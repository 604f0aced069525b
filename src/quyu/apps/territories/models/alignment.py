"""Alignments: which basic unit belongs to which territory, from which day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from quyu.apps.territories.choices import AlignmentState, UnitPart
from quyu.apps.territories.models.territory import Territory
from quyu.platform.audit.models import EditableRow
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.people.models import in_force

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope


class AlignmentQuerySet(models.QuerySet["Alignment"]):
    def in_force(self, at: date) -> AlignmentQuerySet:
        """The alignment that divides the units on `at` (active, or retired since)."""
        dated = self.filter(state__in=(AlignmentState.ACTIVE, AlignmentState.RETIRED))
        return dated.filter(in_force(at))


class AlignmentUnitQuerySet(models.QuerySet["AlignmentUnit"]):
    def visible_to(self, scope: Scope, at: date) -> AlignmentUnitQuerySet:
        """The units of the territories one may see."""
        if scope.is_everything:
            return self
        return self.filter(territory__in=Territory.objects.visible_to(scope, at))


class Alignment(EditableRow):
    """A complete division of the units. Draft -> submitted -> approved -> active; the active one is dated."""

    name = models.CharField("方案名称", max_length=80)
    state = models.CharField(
        "状态", max_length=20, choices=AlignmentState.choices, default=AlignmentState.DRAFT
    )
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)
    planned_from = models.DateField("拟生效日", null=True, blank=True)
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="基于"
    )
    method = models.JSONField("方法与质量", default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="编制人")
    created_at = models.DateTimeField("编制时间")
    level = models.CharField("单元级别", max_length=20, choices=UnitLevel.choices, default=UnitLevel.COUNTY)

    objects: ClassVar = AlignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "区域划分方案"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name

    def is_in_force(self, at: date) -> bool:
        """Whether this alignment divides the units on `at` (as `AlignmentQuerySet.in_force`)."""
        is_dated = self.state in (AlignmentState.ACTIVE, AlignmentState.RETIRED)
        begun = self.valid_from is not None and self.valid_from <= at
        return is_dated and begun and (self.valid_to is None or at < self.valid_to)


class AlignmentUnit(models.Model):
    """One unit's place in one alignment.

    The base units (`Alignment.level`) divide the map. Finer units follow the base unit they lie in; a
    coarser unit (a city of which some customers' county is unknown) has a place of its own. So every
    customer, however finely placed, has exactly one territory.
    """

    alignment = models.ForeignKey(Alignment, models.CASCADE, related_name="units")
    unit = models.ForeignKey("geography.BasicUnit", models.PROTECT, related_name="placements")
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="placements")
    part = models.CharField(max_length=10, choices=UnitPart.choices, default=UnitPart.BASE)

    objects: ClassVar = AlignmentUnitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alignment", "unit"], name="unit_once_per_alignment")
        ]
        indexes: ClassVar = [models.Index(fields=["alignment", "territory"], name="alignment_territory")]
