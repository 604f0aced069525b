"""What each dealer bought, sold on and had in stock month by month, from the facts that stand.

Sell-in is what was delivered: order lines as they were shipped, from the first month with shipments these. Stock is the
count nearest to a month end, of at most five days away; counts of other days are left out, as sell-through is told by month.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.analytics.stuffing import Flows
from quyu.apps.customers.choices import CustomerKind
from quyu.apps.customers.models import Customer
from quyu.apps.performance import bases
from quyu.apps.performance.tallies import DELIVERED, SHIPMENT, Tally, standing
from quyu.apps.targets.remembered import Remembered
from quyu.platform.catalog.models import Product
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import KINDS, ORDER_LINE_KIND

SELL_THROUGH, STOCK_COUNT = "sell_through", "stock_count"
KEPT_CELLS = 20_000_000
"""Cells (dealer, product line, month) of the books kept in memory."""
SLACK = 5
"""How many days a count may be away from the month end."""
READ = ("ordered_on", "customer_code", "product_code", "quantity_milli", "amount_fen")
ATTRIBUTED = ("ordered_on", "customer_code", "place_code", "product_code")
Days = tuple[date, date]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Book:
    """Dealers in rows, months (their first days) in columns."""

    codes: tuple[str, ...]
    months: tuple[date, ...]
    flows: Flows

    def month_end(self, at: int) -> date:
        """The last day of a month."""
        return next_month(self.months[at]) - timedelta(1)


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def months_earlier(day: date, count: int) -> date:
    """The first of the month so many months before that of a day."""
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def has_any(kind: str) -> bool:
    """Whether rows of a kind were imported and not taken back."""
    return standing((kind,)).exists()


_KEPT: Remembered[Book] = Remembered(KEPT_CELLS, lambda known: known.flows.bought.size + 1)


def book(first: date, end: date, turn: date) -> Book:
    """All dealers, and whoever reports stock or sell-through, over the months of [first, end).

    Both days are firsts of months; from `turn` on shipments stand for the order lines that were shipped.
    Kept in memory while facts, dealers and product lines stay: the ownership has no part in it.
    """
    kinds = (ORDER_LINE_KIND, SHIPMENT, SELL_THROUGH, STOCK_COUNT)
    batches = Batch.objects.filter(kind__in=kinds).order_by("pk")
    dealers = (
        Customer.objects.filter(kind=CustomerKind.DEALER).order_by("code").values_list("code", flat=True)
    )
    lines = Product.objects.order_by("code").values_list("code", "line__code")
    known = (list(batches.values_list("content_sha256", "is_reversed")), list(dealers), list(lines))
    return _KEPT.get(repr((known, first, end, turn)).encode(), lambda: _read(first, end, turn))


def _read(first: date, end: date, turn: date) -> Book:
    months = [first]
    while next_month(months[-1]) < end:
        months.append(next_month(months[-1]))
    days = (first, end)
    slack = timedelta(SLACK)
    sold = rows_of(_own(SELL_THROUGH), days)
    counted = rows_of(_own(STOCK_COUNT), (first - slack, end + slack))
    codes = set(Customer.objects.filter(kind=CustomerKind.DEALER).values_list("code", flat=True))
    codes |= {
        code for table in (sold, counted) for code in pc.unique(table["customer_code"]).to_pylist() if code
    }
    grid = _Grid(sorted(codes), months)
    bought, paid = grid.empty(), grid.empty()
    for table in delivered(days, turn):
        grid.add(table, table["quantity_milli"], bought)
        grid.add(table, table["amount_fen"], paid)
    through, stock = grid.empty(), grid.empty()
    is_reported = grid.add(sold, sold["quantity_milli"], through)
    nearest = grid.at_month_ends(counted)
    is_counted = grid.add(nearest, nearest["quantity_milli"], stock)
    lengths = np.array([(next_month(month) - month).days for month in months])
    return Book(
        tuple(grid.codes),
        tuple(months),
        Flows(lengths, bought, paid, through, stock, is_reported, is_counted),
    )


def delivered(days: Days, turn: date, columns: Sequence[str] = READ) -> Iterator[pa.Table]:
    """The rows of the delivery basis within the days."""
    yield rows_of(DELIVERED, (days[0], min(days[1], turn)), columns)
    yield rows_of(_own(SHIPMENT), (max(days[0], turn), days[1]), columns)


def _own(kind: str) -> Tally:
    """The rows of a kind by its own day, a level among them."""
    known = KINDS[kind]
    return Tally(kind, kind, known.dated_by, known.amount, known.quantity)


def rows_of(source: Tally, days: Days, columns: Sequence[str] = READ) -> pa.Table:
    """Some columns of the standing rows that are dated within the days."""
    batches = standing((source.kind,)).order_by("pk")
    if source.kind != ORDER_LINE_KIND:
        batches = batches.filter(last_on__gte=days[0])
    parts = []
    for batch in batches.filter(first_on__lt=days[1]) if days[0] < days[1] else ():
        lines = source.counted(source.columns(batch, columns), batch.sign)
        day = lines["ordered_on"]
        found = lines.filter(pc.and_(pc.greater_equal(day, days[0]), pc.less(day, days[1])))
        parts.append(found.cast(_schema(columns)))
    return pa.concat_tables([_schema(columns).empty_table(), *parts])


def _schema(columns: Sequence[str]) -> pa.Schema:
    types = {"ordered_on": pa.date32(), "quantity_milli": pa.int64(), "amount_fen": pa.int64()}
    return pa.schema([pa.field(name, types.get(name, pa.string())) for name in columns])


def owned(lines: pa.Table) -> list[str]:
    """The territory that answers for each line (`ATTRIBUTED`) on its day, "" where nobody does."""
    found = attribution.attribute_lines(lines, bases.ownership_in_force())["territory_code"].to_pylist()
    return [code or "" for code in found]


class _Grid:
    """Sums rows into (dealer, product line, month)."""

    def __init__(self, codes: list[str], months: list[date]) -> None:
        self.codes, self.months = codes, months
        self.starts = np.array(months, "datetime64[D]")
        line_of = dict(Product.objects.values_list("code", "line__code"))
        self.lines = ["", *sorted(set(line_of.values()))]
        self._products = pa.array(list(line_of), pa.string())
        place = {line: spot for spot, line in enumerate(self.lines)}
        self._line_of = np.array([place[line] for line in line_of.values()] + [0])

    def empty(self) -> Int64:
        return np.zeros((len(self.codes), len(self.lines), len(self.months)), np.int64)

    def add(self, table: pa.Table, values: pa.ChunkedArray, into: Int64) -> NDArray[np.bool_]:
        """Add up a column; which (dealer, month) had any row."""
        dealer = _spots(table["customer_code"], self.codes)
        line = self._line_of[_spots(table["product_code"], self._products)]
        month = np.searchsorted(self.starts, table["ordered_on"].to_numpy(), side="right") - 1
        keep = (dealer >= 0) & (month >= 0)
        np.add.at(into, (dealer[keep], line[keep], month[keep]), values.to_numpy()[keep])
        is_any = np.zeros((len(self.codes), len(self.months)), bool)
        is_any[dealer[keep], month[keep]] = True
        return is_any

    def at_month_ends(self, counted: pa.Table) -> pa.Table:
        """The counts of the day nearest to a month end, dealer by dealer, dated that end; the earlier of two as near."""
        days = counted["ordered_on"].to_numpy().astype("datetime64[D]")
        month = (days - np.timedelta64(SLACK, "D")).astype("datetime64[M]")
        ends = (month + 1).astype("datetime64[D]") - 1
        away = (days - ends).astype(np.int64)
        distance = 2 * np.abs(away) + (away > 0)
        dealer = _spots(counted["customer_code"], self.codes)
        at = np.searchsorted(self.starts, ends, side="right") - 1
        keep = (np.abs(away) <= SLACK) & (dealer >= 0) & (ends >= self.starts[0]) & (at < len(self.starts))
        best = np.full((len(self.codes), len(self.months)), np.iinfo(np.int64).max)
        np.minimum.at(best, (dealer[keep], at[keep]), distance[keep])
        keep[keep] = distance[keep] == best[dealer[keep], at[keep]]
        dated = counted.set_column(0, "ordered_on", pa.array(ends, pa.date32()))
        return dated.filter(pa.array(keep))


def _spots(codes: pa.ChunkedArray, known: Sequence[str] | pa.Array) -> Int64:
    """Where each code stands among the known ones, -1 for none."""
    among = known if isinstance(known, pa.Array) else pa.array(known, pa.string())
    found: Int64 = pc.fill_null(pc.index_in(codes, among), -1).to_numpy().astype(np.int64)
    return found
