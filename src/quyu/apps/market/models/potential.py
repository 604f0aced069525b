"""A potential model as it was fitted: coefficients, errors on markets it had not seen, a value for each unit."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class PotentialModel(models.Model):
    """Never changed; a newer one replaces it from its day on. `values`: unit code -> fen; `features` in order.

    `report` holds the errors of the back-test in basis points and how many markets were learnt from.
    """

    as_of = models.DateField("数据截止日")
    fitted_at = models.DateTimeField("建立时间")
    fitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="建立人"
    )
    features = models.JSONField("因素", default=list)
    report = models.JSONField("检验", default=dict)
    values = models.JSONField("各单元潜力", default=dict)

    class Meta:
        verbose_name = "潜力模型"
        ordering: ClassVar = ["-as_of", "-pk"]

    def __str__(self) -> str:
        return str(self.as_of)
