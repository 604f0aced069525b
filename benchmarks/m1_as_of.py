"""Goals M1 and M2: attainment as of each line's day, against DuckDB SQL written by hand and against reading alone.

M1: whoever answered for the customer on the day of the line, summed by month, territory, person, product line and
channel, from the stored batches of TPC-H lines, by the product's expression on DuckDB; against one query written by
hand (`m3_engines.BY_HAND`). M2: the same sums where the attribution is stored beside the lines, as the product stores
it; against the floor: the very columns read and decoded (their maxima and sums), nothing joined or grouped.
Every side must give the same integers.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import m3_engines
import pyarrow as pa
import sides
import tpch_lines

from quyu.analytics.connection import connect
from quyu.platform.facts import durable

M1_BOUND, M2_BOUND = 0.6, 2.5
STORED = """
SELECT make_date(year(l.ordered_on), month(l.ordered_on), 1) AS month, t.id AS territory, e.id AS person, p.id AS line, c.id AS channel,
       sum(l.amount_fen)::BIGINT AS amount_fen, sum(l.quantity_milli)::BIGINT AS quantity_milli, count(*) AS line_count
FROM read_parquet($files) l POSITIONAL JOIN read_parquet($stored) a
LEFT JOIN territory t ON t.code = a.territory_code
LEFT JOIN person e ON e.code = a.person_code
LEFT JOIN (FROM catalog WHERE kind = 'product') p ON p.code = l.product_code
LEFT JOIN (FROM catalog WHERE kind = 'channel') c ON c.code = l.channel_code
GROUP BY ALL
"""
ATTRIBUTED = """
SELECT o.territory_code, o.person_code FROM read_parquet($file, file_row_number = true) l
LEFT JOIN ownership o ON o.customer_code = l.customer_code AND l.ordered_on >= o.valid_from
  AND (o.valid_to IS NULL OR l.ordered_on < o.valid_to) ORDER BY l.file_row_number
"""
FLOOR = """
SELECT max(ordered_on), max(product_code), max(channel_code), sum(amount_fen), sum(quantity_milli) FROM read_parquet($files)
UNION ALL SELECT NULL, max(territory_code), max(person_code), 0, 0 FROM read_parquet($stored)
"""


def stored(company: tpch_lines.Company) -> list[str]:
    """The attribution of every batch, in its row order, as the product keeps it; made once."""
    paths = []
    for file in map(Path, company.files):
        path = file.parent.parent / "attribution" / file.name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            with connect() as connection:
                connection.register("ownership", company.ownership)
                columns = connection.sql(ATTRIBUTED, params={"file": str(file)}).to_arrow_table()
            path.write_bytes(durable.parquet_bytes(columns))
        paths.append(str(path))
    return paths


def asked(company: tpch_lines.Company, sql: str, files: list[str]) -> pa.Table:
    with connect() as connection:
        for name in ("territory", "person", "catalog"):
            connection.register(name, getattr(company, name))
        return connection.sql(sql, params={"files": company.files, "stored": files}).to_arrow_table()


def measure(company: tpch_lines.Company, rounds: int) -> list[dict[str, Any]]:
    files = stored(company)
    spent, answers = sides.in_turn(
        {
            "as of the day": lambda: m3_engines.by_expression(company),
            "by hand": lambda: m3_engines.by_hand(company),
            "from stored": lambda: asked(company, STORED, files),
            "reading alone": lambda: asked(company, FLOOR, files),
        },
        rounds,
    )
    wanted = m3_engines.ordered(answers["as of the day"])
    for name in ("by hand", "from stored"):
        if not m3_engines.ordered(answers[name]).cast(wanted.schema).equals(wanted):
            raise SystemExit(f"{name} gives other integers")
    middle = {name: statistics.median(values) for name, values in spent.items()}
    parts = {"lines": company.rows, "rows": wanted.num_rows, "cpu_s": sides.told(spent)}
    return [
        verdict("M1", middle["as of the day"] / middle["by hand"], M1_BOUND, parts),
        verdict("M2", middle["from stored"] / middle["reading alone"], M2_BOUND, parts),
    ]


def verdict(goal: str, ratio: float, bound: float, parts: dict[str, Any]) -> dict[str, Any]:
    return {"goal": goal, "value": round(ratio, 3), "bound": bound, "ok": ratio <= bound, "parts": parts}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="scale factor: 6 million lines each")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    found = measure(tpch_lines.company(given.scale), given.rounds)
    for one in found:
        print(json.dumps(one))
    return 0 if all(one["ok"] for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
