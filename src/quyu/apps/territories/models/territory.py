"""Territories, who is accountable for them on which days, and below which org unit they hang."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from quyu.platform.audit.models import EditableRow
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

    needed_skills = models.CharField("需要的技能", max_length=200, blank=True)

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
