"""Customers: who buys, of what kind and tier, and in which basic unit they are.

A customer's territory follows from its unit and the alignment in force; `territory_override`
names an account that does not follow geography (a key account served from elsewhere).
"""

from typing import ClassVar

from django.db import models

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.platform.audit.models import EditableRow


class Customer(EditableRow):
    code = models.CharField("编码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类型", max_length=20, choices=CustomerKind.choices, default=CustomerKind.OTHER)
    tier = models.CharField("分级", max_length=20, choices=CustomerTier.choices, default=CustomerTier.C)
    channel = models.ForeignKey("catalog.Channel", models.PROTECT, null=True, blank=True, verbose_name="渠道")
    unit = models.ForeignKey("geography.BasicUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在地")
    territory_override = models.ForeignKey(
        "territories.Territory", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="指定销售区域"
    )
    contact = models.CharField("联系人", max_length=80, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    opened_on = models.DateField("开户日", null=True, blank=True)
    closed_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        verbose_name = "客户"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name
