"""Territories: who works where, on which days.

An `Alignment` says which basic unit belongs to which territory from `valid_from` on; exactly one
alignment is in force on any day, so a unit has exactly one territory. `TerritoryOwner` says which
position is accountable for a territory on which days. A `TerritoryMove` says from which day on a
territory hangs below another org unit; `Territory.org_unit` is where it hangs today.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.territories.choices import AlignmentState, EditKind, FigureMeasure, UnitPart
from quyu.platform.audit.models import EditableRow
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.people.models import Dated, DatedQuerySet, dated_order, in_force

if TYPE_CHECKING:
    from quyu.platform.people.scope import Scope


def within_reach(scope: Scope, at: date) -> Q:
    """The condition under which a territory is below the managed units or one's own on `at`."""
    if scope.is_everything:
        return Q(pk__isnull=False)
    own = TerritoryOwner.objects.filter(in_force(at), position__in=scope.position_ids)
    return Q(org_unit__in=scope.org_unit_ids) | Q(pk__in=own.values("territory"))


class TerritoryQuerySet(DatedQuerySet["Territory"]):
    def visible_to(self, scope: Scope, at: date) -> TerritoryQuerySet:
        """The territories below the managed org units, and those one's own position answers for on `at`."""
        return self if scope.is_everything else self.filter(within_reach(scope, at))


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


class Territory(EditableRow, Dated):
    """A piece of work for one position. It hangs below one node of the region tree."""

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    org_unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, related_name="territories", verbose_name="所属区域"
    )
    home = models.ForeignKey(
        "geography.BasicUnit", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="驻地"
    )

    objects: ClassVar = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "销售区域"
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [dated_order("territory")]

    def __str__(self) -> str:
        return self.name


class TerritoryMove(EditableRow):
    """From `moved_on` on, `territory` hangs below `target`; on the day before it hung below `source`.

    A territory without moves has always hung where it hangs.
    """

    territory = models.ForeignKey(
        Territory, models.CASCADE, related_name="transfers", verbose_name="销售区域"
    )
    source = models.ForeignKey("people.OrgUnit", models.PROTECT, related_name="+", verbose_name="原所属区域")
    target = models.ForeignKey("people.OrgUnit", models.PROTECT, related_name="+", verbose_name="新所属区域")
    moved_on = models.DateField("生效日")

    class Meta:
        verbose_name = "区域划转"
        ordering: ClassVar = ["territory", "moved_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["territory", "moved_on"], name="one_move_a_day"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="territory_move_somewhere"),
        ]


class TerritoryOwner(EditableRow, Dated):
    """`position` is accountable for `territory` on these days; one position at a time (service rule)."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="owners", verbose_name="销售区域")
    position = models.ForeignKey(
        "people.Position", models.PROTECT, related_name="territories", verbose_name="负责岗位"
    )

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "区域负责"
        constraints: ClassVar = [
            dated_order("territory_owner"),
            models.UniqueConstraint(
                fields=["territory"], condition=Q(valid_to__isnull=True), name="one_open_owner"
            ),
        ]


class Alignment(EditableRow):
    """A complete division of the units. Draft -> submitted -> approved -> active; the active one is dated."""

    name = models.CharField("方案名称", max_length=80)
    state = models.CharField(
        "状态", max_length=20, choices=AlignmentState.choices, default=AlignmentState.DRAFT
    )
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)
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


class AlignmentEdit(models.Model):
    """One step of the work on a draft; steps are added and never changed, also undoing is a step.

    `change` is what it did to the rows (`change.Change`), so that its inverse takes it back exactly.
    `version` is the draft's after it. The digest covers the step before it, so it names the whole way here.
    """

    alignment = models.ForeignKey(Alignment, models.CASCADE, related_name="edits")
    sequence = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=EditKind.choices)
    change = models.JSONField()
    reverses = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["sequence"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alignment", "sequence"], name="edit_once_per_alignment")
        ]


class AlignmentLock(models.Model):
    """A unit of a draft that stays where it is, or a territory that neither takes nor gives units."""

    alignment = models.ForeignKey(Alignment, models.CASCADE, related_name="locks")
    unit = models.ForeignKey("geography.BasicUnit", models.CASCADE, null=True, related_name="+")
    territory = models.ForeignKey(Territory, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alignment", "unit"], name="unit_locked_once"),
            models.UniqueConstraint(fields=["alignment", "territory"], name="territory_locked_once"),
            models.CheckConstraint(
                condition=Q(unit=None, territory__isnull=False) | Q(unit__isnull=False, territory=None),
                name="lock_of_one_thing",
            ),
        ]


class UnitFigure(models.Model):
    """What a unit weighs, for balance: kept by the apps that know (`services.record_figures`).

    `amount` in fen over the twelve months before `period_end`; `customers` as a count on that day.
    """

    unit = models.ForeignKey("geography.BasicUnit", models.CASCADE, related_name="figures")
    measure = models.CharField(max_length=20, choices=FigureMeasure.choices)
    period_end = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "measure"], name="figure_once_per_unit")
        ]
