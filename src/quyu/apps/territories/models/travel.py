"""Travel times that are known, in place of the estimate by straight line, detour and speed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class TravelTime(models.Model):
    """Minutes on the way from one unit to another; from a unit to itself, between two customers in it.

    Where only one direction is known it holds for both.
    """

    origin = models.ForeignKey("geography.BasicUnit", models.CASCADE, related_name="+", verbose_name="起点")
    target = models.ForeignKey("geography.BasicUnit", models.CASCADE, related_name="+", verbose_name="终点")
    minutes = models.PositiveIntegerField("分钟")
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        verbose_name = "路程时间"
        ordering: ClassVar = ["origin", "target"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["origin", "target"], name="one_travel_time")]

    def __str__(self) -> str:
        return f"{self.origin} → {self.target}"
