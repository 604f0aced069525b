"""What was sold in two spans, by customer, product, the territory it counted for then and the one it would today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.bridge import KEPT, LOST, NEW, Ints
from quyu.apps.customers import selectors as customers
from quyu.apps.performance import bases, owned
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.performance.selectors.sources import Days
from quyu.apps.targets.remembered import Remembered
from quyu.kernel.deferred import deferred
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

LOST_AFTER_MONTHS = 6
"""As in the baseline of a plan: no order for so long is a customer lost."""
KEPT_ROWS = 2_000_000
ROWS = """
SELECT l.customer_code AS customer, l.product_code AS product, coalesce(l.territory_code, '') AS was,
       coalesce(l.territory_today, '') AS is_now,
       {sums}
FROM both_line l
WHERE {before} OR {now}
GROUP BY ALL ORDER BY ALL
"""
BEFORE, NOW = (
    "(l.ordered_on >= $start_before AND l.ordered_on < $stop_before)",
    "(l.ordered_on >= $start AND l.ordered_on < $stop)",
)
SOLD, RETURNED = "l.amount_fen * l.sign >= 0", "l.amount_fen * l.sign < 0"
MEASURES = {
    "sold_before": ("amount_fen", BEFORE, SOLD), "sold_now": ("amount_fen", NOW, SOLD),
    "quantity_before": ("quantity_milli", BEFORE, SOLD), "quantity_now": ("quantity_milli", NOW, SOLD),
    "returned_before": ("amount_fen", BEFORE, RETURNED), "returned_now": ("amount_fen", NOW, RETURNED),
}  # fmt: skip
BUYERS = """
SELECT customer_code AS customer, min(ordered_on) AS first_on, max(ordered_on) AS last_on
FROM (SELECT customer_code, ordered_on FROM counted_line WHERE ordered_on < $stop GROUP BY 1, 2 HAVING sum(amount_fen) > 0)
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Compared:
    """Parallel columns; `customer`, `product`, `was` and `now` number the codes beside them, "" is nobody's."""

    customers: tuple[str, ...]
    products: tuple[str, ...]
    territories: tuple[str, ...]
    customer: Ints
    product: Ints
    was: Ints
    now: Ints
    standing: Ints
    measures: Mapping[str, Ints]


_KEPT: Remembered[Compared] = Remembered(KEPT_ROWS, lambda compared: compared.customer.size + 1)


def compared(names: Directory, *, before: Days, now: Days, today: date) -> Compared:
    """All lines of the two spans, whoever they count for; kept in memory while facts and ownership stay."""
    state = RollupState.objects.filter(pk=AS_WAS.state_id).first()
    batches = Batch.objects.filter(kind=ORDER_LINE_KIND, pk__lte=state.last_batch if state else 0)
    facts = tuple(batches.order_by("pk").values_list("content_sha256", flat=True))
    stamp = state and (state.ownership_digest, state.catalog_digest)
    question = repr((facts, stamp, before, now, today)).encode()
    return _KEPT.get(question, lambda: _read(names, state, before, now, today))


def _read(names: Directory, state: RollupState | None, before: Days, now: Days, today: date) -> Compared:
    kept = bases.kept_basis(state.ownership_digest, state.catalog_digest) if state else None
    claims = (kept or bases.basis(customers.ownership_frame())).restated(today).ownership
    days = {"start_before": before[0], "stop_before": before[1], "start": now[0], "stop": now[1]}
    sums = ",\n".join(
        f"coalesce(sum(l.{column}) FILTER ({span} AND {which}), 0)::BIGINT AS {name}"
        for name, (column, span, which) in MEASURES.items()
    )
    with attributed_lines(names) as connection:
        owned.register(connection, claims)
        connection.execute(owned.view("both_line", of="attributed_line", column="territory_today"))
        rows = connection.sql(ROWS.format(sums=sums, before=BEFORE, now=NOW), params=days).to_arrow_table()
        buyers = connection.sql(BUYERS, params={"stop": now[1]}).to_arrow_table()
    return _numbered(rows, buyers, before, now)


def _numbered(rows: pa.Table, buyers: pa.Table, before: Days, now: Days) -> Compared:
    customer, buyer_codes = _codes(rows["customer"])
    product, product_codes = _codes(rows["product"])
    places, territory_codes = _codes(
        pa.chunked_array([*rows["was"].chunks, *rows["is_now"].chunks], pa.string())
    )
    standing = _standings(buyer_codes, buyers, before, now)
    return Compared(
        buyer_codes, product_codes, territory_codes, customer, product,
        places[: rows.num_rows], places[rows.num_rows :], standing[customer],
        {name: rows[name].to_numpy() for name in MEASURES},
    )  # fmt: skip


def _codes(column: pa.ChunkedArray) -> tuple[Ints, tuple[str, ...]]:
    encoded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    numbers: Ints = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers, tuple(encoded.dictionary.to_pylist())


def _standings(codes: tuple[str, ...], buyers: pa.Table, before: Days, now: Days) -> Ints:
    """New: bought for the first time ever after the earlier span. Lost: no purchase for six months, none in the span."""
    cut = min(now[0], _months_before(now[1], LOST_AFTER_MONTHS))
    spells: dict[str, Any] = {
        code: (first, last)
        for code, first, last in zip(*(buyers[name].to_pylist() for name in buyers.column_names), strict=True)
    }
    found = np.full(len(codes), KEPT, np.int64)
    for place, code in enumerate(codes):
        if code in spells:
            first, last = spells[code]
            found[place] = NEW if first >= before[1] else LOST if last < cut else KEPT
    return found


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the first of the next month where there is none."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month == 11), (month + 1) % 12 + 1, 1)
