"""Lines counted for the structure of one day: who owns each of them if the claims of that day held for all time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quyu.kernel.deferred import deferred
from quyu.platform.facts import attribution

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

VIEW = """
CREATE OR REPLACE TEMP VIEW {name} AS
SELECT l.*, coalesce(n.territory_code, x.territory_code, r.territory_code, p.territory_code, c.territory_code)
       AS {column}
FROM {of} l
LEFT JOIN claim n ON n.customer_code = $named || l.customer_code
LEFT JOIN line_apart q ON q.product_code = l.product_code
LEFT JOIN claim x ON x.customer_code = $line || q.line_code || $between || l.customer_code
LEFT JOIN claim r ON r.customer_code = $ruled || l.customer_code
LEFT JOIN claim p ON p.customer_code = $place || l.place_code
LEFT JOIN claim c ON c.customer_code = l.customer_code
"""


def register(connection: duckdb.DuckDBPyConnection, claims: pa.Table) -> None:
    """The tables that `view` joins, from the ownership of one day (`Basis.restated`)."""
    connection.register("claim", claims.select(["customer_code", "territory_code"]))
    apart = attribution.lines_of_products(claims)
    columns = {
        "product_code": pa.array(apart.keys(), pa.string()),
        "line_code": pa.array(apart.values(), pa.string()),
    }
    connection.register("line_apart", pa.table(columns))


def view(name: str, *, of: str, column: str) -> str:
    """SQL of a view `name`: the lines of `of` with the territory as `column`.

    The signs of the keys are written into it, which no parameter can carry into a view.
    """
    sql = VIEW.format(name=name, of=of, column=column)
    for sign in ("NAMED", "PLACE", "RULED", "LINE", "BETWEEN"):
        text = getattr(attribution, sign).replace("'", "''")
        sql = sql.replace(f"${sign.lower()} ", f"'{text}' ")
    return sql
