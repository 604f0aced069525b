"""What the order lines say about one-off orders, new and lost customers, for a history that was read."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.targets import sales
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.services.baseline.cleaning import (
    LOST_AFTER_MONTHS,
    LargeOrder,
    Sold,
    Turnover,
    is_one_off,
    territory_medians,
    turnover,
)
from quyu.apps.targets.services.baseline.level import pace_of
from quyu.apps.targets.services.baseline.series import MONTHS, Ints
from quyu.apps.targets.services.history.basis import Basis
from quyu.apps.targets.services.history.reading import Past, when

Excluded = dict[tuple[int, int, int], int]


@dataclass(frozen=True)
class Proposal:
    """An order the rule finds, by names, and the key under which it is left out."""

    order: LargeOrder
    customer_name: str
    territory_name: str
    line_name: str

    @property
    def key(self) -> sales.OrderKey:
        return sales.OrderKey(self.order.order_no, self.order.customer, self.order.line)

    @property
    def multiple(self) -> int | None:
        """How many times the customer's usual month; None where there is none."""
        usual = self.order.customer_median
        return round(self.order.amount / usual) if usual > 0 else None


def can_be_cleaned(basis: Basis) -> bool:
    """Only what lines add up to can be cleaned of orders and customers; counts cannot."""
    return METRICS[basis.measure].grain == "line"


def proposals(basis: Basis, past: Past) -> list[Proposal]:
    """One-off orders by the rule, largest first."""
    if not can_be_cleaned(basis):
        return []
    medians = _medians(past)
    floors = {pair: int(median * basis.rule.territory_share_bp / 10_000) for pair, median in medians.items()}
    table = sales.reader().large_orders(replace(past.asked, extras=()), floors)
    found = [
        LargeOrder(
            row["order_no"], row["ordered_on"].isoformat(), row["customer_code"], row["territory"],
            row["product_line"], row["value"], row["customer_median"], row["next_largest"],
            int(medians[(row["territory"], row["product_line"])]),
        )
        for row in table.to_pylist()
    ]  # fmt: skip
    odd = [order for order in found if is_one_off(order, basis.rule)]
    names = dict(Customer.objects.filter(code__in={o.customer for o in odd}).values_list("code", "name"))
    axes = past.axes
    return [
        Proposal(
            o, names.get(o.customer, o.customer), axes.name(TERRITORY + o.territory), axes.line_name(o.line)
        )
        for o in odd
    ]


def _medians(past: Past) -> dict[tuple[str, str], float]:
    """The median month with sales of each (territory code, line), over the window."""
    history = past.series
    months = np.stack([history.grouped(year) for year in history.amounts])
    flat = months.reshape(len(history.years), -1, MONTHS)
    medians = territory_medians(flat).reshape(history.territory_count, history.line_count)
    codes = [code.removeprefix(TERRITORY) for code in past.axes.leaves]
    return {
        (code, line): float(medians[t, n])
        for t, code in enumerate(codes)
        for n, line in enumerate(past.placing.lines)
        if medians[t, n] > 0
    }


def excluded(basis: Basis, past: Past) -> Excluded:
    """What the orders left out were worth, at (year index, series, month)."""
    if not basis.excluded or not can_be_cleaned(basis):
        return {}
    table = sales.reader().orders(past.asked, [exclusion.order for exclusion in basis.excluded])
    found: Excluded = {}
    year, month = when(table, past.series.years[0])
    for place in zip(
        year.tolist(), past.series_of(table).tolist(), month.tolist(), table["value"].to_pylist(), strict=True
    ):
        at, amount = place[:3], place[3]
        if min(at) >= 0 and at[0] < len(past.series.years):
            found[at] = found.get(at, 0) + int(amount)
    return found


def changed_customers(basis: Basis, past: Past) -> Turnover | None:
    """New and lost customers of the last year; None for what cannot be told by customer."""
    if not can_be_cleaned(basis):
        return None
    history = past.series
    last = history.years[-1]
    cutoff = MONTHS * last + history.closed - LOST_AFTER_MONTHS
    table = sales.reader().turnover(
        past.asked,
        new_from=date(last, 1, 1),
        lost_before=date(cutoff // MONTHS, cutoff % MONTHS + 1, 1),
    )
    return turnover(
        _sold(past, table),
        years=history.years,
        closed=history.closed,
        pace=1.0 if basis.is_rolling else pace_of(history.amounts, history.closed),
        series_count=past.keys.size,
    )


def _sold(past: Past, table: pa.Table) -> Sold:
    series = past.series_of(table)
    table, series = table.filter(pa.array(series >= 0)), series[series >= 0]
    codes = table["customer_code"].combine_chunks().dictionary_encode()
    customer = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    year, month = when(table, past.series.years[0])
    return Sold(
        customer, series, year, month, table["value"].to_numpy(),
        _months(table, "first_on", customer, len(codes.dictionary)),
        _months(table, "last_on", customer, len(codes.dictionary)),
    )  # fmt: skip


def _months(table: pa.Table, column: str, customer: Ints, count: int) -> Ints:
    """The month of a day for each customer, as 12 x year + month."""
    days = table[column].to_numpy().astype("datetime64[M]").astype(np.int64) + MONTHS * 1970
    found = np.zeros(count, np.int64)
    found[customer] = days
    return found
