"""What does not belong in the base: one-off large orders, customers that left; and what is missing: new ones' early months.

An order is proposed as one-off by a rule anybody can check; only a person excludes it, with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quyu.apps.targets.services.baseline.series import MONTHS, Floats, Ints

LOST_AFTER_MONTHS = 6
COMPARABLE = 2
"""A second order at least one in this many of the size makes an order no longer a one-off."""


@dataclass(frozen=True)
class OneOffRule:
    """An order of a customer in a line is proposed where it exceeds all three.

    `customer_multiple` times the median of the customer's other months with sales in the line,
    `territory_share_bp` of the median month of its territory in the line, and twice the customer's
    next-largest order in the line.
    """

    customer_multiple: int = 5
    territory_share_bp: int = 3_000


@dataclass(frozen=True)
class LargeOrder:
    """One order of one customer in one product line, with what it is compared with; amounts in the measure's unit."""

    order_no: str
    ordered_on: str
    customer: str
    territory: str
    line: str
    amount: int
    customer_median: int
    next_largest: int
    territory_median: int


def territory_medians(monthly: Floats) -> Floats:
    """The median of the months with sales: (years, groups, 12) -> (groups,); 0 without any."""
    flat = np.moveaxis(monthly, 0, 1).reshape(monthly.shape[1], -1)
    sold = np.where(flat > 0, flat, np.nan)
    medians = np.zeros(len(flat))
    is_sold = (flat > 0).any(axis=1)
    medians[is_sold] = np.nanmedian(sold[is_sold], axis=1)
    return medians


def is_one_off(order: LargeOrder, rule: OneOffRule) -> bool:
    """Whether the rule proposes the order; a customer without another month is compared with the territory alone."""
    return (
        order.amount > rule.customer_multiple * order.customer_median
        and order.amount * 10_000 > rule.territory_share_bp * order.territory_median
        and order.amount >= COMPARABLE * order.next_largest
        and order.amount > 0
    )


@dataclass(frozen=True)
class Sold:
    """What customers bought by month, as parallel columns: customer, series, year index, month from 0, amount.

    `first` and `last` are each customer's first and last month with an order, as 12 x year + month.
    """

    customer: Ints
    series: Ints
    year: Ints
    month: Ints
    amount: Ints
    first: Ints
    last: Ints


@dataclass(frozen=True)
class Turnover:
    """What new customers lack and lost ones leave: (series, 12) each, and how many of them."""

    missing: Ints
    leaving: Ints
    new_count: int
    lost_count: int


def turnover(
    sold: Sold, *, years: Sequence[int], closed: int, pace: float, series_count: int,
    lost_after: int = LOST_AFTER_MONTHS,
) -> Turnover:  # fmt: skip
    """New: first order ever in the last year; its mean month since then is set into each month before.

    Lost: no order in the last `lost_after` closed months, but in the last year or the open months'
    model; all it has in the completed last year goes.
    """
    start = MONTHS * years[-1]
    is_new = (sold.first >= start) & (sold.first < start + closed)
    is_lost = sold.last < start + closed - lost_after
    missing = np.zeros((series_count, MONTHS))
    leaving = np.zeros((series_count, MONTHS))
    last = len(years) - 1
    rows = (sold.year == last) & (sold.month < closed)
    fresh = rows & is_new[sold.customer]
    began = (sold.first - start)[sold.customer[fresh]]
    mean = sold.amount[fresh] / np.maximum(closed - began, 1)
    for month in range(MONTHS):
        before = began > month
        np.add.at(missing[:, month], sold.series[fresh][before], mean[before])
    gone = rows & is_lost[sold.customer]
    np.add.at(leaving, (sold.series[gone], sold.month[gone]), sold.amount[gone])
    if closed < MONTHS and last > 0:
        modelled = (sold.year == last - 1) & (sold.month >= closed) & is_lost[sold.customer]
        at = (sold.series[modelled], sold.month[modelled])
        np.add.at(leaving, at, sold.amount[modelled] * pace)
    active = np.unique(sold.customer[rows | ((sold.year == last - 1) & (sold.month >= closed))])
    return Turnover(
        np.rint(missing).astype(np.int64),
        np.rint(leaving).astype(np.int64),
        int(is_new[np.unique(sold.customer[rows])].sum()),
        int(is_lost[active].sum()),
    )


def without(amounts: Ints, excluded: Mapping[tuple[int, int, int], int]) -> Ints:
    """A copy of (years, series, 12) less what was excluded at (year, series, month)."""
    cleaned = amounts.copy()
    for place, amount in excluded.items():
        cleaned[place] -= amount
    return cleaned
