"""What was found in outlets, from the price observations of those who went through them.

An outlet is known by its name and its place; who looked into one in a month looked for every product seen anywhere in
the days asked for. Observations without an outlet or a product tell nothing of it.
"""

from __future__ import annotations

from datetime import date
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
PAIRS = """
WITH found AS (
    SELECT outlet_name || chr(31) || coalesce(place_code, '') AS outlet, place_code, product_code, ordered_on,
           date_trunc('month', ordered_on) AS month
    FROM sighting WHERE outlet_name <> '' AND product_code <> ''
)
SELECT o.ordered_on, o.place_code, p.product_code, o.outlet || chr(31) || p.product_code AS pair,
       CAST(f.outlet IS NOT NULL AS BIGINT) * 1000 AS quantity_milli
FROM (SELECT outlet, month, any_value(place_code) AS place_code, max(ordered_on) AS ordered_on FROM found GROUP BY ALL) o
CROSS JOIN (SELECT DISTINCT product_code FROM found) p
LEFT JOIN (SELECT DISTINCT outlet, month, product_code FROM found) f
  ON f.outlet = o.outlet AND f.month = o.month AND f.product_code = p.product_code
ORDER BY pair, o.ordered_on
"""


def observed() -> Tally:
    """Price observations read as lines: the price as amount, the guide price as quantity (0: none)."""
    return Tally(PRICES, PRICES, KINDS[PRICES].dated_by, "price_micro", "guide_micro")


def pairs(days: tuple[date, date]) -> pa.Table:
    """A row for each outlet and month it was looked at, on the last day of that, and each product: `pair` names
    outlet and product, `quantity_milli` is a piece where it was found, else none."""
    with duckdb.connect() as connection:
        connection.register("sighting", rows_of(observed(), days, READ))
        return connection.sql(PAIRS).to_arrow_table()
