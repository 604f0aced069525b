"""The rows of a set of rollups: adding a delta to them, or writing them anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Q

from quyu.apps.performance.contributions import DAY_WIDTH, Contribution
from quyu.apps.performance.models import (
    DayRollup,
    DaySums,
    MonthRollup,
    MonthSums,
    RestatedDay,
    RestatedMonth,
    RollupState,
    TerritoryMonth,
)
from quyu.apps.performance.sums import Sums

CHUNK = 5000
INSERTED = 400
NAMED_PLACES = 100
MONTH_NAMES = (
    "month",
    "territory_id",
    "person_id",
    "product_line_id",
    "channel_id",
    "amount_fen",
    "quantity_milli",
    "line_count",
)
DAY_NAMES = ("day", "territory_id", "amount_fen", "line_count")
TOTAL_NAMES = ("month", "territory_id", "amount_fen", "line_count")


@dataclass(frozen=True)
class Reading:
    """One way of counting the same lines (口径): its tables, and the row that says what they contain."""

    state_id: int
    months: type[MonthSums]
    days: type[DaySums]
    tally: str = ""
    """Where a table holds several sets: which of them; "" for a table of its own."""

    @property
    def name(self) -> str:
        """Of the set, in the tables that hold all of them."""
        return self.tally or str(self.state_id)

    def total_rows(self) -> models.QuerySet[Any]:
        """By territory and month."""
        return TerritoryMonth.objects.filter(rollup=self.name)

    def month_rows(self) -> models.QuerySet[Any]:
        return self._own(self.months._default_manager.all())

    def day_rows(self) -> models.QuerySet[Any]:
        return self._own(self.days._default_manager.all())

    def _own(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return rows.filter(tally=self.tally) if self.tally else rows

    def locked_state(self) -> RollupState:
        """The state row, locked until the end of the transaction: one writer of these rollups at a time."""
        RollupState.objects.get_or_create(pk=self.state_id)
        return RollupState.objects.select_for_update().get(pk=self.state_id)


AS_WAS = Reading(1, MonthRollup, DayRollup)
RESTATED = Reading(2, RestatedMonth, RestatedDay)


def replace(reading: Reading, total: Contribution) -> None:
    """Throw the rows away and write these."""
    reading.month_rows().delete()
    reading.day_rows().delete()
    reading.total_rows().delete()
    _insert(reading, total)
    _insert_totals(reading, _by_month(total.days))


def apply(reading: Reading, delta: Contribution) -> None:
    """Add `delta` to the stored rows of the months and days it touches; rows that become nothing go."""
    total, totals = Contribution(), Sums(DAY_WIDTH)
    by_month = _by_month(delta.days)
    _delete(TerritoryMonth, _take_totals(reading, by_month, totals))
    totals.add(by_month)
    _insert_totals(reading, totals)
    _delete(reading.months, _take_months(reading, delta, total))
    _delete(reading.days, _take_days(reading, delta, total))
    total.add(delta)
    _insert(reading, total)


def _take_months(reading: Reading, delta: Contribution, total: Contribution) -> list[int]:
    """Put the stored values of the keys of `delta` into `total`; return their rows."""
    taken = []
    stored = reading.month_rows().filter(_places(delta.months), month__in=delta.months.days)
    for pk, month, territory, person, line, channel, amount, quantity, lines in stored.values_list(
        "pk", *MONTH_NAMES
    ):
        key = (month.isoformat(), territory, person, line, channel)
        if key in delta.months.by_key:
            total.months.by_key[key] = (amount, quantity, lines)
            taken.append(pk)
    return taken


def _take_days(reading: Reading, delta: Contribution, total: Contribution) -> list[int]:
    """As `_take_months`, for days."""
    taken = []
    days = delta.days.days
    span = Q(day__gte=days[0], day__lte=days[-1]) if days else Q(pk__in=[])
    stored = reading.day_rows().filter(_places(delta.days), span)
    for pk, day, territory, amount, lines in stored.values_list("pk", *DAY_NAMES):
        key = (day.isoformat(), territory)
        if key in delta.days.by_key:
            total.days.by_key[key] = (amount, lines)
            taken.append(pk)
    return taken


def _take_totals(reading: Reading, delta: Sums, total: Sums) -> list[int]:
    """As `_take_months`, for the sums by territory and month."""
    taken = []
    stored = reading.total_rows().filter(_places(delta), month__in=delta.days)
    for pk, month, territory, amount, lines in stored.values_list("pk", *TOTAL_NAMES):
        key = (month.isoformat(), territory)
        if key in delta.by_key:
            total.by_key[key] = (amount, lines)
            taken.append(pk)
    return taken


def _by_month(days: Sums) -> Sums:
    """Sums by day and territory, added up by the first day of the month."""
    found = Sums(DAY_WIDTH)
    for day, territory, *values in zip(*days.columns(), strict=True):
        key = (f"{day[:7]}-01", territory)
        known = found.by_key.get(key, (0, 0))
        found.by_key[key] = (known[0] + values[0], known[1] + values[1])
    return found


def _places(sums: Sums) -> Q:
    """Rows of the territories touched, while they are few enough to be named."""
    touched = {key[1] for key in sums.by_key}
    if len(touched) > NAMED_PLACES:
        return Q()
    return Q(territory__in=touched - {None}) | (
        Q(territory__isnull=True) if None in touched else Q(pk__in=[])
    )


def _delete(model: type[models.Model], keys: Sequence[int]) -> None:
    for start in range(0, len(keys), CHUNK):
        model._default_manager.filter(pk__in=keys[start : start + CHUNK]).delete()


def _insert(reading: Reading, total: Contribution) -> None:
    """Write the keys that hold anything."""
    for model, names, sums in (
        (reading.months, MONTH_NAMES, total.months),
        (reading.days, DAY_NAMES, total.days),
    ):
        columns = sums.columns()
        if reading.tally and columns:
            names, columns = (*names, "tally"), [*columns, [reading.tally] * len(columns[0])]
        _insert_rows(model, names, columns)


def _insert_totals(reading: Reading, totals: Sums) -> None:
    columns = totals.columns()
    named = [*columns, [reading.name] * len(columns[0])] if columns else []
    _insert_rows(TerritoryMonth, (*TOTAL_NAMES, "rollup"), named)


def _insert_rows(model: type[models.Model], names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Many rows a statement; model objects would cost ten times the work."""
    width, quote = len(names), connection.ops.quote_name
    flat = [None] * (width * len(columns[0]) if columns else 0)
    for place, column in enumerate(columns):
        flat[place::width] = column
    marks = f"({', '.join(['%s'] * width)})"
    start = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, names))}) VALUES "  # nosec B608
    whole = len(flat) - len(flat) % (INSERTED * width)
    with connection.cursor() as cursor:
        for part in (flat[:whole], flat[whole:]):
            size = min(INSERTED * width, len(part))
            if size:
                statement = start + ", ".join([marks] * (size // width))
                cursor.executemany(statement, [part[i : i + size] for i in range(0, len(part), size)])
