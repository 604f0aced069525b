"""Brings the demo company's orders in the way a user would: a CSV file through the import."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from quyu.apps.performance import imports
from quyu.platform.facts.models import Batch
from quyu.platform.imports import pipeline, runs
from quyu.platform.imports.kinds import Context
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything

HEADERS = {
    "order_no": "订单号", "line_no": "行号", "ordered_on": "订单日期", "shipped_on": "发货日期", "customer_code": "客户编码",
    "product_code": "产品编码", "channel_code": "渠道", "quantity_milli": "数量", "amount_fen": "金额", "profit_fen": "毛利",
}  # fmt: skip


def write_file(lines: pa.Table, path: Path) -> None:
    """The order lines as an ERP would export them: amounts in yuan, quantities in cases."""
    columns = []
    for name in HEADERS:
        column = lines[name]
        if name in ("amount_fen", "profit_fen"):
            column = pc.divide(column.cast(pa.float64()), 100.0)
        elif name == "quantity_milli":
            column = pc.divide(column, 1000)
        columns.append(column)
    path.parent.mkdir(parents=True, exist_ok=True)
    options = pacsv.WriteOptions(quoting_style="needed")
    pacsv.write_csv(pa.table(columns, names=list(HEADERS.values())), path, options)


def import_file(path: Path, *, actor: User, today: date, at: datetime) -> Batch:
    """The file through the pipeline, strict; the run and its receipt are kept."""
    context = Context(actor, everything(), at, today, path.name, pipeline.file_sha256(path))
    prepared = pipeline.prepare(path, imports.ORDERS, context)
    receipt = pipeline.commit(prepared)
    runs.record_try(prepared, receipt, path=path, at=at)
    return Batch.objects.get(source_sha256=context.source_sha256, is_reversed=False)


def seeded(seed: int, today: date) -> np.random.Generator:
    """One stream of chance per business date."""
    return np.random.default_rng([seed, today.toordinal()])
