"""What a company follows in its markets beside the indicators every installation knows (`choices.BUILT_IN`)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from quyu.apps.market.choices import Direction, ValueKind
from quyu.platform.audit.models import EditableRow


class Indicator(EditableRow):
    """An indicator a company added. `kind` says how its values are kept and never changes once there are any."""

    code = models.SlugField("编码", max_length=40, unique=True)
    name = models.CharField("指标名称", max_length=60, unique=True)
    kind = models.CharField("数据类型", max_length=10, choices=ValueKind.choices, default=ValueKind.NUMBER)
    unit_word = models.CharField("计量单位", max_length=20, blank=True)
    direction = models.CharField("方向", max_length=10, choices=Direction.choices, default=Direction.MORE)
    adds_up = models.BooleanField("可相加", default=True)

    class Meta:
        verbose_name = "市场指标"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name
