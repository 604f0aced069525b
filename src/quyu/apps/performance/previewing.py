"""What the preview of a file of facts says: rows, days, totals by region and by month."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.apps.performance.order_checks import Resolved, sums_by
from quyu.platform.imports.kinds import Parsed


def preview(
    parsed: Parsed,
    resolved: Resolved,
    *,
    dated_by: str,
    amount: str = "amount_fen",
    quantity: str = "quantity_milli",
) -> dict[str, object]:
    """Counts and totals; of a kind that has neither amounts nor quantities the counts only."""
    table, regions = parsed.table, resolved.regions.texts
    if len(parsed.rows) == 0:
        return {"rows": 0, **({"amount_fen": 0, "quantity_milli": 0} if amount else {})}
    span = pc.min_max(table[dated_by]).as_py()
    found: dict[str, object] = {
        "rows": len(parsed.rows),
        "first_on": span["min"].isoformat(),
        "last_on": span["max"].isoformat(),
        "customers": len(resolved.customers.texts.values),
        "products": len(resolved.products.texts.values),
    }
    if not amount:
        return found
    amounts = _numbers(table, amount)
    return found | {
        "amount_fen": int(amounts.sum()),
        "quantity_milli": int(_numbers(table, quantity).sum()),
        "by_region": sums_by(regions.values, regions.indices, amounts),
        "by_month": _by_month(table[dated_by], amounts),
    }


def _numbers(table: pa.Table, column: str) -> NDArray[np.int64]:
    """The column with nothing as 0; a column that is not there is all 0."""
    if column not in table.column_names:
        return np.zeros(table.num_rows, np.int64)
    return np.asarray(pc.fill_null(table[column], 0).to_numpy(), dtype=np.int64)


def _by_month(days: pa.ChunkedArray, amounts: NDArray[np.int64]) -> dict[str, int]:
    months = days.to_numpy().astype("datetime64[M]")
    first = months.min()
    indices = (months - first).astype(np.int64)
    labels = [str(month) for month in np.arange(first, months.max() + 1)]
    present = np.bincount(indices, minlength=len(labels)) > 0
    totals = sums_by(labels, indices, amounts)
    return {label: totals[label] for label, is_there in zip(labels, present, strict=True) if is_there}
