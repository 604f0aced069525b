"""What lines add to the rollups: aggregation of attributed lines by DuckDB, as plain integers.

Days are ISO text, as the database takes them. A month key is (month, territory, person, product line, channel), a day key (day, territory), all as
database ids or None. A value is (fen, thousandths, lines) or (fen, lines). Values of several batches add
up; a reversal counts its lines negative.
"""

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.connection import connect

MonthKey = tuple[str, int | None, int | None, int | None, int | None]
DayKey = tuple[str, int | None]

MONTH_SQL = """
SELECT month::VARCHAR, * EXCLUDE (month) FROM (
  SELECT date_trunc('month', day)::DATE AS month, territory, person, line, channel,
         sum(amount_fen)::BIGINT, sum(quantity_milli)::BIGINT, count(*)::BIGINT * $sign
  FROM lines GROUP BY ALL
) ORDER BY month, territory, person, line, channel
"""
DAY_SQL = """
SELECT day::VARCHAR, * EXCLUDE (day) FROM (
  SELECT day, territory, sum(amount_fen)::BIGINT, count(*)::BIGINT * $sign FROM lines GROUP BY ALL
) ORDER BY day, territory
"""


@dataclass(frozen=True)
class Directory:
    """Codes to database ids: `territory` and `person` are (code, id); `catalog` is (kind, code, id),
    where a product leads to its product line.
    """

    territory: pa.Table
    person: pa.Table
    catalog: pa.Table


@dataclass
class Contribution:
    """Sums by key. `add` accumulates; equal sets of lines give equal sums in any order."""

    months: dict[MonthKey, tuple[int, int, int]] = field(default_factory=dict)
    days: dict[DayKey, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: "Contribution", *, sign: int = 1) -> None:
        if sign == 1 and not self.months and not self.days:
            self.months, self.days = dict(other.months), dict(other.days)
            return
        for month_key, (amount, quantity, lines) in other.months.items():
            month = self.months.get(month_key, (0, 0, 0))
            self.months[month_key] = (
                month[0] + sign * amount,
                month[1] + sign * quantity,
                month[2] + sign * lines,
            )
        for day_key, (amount, lines) in other.days.items():
            day = self.days.get(day_key, (0, 0))
            self.days[day_key] = (day[0] + sign * amount, day[1] + sign * lines)


def contribution(lines: pa.Table, *, sign: int, directory: Directory) -> Contribution:
    """Sum `lines` (facts with territory_code and person_code) by rollup key; `sign` is what one line counts."""
    with connect() as connection:
        connection.register("lines", _keyed(lines, directory))
        months = connection.execute(MONTH_SQL, {"sign": sign}).fetchall()
        days = connection.execute(DAY_SQL, {"sign": sign}).fetchall()
    return Contribution({row[:5]: row[5:] for row in months}, {row[:2]: row[2:] for row in days})


def _keyed(lines: pa.Table, directory: Directory) -> pa.Table:
    """The lines with database ids in place of codes; an unknown code is null."""
    catalog = directory.catalog
    products = catalog.filter(pc.equal(catalog["kind"], "product"))
    channels = catalog.filter(pc.equal(catalog["kind"], "channel"))
    return pa.table(
        {
            "day": lines["ordered_on"],
            "territory": _ids(lines["territory_code"], directory.territory),
            "person": _ids(lines["person_code"], directory.person),
            "line": _ids(lines["product_code"], products),
            "channel": _ids(lines["channel_code"], channels),
            "amount_fen": lines["amount_fen"],
            "quantity_milli": lines["quantity_milli"],
        }
    )


def _ids(codes: pa.ChunkedArray, known: pa.Table) -> pa.ChunkedArray:
    ids = known["id"].combine_chunks()
    return ids.take(pc.index_in(codes, value_set=known["code"].combine_chunks()).combine_chunks())
