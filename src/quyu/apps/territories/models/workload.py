"""What a visit takes, how one travels, and what a person can do: dated numbers the company sets."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from quyu.platform.audit.models import EditableRow

RAMP = r"^\s*(\d{1,3}(\s*[,，、]\s*\d{1,3}){0,35})?\s*$"


def _count(label: str, default: int, most: int, least: int = 0) -> models.PositiveIntegerField[int, int]:
    limits = [MinValueValidator(least), MaxValueValidator(most)]
    return models.PositiveIntegerField(label, default=default, validators=limits)


class WorkStandardQuerySet(models.QuerySet["WorkStandard"]):
    def holding(self, at: date) -> WorkStandard:
        """The standard of a day; before the first one, the numbers the product begins with (not saved)."""
        return self.filter(valid_from__lte=at).order_by("-valid_from").first() or WorkStandard(valid_from=at)


class WorkStandard(EditableRow):
    """Holds from `valid_from` until the next one begins; the defaults hold before the first.

    Visits are per year and customer of a class, minutes per visit, percentages whole. `ramp`: what a newcomer does
    in each of the first months, in percent of a full person.
    """

    valid_from = models.DateField("生效日", unique=True)
    visits_a = _count(_("A 类：一年拜访次数"), 48, 366)
    minutes_a = _count(_("A 类：每次分钟数"), 60, 960)
    visits_b = _count(_("B 类：一年拜访次数"), 24, 366)
    minutes_b = _count(_("B 类：每次分钟数"), 45, 960)
    visits_c = _count(_("C 类：一年拜访次数"), 12, 366)
    minutes_c = _count(_("C 类：每次分钟数"), 30, 960)
    visits_prospect = _count(_("潜在：一年拜访次数"), 6, 366)
    minutes_prospect = _count(_("潜在：每次分钟数"), 30, 960)
    detour_percent = _count(_("绕行系数（路程占直线的 %）"), 130, 500, 100)
    speed_kmh = _count(_("平均车速（公里/小时）"), 40, 300, 1)
    stops = _count(_("每趟拜访几家"), 5, 50, 1)
    minutes_a_day = _count(_("每天工作分钟数"), 480, 960, 1)
    selling_percent = _count(_("用于客户的时间（%）"), 60, 100, 1)
    ramp = models.CharField(
        "新人上手（头几个月抵满岗的 %，用逗号分开）",
        max_length=160,
        default="25,50,75",
        blank=True,
        validators=[RegexValidator(RAMP)],
    )
    rotation_years = _count(_("同一区域满几年提示轮岗"), 5, 50, 1)

    objects: ClassVar = WorkStandardQuerySet.as_manager()

    class Meta:
        verbose_name = "工作量标准"
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    detour_percent__gte=100,
                    speed_kmh__gte=1,
                    stops__gte=1,
                    minutes_a_day__gte=1,
                    selling_percent__gte=1,
                    selling_percent__lte=100,
                ),
                name="work_standard_sound",
            )
        ]

    def __str__(self) -> str:
        return self.valid_from.isoformat()

    def of_class(self, tier: str) -> tuple[int, int]:
        """Visits a year and minutes a visit of a customer class."""
        return getattr(self, f"visits_{tier}"), getattr(self, f"minutes_{tier}")

    @property
    def ramp_parts(self) -> tuple[float, ...]:
        """What a newcomer does in the first, second, ... month, as a part of a full person."""
        texts = self.ramp.replace("，", ",").replace("、", ",").split(",")
        return tuple(int(text) / 100 for text in texts if text.strip())
