"""What went between territories when an alignment came into force."""

from typing import ClassVar

from django.db import models

from quyu.apps.territories.models.alignment import Alignment
from quyu.apps.territories.models.territory import Territory


class AlignmentFlow(models.Model):
    """The units that `alignment` took from `source` and gave to `target`, as they weighed on the day it was dated.

    They were `part` of `whole` of what `source` held (fen of sales, else customers, else units). Kept as it was then,
    so that what follows from it, targets above all, stays the same however sales go on.
    """

    alignment = models.ForeignKey(Alignment, models.CASCADE, related_name="flows")
    source = models.ForeignKey(Territory, models.CASCADE, related_name="+")
    target = models.ForeignKey(Territory, models.CASCADE, related_name="+")
    units = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    part = models.BigIntegerField()
    whole = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["alignment", "source", "target"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alignment", "source", "target"], name="one_flow_between_two"),
            models.CheckConstraint(
                condition=models.Q(part__gte=0, part__lte=models.F("whole")), name="flow_of_a_part"
            ),
        ]
