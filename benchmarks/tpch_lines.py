"""A company out of TPC-H, for the benchmarks of attainment: order lines as the product stores them, and who answered for whom.

`tpchgen-cli` makes lineitem, orders, customer and part; DuckDB joins them once into batches of about a million lines in
the schema of facts, written by the product's own encoder. Customers are those of the orders (a tenth of a million per
scale factor), products are parts modulo 2,000 in five product lines, channels the seven ship modes.
Four territories a nation; people change in the middle of 1994, a quarter of the customers moves in 1995 and a
tenth in 1997, and nobody answers for anything before February 1992. Everything follows from the keys: no chance.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from quyu.platform.facts import durable
from quyu.platform.facts.schema import ORDER_LINE

BATCH = 1_000_000
TERRITORIES = 100
FOLDER = Path(gettempdir()) / "quyu-tpch"
"""Made data stay here for the next run."""
TABLES = "lineitem,orders,customer,part,nation"
LINES = """
SELECT l_orderkey::VARCHAR AS order_no, l_linenumber::VARCHAR AS line_no, o_orderdate AS ordered_on, l_shipdate AS shipped_on,
       printf('C%08d', o_custkey) AS customer_code, printf('P%04d', l_partkey % 2000) AS product_code,
       trim(l_shipmode) AS channel_code, NULL::VARCHAR AS salesperson_code, NULL::VARCHAR AS region_name,
       (l_quantity * 1000)::BIGINT AS quantity_milli,
       (l_extendedprice * (1 - l_discount) * 100)::BIGINT AS amount_fen, NULL::BIGINT AS profit_fen, NULL::VARCHAR AS place_code
FROM read_parquet('{folder}/lineitem.parquet') JOIN read_parquet('{folder}/orders.parquet') ON l_orderkey = o_orderkey
ORDER BY l_orderkey, l_linenumber
"""
OWNERSHIP = """
WITH c AS (SELECT c_custkey AS key, c_nationkey AS nation FROM read_parquet('{folder}/customer.parquet')
           WHERE c_custkey % 3 <> 0),
cuts(valid_from, valid_to) AS (VALUES (DATE '1992-02-01', DATE '1994-07-01'), (DATE '1994-07-01', DATE '1995-01-01'),
     (DATE '1995-01-01', DATE '1997-04-15'), (DATE '1997-04-15', NULL)),
spans AS (SELECT key, valid_from, valid_to, nation * 4 + (key // 25
          + CASE WHEN key % 4 = 0 AND valid_from >= DATE '1995-01-01' THEN 3 ELSE 0 END
          + CASE WHEN key % 10 = 0 AND valid_from >= DATE '1997-04-15' THEN 1 ELSE 0 END) % 4 AS place FROM c, cuts)
SELECT printf('C%08d', key) AS customer_code, valid_from, valid_to, printf('T%03d', place) AS territory_code,
       printf('E%03d', place + CASE WHEN valid_from >= DATE '1994-07-01' THEN 100 ELSE 0 END) AS person_code
FROM spans ORDER BY 1, 2
"""
CATALOG = """
SELECT 'product' AS kind, printf('P%04d', p) AS code, p % 5 + 1 AS id FROM range(2000) t(p)
UNION ALL SELECT 'channel', name, row_number() OVER (ORDER BY name)
FROM (VALUES ('AIR'), ('FOB'), ('MAIL'), ('RAIL'), ('REG AIR'), ('SHIP'), ('TRUCK')) t(name)
"""


@dataclass(frozen=True)
class Company:
    """The files of the batches, and the frames; `territory` and `person` are (code, id), `tree` (ancestor, place)."""

    files: list[str]
    rows: int
    ownership: pa.Table
    catalog: pa.Table
    territory: pa.Table
    person: pa.Table
    tree: pa.Table


def company(scale: float) -> Company:
    """Made once per scale factor."""
    kept = FOLDER / f"sf{scale:g}"
    raw, made = kept / "raw", kept / "batches"
    if not (kept / ".ready").exists():
        raw.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                str(Path(sys.executable).with_name("tpchgen-cli")),
                "parquet",
                "-s",
                f"{scale:g}",
                f"--tables={TABLES}",
                f"--output-dir={raw}",
            ],
            check=True,
        )
        write_batches(raw, made)
        (kept / ".ready").touch()
    files = sorted(map(str, made.glob("*.parquet")))
    with duckdb.connect() as connection:
        ownership = connection.sql(OWNERSHIP.format(folder=raw)).to_arrow_table()
        catalog = connection.sql(CATALOG).to_arrow_table()
    return Company(
        files=files,
        rows=sum(pq.read_metadata(file).num_rows for file in files),
        ownership=ownership.cast(
            pa.schema([(f.name, pa.date32() if "valid" in f.name else pa.string()) for f in ownership.schema])
        ),
        catalog=catalog.cast(pa.schema([("kind", pa.string()), ("code", pa.string()), ("id", pa.int64())])),
        territory=coded("T", TERRITORIES),
        person=coded("E", 2 * TERRITORIES),
        tree=regions(),
    )


def write_batches(raw: Path, made: Path) -> None:
    made.mkdir(exist_ok=True)
    number, waiting = 0, list[pa.RecordBatch]()
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        for part in connection.sql(LINES.format(folder=raw)).to_arrow_reader(BATCH):
            waiting.append(part)
            if sum(one.num_rows for one in waiting) >= BATCH:
                number = put(waiting, made, number)
    put(waiting, made, number)


def put(waiting: list[pa.RecordBatch], made: Path, number: int) -> int:
    """One batch file of what waits; the number of the next."""
    if waiting:
        table = pa.Table.from_batches(waiting).cast(ORDER_LINE)
        (made / f"{number:05d}.parquet").write_bytes(durable.parquet_bytes(table))
        waiting.clear()
    return number + 1


def coded(letter: str, count: int) -> pa.Table:
    return pa.table({"code": [f"{letter}{number:03d}" for number in range(count)], "id": range(1, count + 1)})


def regions() -> pa.Table:
    """Every territory below itself, its nation, its region of the world (here nations by fives) and the company."""
    rows = [
        (ancestor, place + 1)
        for place in range(TERRITORIES)
        for ancestor in (f"T{place:03d}", f"N{place // 4:02d}", f"R{place // 20}", "HQ")
    ]
    return pa.table(
        {"ancestor": [row[0] for row in rows], "place": pa.array([row[1] for row in rows], pa.int64())}
    )
