"""What the units weigh, for balance."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


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
