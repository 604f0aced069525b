"""Goals M1 and M2: attainment as of each line's day, against DuckDB SQL written by hand and against reading alone.

M1: whoever answered for the customer on the day of the line, summed by month, territory, person, product line and
channel, from the stored batches of TPC-H lines, as the product walks through them (`quyu.analytics.walk`); against one
query written by hand (`m3_engines.BY_HAND`). M2: the same sums where the attribution is stored beside the lines, as the
product stores it and reads it in step; against the floor: the very columns read and decoded by DuckDB (their maxima and
sums), nothing joined or grouped. The walk gives the sums by day too, which the other side is not asked for.
Every side must give the same integers.
"""

import argparse
import json
import resource
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import m3_engines
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sides
import tpch_lines

from quyu.analytics.connection import connect
from quyu.analytics.walk import files, walk
from quyu.analytics.walk.claims import claims
from quyu.analytics.walk.coded import Ids
from quyu.platform.facts import durable

M1_BOUND, M2_BOUND = 0.6, 2.5
FLOOR = """
SELECT max(ordered_on), max(product_code), max(channel_code), sum(amount_fen), sum(quantity_milli) FROM read_parquet($files)
UNION ALL SELECT NULL, max(territory_code), max(person_code), 0, 0 FROM read_parquet($stored)
"""


def walk_of(company: tpch_lines.Company) -> walk.Walk:
    kind = company.catalog["kind"]
    products, channels = (
        company.catalog.filter(pc.equal(kind, name)).select(["code", "id"]) for name in ("product", "channel")
    )
    names = walk.Directory(*map(Ids, (company.territory, company.person, products, channels)))
    return walk.Walk(company.ownership, lambda: claims(company.ownership, m3_engines.NAMED), names)


def stored(company: tpch_lines.Company) -> list[str]:
    """The attribution of every batch, in its row order, as the product keeps it; made once."""
    paths, walking = [], walk_of(company)
    for file in map(Path, company.files):
        path = file.parent.parent / "attribution" / file.name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            held = [walking.claimed(lines) for lines in files.parts(file, files.TEXTS, files.NUMBERS)]
            path.write_bytes(durable.parquet_bytes(walking.stored(np.concatenate(held))))
        paths.append(str(path))
    return paths


def floor(company: tpch_lines.Company, beside: list[str]) -> pa.Table:
    with connect() as connection:
        return connection.sql(FLOOR, params={"files": company.files, "stored": beside}).to_arrow_table()


def walked(company: tpch_lines.Company, stored_beside: list[str] | None = None) -> pa.Table:
    """The months of a walk over all lines: looking for claims, or reading what is stored."""
    walking = walk_of(company)
    for place, file in enumerate(company.files):
        if stored_beside is None:
            for lines in files.parts(Path(file), files.TEXTS, files.NUMBERS):
                walking.add(lines, sign=1)
        else:
            for lines, owned in files.in_step(Path(file), Path(stored_beside[place])):
                walking.add_stored(lines, owned, sign=1)
    walking.by_day()
    return walking.by_month()


def measure(company: tpch_lines.Company, rounds: int) -> list[dict[str, Any]]:
    walked(company)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    beside = stored(company)
    spent, answers = sides.in_turn(
        {
            "as of the day": lambda: walked(company),
            "by hand": lambda: m3_engines.by_hand(company),
            "from stored": lambda: walked(company, beside),
            "reading alone": lambda: floor(company, beside),
        },
        rounds,
    )
    wanted = m3_engines.ordered(answers["as of the day"])
    for name in ("by hand", "from stored"):
        if not m3_engines.ordered(answers[name]).cast(wanted.schema).equals(wanted):
            raise SystemExit(f"{name} gives other integers")
    middle = {name: statistics.median(values) for name, values in spent.items()}
    parts = {
        "lines": company.rows,
        "peak_mb_of_the_walk": peak_mb,
        "rows": wanted.num_rows,
        "cpu_s": sides.told(spent),
    }
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
