"""Goal M3: the expressions of attainment against SQL written by hand, and the same integers on every engine.

Ours: what the product asks DuckDB for a rebuild (claims of the ownership registered, Ibis expression, answer as Arrow)
over the stored batches of TPC-H lines. The other side: one query written by hand over the same files, with DuckDB
reading the frames as they are. Both in a connection of their own each time. Beside it: how long the expression takes
to become SQL. With `DATABASE_URL` (tools/with_postgresql.py) and a Spark cluster (tools/with_spark.py) the very same
expressions run there too, once, and must give the same table; for these the wall is told, since the work is elsewhere.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import ibis
import pyarrow as pa
import sides
import tpch_lines

from quyu.analytics import attribution, claims
from quyu.analytics.connection import connect
from quyu.analytics.engines.address import DUCKDB, Address, address
from quyu.analytics.engines.opening import opened
from quyu.analytics.engines.session import LineFile

BOUND, COMPILE_MS = 1.1, 50
SHARED = Path(tpch_lines.FOLDER) / "shared"
NAMED = claims.Named({}, "\x1eproduct:", "\x1f")
BY_HAND = """
SELECT make_date(year(l.ordered_on), month(l.ordered_on), 1) AS month, t.id AS territory, e.id AS person, p.id AS line, c.id AS channel,
       sum(l.amount_fen)::BIGINT AS amount_fen, sum(l.quantity_milli)::BIGINT AS quantity_milli, count(*) AS line_count
FROM read_parquet($files) l
LEFT JOIN ownership o ON o.customer_code = l.customer_code AND l.ordered_on >= o.valid_from
  AND (o.valid_to IS NULL OR l.ordered_on < o.valid_to)
LEFT JOIN territory t ON t.code = o.territory_code
LEFT JOIN person e ON e.code = o.person_code
LEFT JOIN (FROM catalog WHERE kind = 'product') p ON p.code = l.product_code
LEFT JOIN (FROM catalog WHERE kind = 'channel') c ON c.code = l.channel_code
GROUP BY ALL
"""


def by_hand(company: tpch_lines.Company) -> pa.Table:
    with connect() as connection:
        for name in ("ownership", "territory", "person", "catalog"):
            connection.register(name, getattr(company, name))
        return connection.sql(BY_HAND, params={"files": company.files}).to_arrow_table()


def by_expression(company: tpch_lines.Company, where: Address = DUCKDB) -> pa.Table:
    with opened(where, shared=SHARED) as session:
        session.lines([LineFile(Path(file), f"tpch {file}", 1) for file in company.files])
        kinds = claims.register(
            session, company.ownership, NAMED, territory=company.territory, person=company.person
        )
        products, channels = (
            company.catalog.filter(pa.compute.equal(company.catalog["kind"], kind))
            for kind in ("product", "channel")
        )
        claims.register_catalog(session, products, channels)
        return session.rows(attribution.by_month(attribution.attributed(kinds)))


def ordered(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names[:5]]).combine_chunks()


def compile_ms() -> float:
    """From nothing to SQL; the first of a process, which imports Ibis, is not counted."""
    taken = []
    for _ in range(6):
        started = time.process_time()
        ibis.to_sql(attribution.by_month(attribution.attributed(attribution.KINDS)), dialect="duckdb")
        taken.append((time.process_time() - started) * 1_000)
    return statistics.median(taken[1:])


def elsewhere(company: tpch_lines.Company, wanted: pa.Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, url in (
        ("postgresql", os.environ.get("DATABASE_URL")),
        ("spark", os.environ.get("QUYU_SPARK")),
    ):
        if url:
            for turn in ("first", "again"):
                started = time.monotonic()
                if not ordered(by_expression(company, address(url))).equals(wanted):
                    raise SystemExit(f"{name} gives other integers")
                found[f"{name} {turn}, wall s"] = round(time.monotonic() - started, 1)
    return found


def measure(company: tpch_lines.Company, rounds: int) -> dict[str, Any]:
    spent, answers = sides.in_turn(
        {"expression": lambda: by_expression(company), "by hand": lambda: by_hand(company)}, rounds
    )
    wanted = ordered(answers["expression"])
    if not ordered(answers["by hand"]).cast(wanted.schema).equals(wanted):
        raise SystemExit("the expression and the SQL written by hand give different integers")
    ratio = statistics.median(spent["expression"]) / statistics.median(spent["by hand"])
    compiled = compile_ms()
    return {
        "goal": "M3",
        "value": round(ratio, 3),
        "bound": BOUND,
        "ok": ratio <= BOUND and compiled <= COMPILE_MS,
        "parts": {
            "lines": company.rows,
            "rows": wanted.num_rows,
            "cpu_s": sides.told(spent),
            "compile_ms": round(compiled, 1),
            "duckdb": duckdb.__version__,
            "equal": elsewhere(company, wanted),
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="scale factor: 6 million lines each")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    found = measure(tpch_lines.company(given.scale), given.rounds)
    print(json.dumps(found))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
