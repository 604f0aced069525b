"""Targets that follow from another by a rate: profit from sales, new products from all products."""

from typing import ClassVar

from django.db import models

from quyu.apps.targets.choices import DerivedKind
from quyu.platform.audit.models import EditableRow


class DerivedTarget(EditableRow):
    """`rate_bp` of the plan's value is the derived target, for every region alike."""

    plan = models.ForeignKey("targets.Plan", models.CASCADE, related_name="derived", verbose_name="目标方案")
    kind = models.CharField("派生目标", max_length=20, choices=DerivedKind.choices)
    rate_bp = models.PositiveIntegerField("比例（万分之一）")

    class Meta:
        verbose_name = "派生目标"
        ordering: ClassVar = ["plan", "kind"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "kind"], name="derived_target_once")]

    def __str__(self) -> str:
        return f"{self.plan} · {self.get_kind_display()}"
