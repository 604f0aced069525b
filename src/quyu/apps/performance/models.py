"""Rollups of the order-line facts: what every dashboard number is read from.

Derived, never the truth: equal to a full rebuild bit for bit. A null territory is 未归属 (lines whose
customer has no place); it is counted in every total so that nothing is lost. One index per table
is what reading and updating need; rows are written in its order, and every further one slows each import.
"""

from typing import ClassVar

from django.db import models


class MonthRollup(models.Model):
    """Amount per territory x person x month x product line x channel, attributed as of the order date."""

    month = models.DateField("月份")
    territory = models.ForeignKey(
        "territories.Territory",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    product_line = models.ForeignKey(
        "catalog.ProductLine",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    channel = models.ForeignKey(
        "catalog.Channel", models.PROTECT, null=True, related_name="+", db_index=False
    )
    amount_fen = models.BigIntegerField()
    quantity_milli = models.BigIntegerField()
    line_count = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["month", "territory"], name="month_rollup_key"),
        ]


class DayRollup(models.Model):
    """Amount per territory x day, for pace and for comparisons to date."""

    day = models.DateField("日期")
    territory = models.ForeignKey(
        "territories.Territory",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    amount_fen = models.BigIntegerField()
    line_count = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["day", "territory"], name="day_rollup_key")]


class RollupState(models.Model):
    """What the rollups contain: the batches and the ownership they were made from."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_batch = models.PositiveIntegerField(default=0)
    ownership_digest = models.CharField(max_length=64, blank=True)
    catalog_digest = models.CharField(max_length=64, blank=True)
    rebuilt_at = models.DateTimeField(null=True)
