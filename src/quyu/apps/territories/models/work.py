"""The work on a draft: its log of steps and its locks."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from quyu.apps.territories.choices import EditKind
from quyu.apps.territories.models.alignment import Alignment
from quyu.apps.territories.models.territory import Territory


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
