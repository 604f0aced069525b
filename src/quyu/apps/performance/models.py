"""Rollups of the order-line facts: what every dashboard number is read from.

Derived, never the truth: equal to a full rebuild bit for bit. A null territory is 未归属 (lines whose
customer has no place); it is counted in every total so that nothing is lost. One index per table
is what reading and updating need; rows are written in its order, and every further one slows each import.
"""

from typing import ClassVar

from django.db import models


class MonthSums(models.Model):
    """Amount per territory x person x month x product line x channel."""

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
    line_count = models.IntegerField()

    class Meta:
        abstract = True


class DaySums(models.Model):
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
    line_count = models.IntegerField()

    class Meta:
        abstract = True


class MonthRollup(MonthSums):
    """As it was: each line counts for who answered for it on its order date."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["month", "territory"], name="month_rollup_key"),
        ]


class DayRollup(DaySums):
    """As it was, by day."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["day", "territory"], name="day_rollup_key")]


class RestatedMonth(MonthSums):
    """Restated: the whole history counts for who answers for it on one day (`RollupState.restated_on`)."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["month", "territory"], name="restated_month_key")]


class RestatedDay(DaySums):
    """Restated, by day."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["day", "territory"], name="restated_day_key")]


class TallyMonth(MonthSums):
    """Facts of another kind, or order lines by another day, as it was and restated; `tally` says which."""

    tally = models.CharField("口径", max_length=40)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tally", "month", "territory"], name="tally_month_key")]


class TallyDay(DaySums):
    """As `TallyMonth`, by day."""

    tally = models.CharField("口径", max_length=40)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tally", "day", "territory"], name="tally_day_key")]


class TerritoryMonth(models.Model):
    """Amount per territory x month of every set of rollups: the days of each whole month as one row.

    What a board reads, so that it costs the same whether a territory sells once a month or all day long.
    """

    rollup = models.CharField("口径", max_length=40)
    """The name of the set (`rollup_rows.Reading.name`)."""
    month = models.DateField("月份")
    territory = models.ForeignKey(
        "territories.Territory",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    amount_fen = models.BigIntegerField()
    line_count = models.IntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["rollup", "month", "territory"], name="territory_month_key")
        ]


class TallyState(models.Model):
    """What the rows of one tally contain; they follow the ownership the order rollups were made from."""

    tally = models.CharField("口径", primary_key=True, max_length=40)
    last_batch = models.PositiveIntegerField(default=0)
    ownership_digest = models.CharField(max_length=64, blank=True)
    catalog_digest = models.CharField(max_length=64, blank=True)
    restated_on = models.DateField(null=True)
    restated_from = models.CharField(max_length=64, blank=True)


class RollupState(models.Model):
    """What a set of rollups contains: the batches and the ownership it was made from. One row per set."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_batch = models.PositiveIntegerField(default=0)
    ownership_digest = models.CharField(max_length=64, blank=True)
    catalog_digest = models.CharField(max_length=64, blank=True)
    rebuilt_at = models.DateTimeField(null=True)
    restated_on = models.DateField(null=True)
    restated_from = models.CharField(max_length=64, blank=True)
    held_months = models.JSONField(default=list)
    held_digest = models.CharField(max_length=64, blank=True)
    """The closed months that keep their ownership (ISO first days), and the frame of it (`held`)."""


class Watermark(models.Model):
    """Where the facts stood at a moment: from it every figure of then is computed again. Append-only.

    The digests name frames kept beside the facts; `regions_digest` is the org unit of each territory.
    """

    recorded_at = models.DateTimeField("时间", db_index=True)
    last_batch = models.PositiveIntegerField("最后批次")
    ownership_digest = models.CharField(max_length=64)
    catalog_digest = models.CharField(max_length=64)
    regions_digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "数据水位"
        ordering: ClassVar = ["id"]
