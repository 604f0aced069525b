"""How far each role may go alone: delegated authority, dated, kept by sales operations."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from quyu.platform.audit.models import EditableRow
from quyu.platform.limits.choices import LimitKind
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Dated, DatedQuerySet, dated_order


class LimitRule(EditableRow, Dated):
    """On these days `role` may shift by at most `max_bp` (basis points) and `max_fen`; empty: not limited so."""

    kind = models.CharField("事项", max_length=20, choices=LimitKind.choices)
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    max_bp = models.PositiveIntegerField("最大比例（万分之一）", null=True, blank=True)
    max_fen = models.PositiveBigIntegerField("最大金额（分）", null=True, blank=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "授权额度"
        ordering: ClassVar = ["kind", "role", "-valid_from"]
        constraints: ClassVar = [
            dated_order("limit_rule"),
            models.UniqueConstraint(
                fields=["kind", "role"], condition=Q(valid_to__isnull=True), name="one_open_limit"
            ),
            models.CheckConstraint(
                condition=Q(max_bp__isnull=False) | Q(max_fen__isnull=False), name="limit_says_something"
            ),
        ]
