"""What was sold in two spans, by customer, product, the territory it counted for then and the one it would today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from quyu.analytics.bridge import Ints
from quyu.apps.performance.selectors.buyers import Buyers, buyers
from quyu.apps.performance.selectors.sold_lines import (
    Days,
    LineBasis,
    Sold,
    day_numbers,
    number_of,
    sold_lines,
)
from quyu.apps.performance.selectors.summing import Numbers, grouped
from quyu.apps.performance.then import Then
from quyu.apps.targets.remembered import Remembered
from quyu.platform.facts import attribution

KEPT_ROWS = 2_000_000
MEASURES = ("sold_before", "sold_now", "quantity_before", "quantity_now", "returned_before", "returned_now")


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


def compared(
    *, before: Days, now: Days, today: date, basis: LineBasis = "order", then: Then | None = None
) -> Compared:
    """All lines of the two spans, whoever they count for; kept in memory while facts and ownership stay.

    `today` is the day whose ownership tells the territory of now: that of a past report where one is asked for.
    """
    sold = sold_lines(basis, then)
    question = repr((sold.fingerprint, before, now, today)).encode()
    return _KEPT.get(question, lambda: _summed(sold, buyers(sold, now[1]), before, now, today))


def _summed(sold: Sold, known: Buyers, before: Days, now: Days, today: date) -> Compared:
    codes = tuple(Numbers() for _column in range(3))
    nothing = [np.zeros(0, np.int64)] * (4 + len(MEASURES))
    parts = [nothing, *_columns(sold, codes, before, now, today)]
    customer, product, was, is_now, *measures = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    sizes = [max(len(one.texts), 1) for one in (codes[1], codes[2], codes[2])]
    key = ((customer * sizes[0] + product) * sizes[1] + was) * sizes[2] + is_now
    key, sums = grouped(key, measures)
    key, is_now = np.divmod(key, sizes[2])
    key, was = np.divmod(key, sizes[1])
    customer, product = np.divmod(key, sizes[0])
    buyer_codes, product_codes, territory_codes = (one.texts for one in codes)
    standing = known.standings(buyer_codes, before, now)
    told = dict(zip(MEASURES, sums, strict=True))
    return Compared(
        buyer_codes, product_codes, territory_codes, customer, product, was, is_now, standing[customer], told
    )


def _columns(
    sold: Sold, codes: tuple[Numbers, ...], before: Days, now: Days, today: date
) -> Iterator[list[Ints]]:
    """Batch by batch: customer, product, territory of then and of now, and the measures."""
    claims = sold.structure.restated(today).ownership
    for read in sold.between([before, now]):
        owner = attribution.attribute_lines(read.lines, claims)["territory_code"]
        yield [
            codes[0].column(read.lines["customer_code"]),
            codes[1].column(read.lines["product_code"]),
            codes[2].column(read.was),
            codes[2].column(owner),
            *_measures(read.lines, read.sign, before, now),
        ]


def _measures(lines: pa.Table, sign: int, before: Days, now: Days) -> list[Ints]:
    """As MEASURES: what was sold is apart from what came back, by the sign a line had before any reversal."""
    day = day_numbers(lines)
    amount, quantity = (lines[name].to_numpy() for name in ("amount_fen", "quantity_milli"))
    is_sold = amount * sign >= 0
    spans = [(day >= number_of(first)) & (day < number_of(end)) for first, end in (before, now)]
    told = ((amount, is_sold), (quantity, is_sold), (amount, ~is_sold))
    return [np.where(span & which, values, 0) for values, which in told for span in spans]
