"""What lines add to the rollups: aggregation of attributed lines by DuckDB, as plain integers.

Days are ISO text, as the database takes them. A month key is (month, territory, person, product line, channel), a day key (day, territory), all as
database ids or None. A value is (fen, thousandths, lines) or (fen, lines). Values of several batches add
up; a reversal counts its lines negative.
"""

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from quyu.analytics.connection import connect

MonthKey = tuple[str, int | None, int | None, int | None, int | None]
DayKey = tuple[str, int | None]

MONTH_SQL = """
SELECT date_trunc('month', l.ordered_on)::DATE::VARCHAR, t.id, p.id, g.id, c.id,
       sum(l.amount_fen)::BIGINT, sum(l.quantity_milli)::BIGINT, sum(l.sign)::BIGINT
FROM lines l
LEFT JOIN territory t ON l.territory_code = t.code
LEFT JOIN person p ON l.person_code = p.code
LEFT JOIN catalog g ON g.kind = 'product' AND l.product_code = g.code
LEFT JOIN catalog c ON c.kind = 'channel' AND l.channel_code = c.code
GROUP BY ALL ORDER BY ALL
"""
DAY_SQL = """
SELECT l.ordered_on::VARCHAR, t.id, sum(l.amount_fen)::BIGINT, sum(l.sign)::BIGINT
FROM lines l LEFT JOIN territory t ON l.territory_code = t.code
GROUP BY ALL ORDER BY ALL
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
        _register(connection, lines, sign, directory)
        months = {row[:5]: row[5:] for row in connection.execute(MONTH_SQL).fetchall()}
        days = {row[:2]: row[2:] for row in connection.execute(DAY_SQL).fetchall()}
    return Contribution(months, days)


def _register(
    connection: duckdb.DuckDBPyConnection, lines: pa.Table, sign: int, directory: Directory
) -> None:
    connection.register("unsigned_lines", lines)
    connection.execute(f"CREATE TEMP VIEW lines AS SELECT *, {int(sign)} AS sign FROM unsigned_lines")  # nosec B608
    connection.register("territory", directory.territory)
    connection.register("person", directory.person)
    connection.register("catalog", directory.catalog)
