"""What a person can do, from which day on: for placing people and for counting seats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from quyu.apps.territories.choices import Grade
from quyu.platform.audit.models import EditableRow

BETWEEN = re.compile(r"[;；、,，|\n]")


def words_of(text: str) -> frozenset[str]:
    """The single words of a list such as `冷链、英语`."""
    return frozenset(word.strip() for word in BETWEEN.split(text)) - {""}


class AbilityQuerySet(models.QuerySet["Ability"]):
    def holding(self, people: Iterable[int], at: date) -> dict[int, Ability]:
        """Person id -> what holds on a day; people of whom nothing was said are left out."""
        rows = self.filter(person__in=[*people], valid_from__lte=at).select_related("home")
        return {row.person_id: row for row in rows.order_by("person_id", "valid_from")}


class Ability(EditableRow):
    """Holds from `valid_from` until the next one of the person. 100 % is a full, experienced person.

    `percent`: output against such a person; `part`: part of the working time. `home`: where one starts from.
    """

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="abilities", verbose_name="人员")
    valid_from = models.DateField("生效日")
    percent = models.PositiveIntegerField(
        "能力（%）", default=100, validators=[MinValueValidator(1), MaxValueValidator(300)]
    )
    part = models.PositiveIntegerField(
        "工作时间（%）", default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    grade = models.CharField("梯队", max_length=10, choices=Grade.choices, default=Grade.MIDDLE)
    skills = models.CharField("技能", max_length=200, blank=True)
    products = models.CharField("熟悉的产品", max_length=200, blank=True)
    home = models.ForeignKey(
        "geography.BasicUnit", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="常驻地"
    )

    objects: ClassVar = AbilityQuerySet.as_manager()

    class Meta:
        verbose_name = "人员能力"
        ordering: ClassVar = ["person", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "valid_from"], name="one_ability_a_day"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=1, part__gte=1, part__lte=100), name="ability_sound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.valid_from.isoformat()}"

    @property
    def capacity(self) -> float:
        """As a part of a full, experienced person."""
        return self.percent * self.part / 10_000

    @property
    def known(self) -> frozenset[str]:
        """Skills and products, word by word."""
        return words_of(self.skills) | words_of(self.products)
