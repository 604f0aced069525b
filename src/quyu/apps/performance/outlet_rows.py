"""What was found in outlets, from the price observations of those who went through them.

An outlet is known by its name and its place; who looked into one in a month looked for every product seen anywhere in
the days asked for. Observations without an outlet or a product tell nothing of it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from quyu.apps.performance.dealings import rows_of
from quyu.apps.performance.tallies import Tally
from quyu.kernel.deferred import deferred
from quyu.platform.facts.schema import KINDS

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

PRICES = "price_observation"
READ = ("ordered_on", "place_code", "product_code", "outlet_name")
COUNTS = """
WITH found AS (
    SELECT DISTINCT outlet_name, coalesce(place_code, '') AS place, product_code, date_trunc('month', ordered_on) AS month
    FROM sighting WHERE outlet_name <> '' AND product_code <> ''
)
SELECT least(last_day(o.month), $last) AS ordered_on, nullif(o.place, '') AS place_code, p.product_code,
       o.outlets AS quantity_milli, count(f.outlet_name) AS amount_fen
FROM (SELECT place, month, count(DISTINCT outlet_name) AS outlets FROM found GROUP BY ALL) o
CROSS JOIN (SELECT DISTINCT product_code FROM found) p
LEFT JOIN found f ON f.place = o.place AND f.month = o.month AND f.product_code = p.product_code
GROUP BY ALL
ORDER BY ALL
"""


def observed() -> Tally:
    """Price observations read as lines: the price as amount, the guide price as quantity (0: none)."""
    return Tally(PRICES, PRICES, KINDS[PRICES].dated_by, "price_micro", "guide_micro")


def found_in_places(days: tuple[date, date]) -> pa.Table:
    """A row for each place, month in which outlets were looked at there and product, on the last of the days in the
    month: `quantity_milli` is the number of these outlets, `amount_fen` that of those where it was found."""
    with duckdb.connect() as connection:
        connection.register("sighting", rows_of(observed(), days, READ))
        return connection.sql(COUNTS, params={"last": days[1] - timedelta(1)}).to_arrow_table()
