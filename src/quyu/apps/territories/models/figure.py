"""What the units weigh, for balance."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from quyu.apps.territories.models.alignment import Alignment


class UnitFigure(models.Model):
    """What a unit weighs, for balance: kept by the apps that know (`services.record_figures`).

    `amount` in fen over the twelve months before `period_end`; `customers` as a count on that day;
    `workload` in minutes of visits and travel in twelve months.
    """

    unit = models.ForeignKey("geography.BasicUnit", models.CASCADE, related_name="figures")
    measure = models.CharField(max_length=40)
    period_end = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "measure"], name="figure_once_per_unit")
        ]


class AlignmentFigure(models.Model):
    """What a unit weighed when an alignment was proposed, of measures that are not kept as `UnitFigure`.

    Market data and the composite index change with every import; the alignment says what it was balanced on.
    """

    alignment = models.ForeignKey(Alignment, models.CASCADE, related_name="figures")
    unit = models.ForeignKey("geography.BasicUnit", models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    value = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alignment", "measure", "unit"], name="weighed_once")
        ]
