"""What the demo company knows beside its orders: receipts, shipments, sell-through, stock, visits, expenses, prices.

All of it follows from the order lines, so that the figures agree: what a dealer had, plus what was shipped to
him, less what he sold on, is what he counts. Three cases are planted, and written to `planted.json`: dealers of
one area are stuffed before quarter ends (their stock grows, sell-through does not), goods of one province are
seen in the next one, and one product is sold below its guide price in one province.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.apps.customers.choices import CustomerKind
from quyu.shell.demo import company
from quyu.shell.demo.market import Market

SHIPPED_MONTHS, DEALER_MONTHS, COUNTED = 4, 7, 3
STOCK_MONTHS = 1.2
"""What a dealer has when the story begins, in months of his purchases."""
HONEST_RATE, STUFFED_RATE = (0.93, 1.04), (0.62, 0.72)
"""What dealers sell on of what they bought over the last three months."""
DIVERTED_FROM, DIVERTED_TO = "山东", "河北"
DISORDER_IN, DISORDER_PRODUCT = "广东", "TEA-03"
PRICES, VISITS_A_WEEK, WEEKS = 2_400, 1_500, 13
GUIDE = 1.25
Rows = dict[str, list[object]]
Cells = NDArray[np.float64]
Answering = Callable[[Sequence[str], date], Sequence[str | None]]
"""Customers by code on a day -> the number of who answers for each."""


@dataclass(frozen=True)
class Ledger:
    """One table of file columns for each kind, by its word on the command line; and what was planted."""

    files: dict[str, pa.Table]
    planted: dict[str, object]


def months_before(day: date, count: int) -> date:
    """The first of the month so many months earlier."""
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def ledger(
    market: Market, lines: pa.Table, today: date, rng: np.random.Generator, answering: Answering
) -> Ledger:
    """Everything up to yesterday; `answering` tells whose each customer is on a day."""
    dealings = Dealings(market, lines, today, rng)
    prices, planted = _prices(market, today, rng)
    files = {
        "shipments": _shipments(lines, today),
        "receipts": _receipts(market, lines, today, rng),
        "sell-through": dealings.sold_on(),
        "stock": dealings.counted(),
        "visits": _visits(market, today, rng, answering),
        "expenses": _expenses(dealings, rng),
        "prices": prices,
    }
    return Ledger(
        files, {"stuffing": {"area": company.STUFFING_AREA, "dealers": dealings.stuffed()}, **planted}
    )


def _shipments(lines: pa.Table, today: date) -> pa.Table:
    """The lines of the last months as the warehouse recorded them; before, orders say when they were shipped."""
    first = months_before(today, SHIPPED_MONTHS)
    day = lines["shipped_on"]
    found = lines.filter(pc.and_(pc.greater_equal(day, first), pc.less(day, today)))
    number = pc.binary_join_element_wise("F", found["order_no"], "")
    return pa.table(
        {
            "发货单号": number,
            "行号": found["line_no"],
            "发货日期": found["shipped_on"],
            "客户编码": found["customer_code"],
            "产品编码": found["product_code"],
            "渠道": found["channel_code"],
            "数量": pc.divide(found["quantity_milli"], 1000),
            "发货金额": _yuan(found["amount_fen"]),
            "对应订单号": found["order_no"],
        }
    )


def _receipts(market: Market, lines: pa.Table, today: date, rng: np.random.Generator) -> pa.Table:
    """A customer pays a month's orders at once: dealers within days, supermarkets after two months, some late.

    Of what was ordered before last year nothing is left to pay.
    """
    month = pc.cast(pc.floor_temporal(lines["ordered_on"], unit="month"), pa.date32())
    sums = (
        pa.table({"customer": lines["customer_code"], "month": month, "fen": lines["amount_fen"]})
        .group_by(["customer", "month"])
        .aggregate([("fen", "sum")])
        .sort_by([("month", "ascending"), ("customer", "ascending")])
    )
    channel = dict(zip(market.codes, market.channels, strict=True))
    waits = {"DIST": 12, "KA": 62, "CATER": 33, "ECOM": 21}
    codes = sums["customer"].to_pylist()
    wait = np.array([waits[channel[code]] for code in codes])
    late = np.where(
        rng.random(len(codes)) < 0.06, rng.integers(20, 75, len(codes)), rng.integers(-6, 9, len(codes))
    )
    days = np.asarray(sums["month"].to_numpy(), "datetime64[D]") + np.maximum(wait + late, 1) + 18
    fen = np.asarray(sums["fen_sum"].to_numpy(), np.int64)
    is_whole = rng.random(len(codes)) < 0.9
    is_whole |= np.asarray(sums["month"].to_numpy(), "datetime64[D]") < np.datetime64(
        date(today.year - 1, 1, 1)
    )
    paid = np.rint(fen * np.where(is_whole, 1.0, rng.uniform(0.75, 0.97, len(codes))))
    kept = (days < np.datetime64(today)) & (paid > 0)
    method = np.array(["电汇", "承兑", "转账"])[rng.choice(3, len(codes), p=[0.7, 0.2, 0.1])]
    table = pa.table(
        {
            "收款单号": pa.array([f"HK{n:07d}" for n in range(1, len(codes) + 1)]),
            "到账日期": pa.array(days),
            "客户编码": sums["customer"],
            "回款金额": pa.array(paid / 100.0),
            "收款方式": pa.array(method),
        }
    )
    return table.filter(pa.array(kept))


class Dealings:
    """What each dealer bought, sold on and has, by month and product line, in cases and fen."""

    def __init__(self, market: Market, lines: pa.Table, today: date, rng: np.random.Generator) -> None:
        self.months = [months_before(today, count) for count in range(DEALER_MONTHS, -1, -1)]
        self.rng = rng
        self.dealers = [i for i, kind in enumerate(market.kinds) if kind == CustomerKind.DEALER]
        self.codes = [market.codes[i] for i in self.dealers]
        self.is_stuffed = np.array([market.counties[i].area == company.STUFFING_AREA for i in self.dealers])
        self.closed = [market.closed_on[i] or today for i in self.dealers]
        self.bought, self.price = self._bought(lines)
        self.sold, self.stock = self._sold()

    def _bought(self, lines: pa.Table) -> tuple[Cells, Cells]:
        """(dealer, line, month) cases shipped, and the mean price of a case in fen."""
        day = lines["shipped_on"]
        lines = lines.filter(pc.and_(pc.greater_equal(day, self.months[0]), pc.less(day, self.months[-1])))
        lines = lines.filter(pc.is_in(lines["customer_code"], pa.array(self.codes)))
        starts = np.array(self.months, "datetime64[D]")
        month = np.searchsorted(starts, lines["shipped_on"].to_numpy(), side="right") - 1
        dealer = pc.index_in(lines["customer_code"], pa.array(self.codes)).to_numpy()
        names = [line.code for line in company.LINES]
        prefix = pc.list_element(pc.split_pattern(lines["product_code"], "-"), 0)
        line = pc.index_in(prefix, pa.array(names)).to_numpy()
        shape = (len(self.codes), len(names), len(self.months) - 1)
        cases, fen = np.zeros(shape), np.zeros(shape)
        np.add.at(cases, (dealer, line, month), lines["quantity_milli"].to_numpy() / 1000)
        np.add.at(fen, (dealer, line, month), lines["amount_fen"].to_numpy())
        whole, worth = cases.sum(axis=2), fen.sum(axis=2)
        price = np.divide(worth, whole, out=np.zeros_like(whole), where=whole > 0)
        return np.maximum(cases, 0), np.maximum(price, 0)

    def _sold(self) -> tuple[Cells, Cells]:
        """What was sold on of what was bought lately, and the stock that is left at the end of each month."""
        cases = self.bought
        rate = np.where(
            self.is_stuffed,
            self.rng.uniform(*STUFFED_RATE, len(self.codes)),
            self.rng.uniform(*HONEST_RATE, len(self.codes)),
        )
        stock = cases.mean(axis=2) * STOCK_MONTHS
        sold, left = np.zeros_like(cases), np.zeros_like(cases)
        for month in range(cases.shape[2]):
            lately = cases[:, :, max(month - 2, 0) : month + 1].mean(axis=2)
            sold[:, :, month] = np.rint(np.minimum(lately * rate[:, None], stock + cases[:, :, month]))
            stock = np.maximum(stock + cases[:, :, month] - sold[:, :, month], 0)
            left[:, :, month] = np.rint(stock)
        return sold, left

    def stuffed(self) -> list[str]:
        """The dealers whose stock grew against what they sell on."""
        return [code for code, is_stuffed in zip(self.codes, self.is_stuffed, strict=True) if is_stuffed]

    def sold_on(self) -> pa.Table:
        """Month by month as dealers report it, on the last day."""
        return self._table(
            self.sold, range(self.sold.shape[2]), ("销售日期", "销售数量", "动销金额"), keep_nothing=False
        )

    def counted(self) -> pa.Table:
        """The counts of the last months."""
        last = self.stock.shape[2]
        return self._table(
            self.stock, range(last - COUNTED, last), ("盘点日期", "库存数量", "库存金额"), keep_nothing=True
        )

    def _table(
        self, cells: Cells, months: Sequence[int], names: tuple[str, str, str], *, keep_nothing: bool
    ) -> pa.Table:
        rows: Rows = {name: [] for name in (names[0], "客户编码", "产品编码", *names[1:])}
        for month in months:
            day = self.months[month + 1] - timedelta(1)
            for dealer, line in zip(*np.nonzero(self.bought.sum(axis=2)), strict=True):
                count = int(cells[dealer, line, month])
                if self.closed[dealer] <= day or (not count and not keep_nothing):
                    continue
                fen = round(count * self.price[dealer, line])
                values = (day, self.codes[dealer], f"{company.LINES[line].code}-01", count, fen / 100)
                for name, value in zip(rows, values, strict=True):
                    rows[name].append(value)
        return pa.table(rows)


def _visits(market: Market, today: date, rng: np.random.Generator, answering: Answering) -> pa.Table:
    """Visits on working days of the last quarter, more to large customers, by who answers for them that day."""
    count = VISITS_A_WEEK * WEEKS
    chance = np.minimum(market.size, 6.0)
    who = rng.choice(len(market.codes), count, p=chance / chance.sum())
    back = rng.integers(1, WEEKS * 7, count)
    days = np.datetime64(today) - back
    is_workday = np.is_busday(days)
    seen = sorted(
        {(str(day), int(one)) for day, one, works in zip(days, who, is_workday, strict=True) if works}
    )
    open_ = [row for row in seen if _is_open(market, row[1], date.fromisoformat(row[0]))]
    return pa.table(
        {
            "拜访日期": pa.array([date.fromisoformat(day) for day, _one in open_]),
            "客户编码": pa.array([market.codes[one] for _day, one in open_]),
            "业务员": pa.array(_callers(market, open_, answering), pa.string()),
            "拜访时长": pa.array(rng.integers(12, 75, len(open_))),
            "拜访结果": pa.array(
                np.array(["补货", "陈列整改", "新品推介", "对账", "无订单"])[rng.integers(0, 5, len(open_))]
            ),
        }
    )


def _callers(market: Market, visits: Sequence[tuple[str, int]], answering: Answering) -> list[str | None]:
    """Who made each visit, day by day; nobody where the seat was vacant."""
    found: list[str | None] = []
    for day, calls in groupby(visits, key=lambda visit: visit[0]):
        codes = [market.codes[one] for _day, one in calls]
        found += answering(codes, date.fromisoformat(day))
    return found


def _is_open(market: Market, one: int, day: date) -> bool:
    closed = market.closed_on[one]
    return market.opened_on[one] <= day and (closed is None or day < closed)


def _expenses(dealings: Dealings, rng: np.random.Generator) -> pa.Table:
    """Display and promotion money of each quarter, about three per cent of what a dealer bought."""
    rows: Rows = {name: [] for name in ("费用单号", "费用日期", "客户编码", "费用类型", "费用金额")}
    worth = (dealings.bought * dealings.price[:, :, None]).sum(axis=1)
    for month in range(0, worth.shape[1], 3):
        day = dealings.months[month + 1] - timedelta(1)
        spent = worth[:, month : month + 3].sum(axis=1) * rng.uniform(0.01, 0.05, len(dealings.codes))
        for dealer in np.flatnonzero(spent > 10_000):
            if dealings.closed[dealer] <= day:
                continue
            number = f"FY{len(rows['费用单号']) + 1:05d}"
            kind = ("陈列费", "促销费", "进场费", "广宣费")[int(rng.integers(0, 4))]
            values = (number, day, dealings.codes[dealer], kind, round(float(spent[dealer])) / 100)
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
    return pa.table(rows)


def _prices(market: Market, today: date, rng: np.random.Generator) -> tuple[pa.Table, dict[str, object]]:
    """Prices seen in outlets with the dealer the code on the case names; two cases are planted."""
    dealers = [
        i
        for i, kind in enumerate(market.kinds)
        if kind == CustomerKind.DEALER and market.closed_on[i] is None
    ]
    products = [
        (f"{line.code}-{n + 1:02d}", price)
        for line in company.LINES
        for n, (_, price) in enumerate(line.products)
    ]
    places = {
        province: [i for i in dealers if market.counties[i].province.startswith(province)]
        for province in (DIVERTED_FROM, DIVERTED_TO, DISORDER_IN)
    }
    rows: Rows = {
        name: []
        for name in ("巡价日期", "货源客户编码", "产品编码", "省", "区县", "终端", "实际价格", "指导价")
    }

    outlets = 0

    def enter(place: int) -> str:
        """An outlet that nobody looked into yet."""
        nonlocal outlets
        outlets += 1
        word = company.OUTLET_WORDS[outlets % len(company.OUTLET_WORDS)]
        return f"{market.counties[place].name}{word}{outlets}"

    def see(
        source: int, place: int, outlet: str, product: tuple[str, int], low: float, high: float, back: int
    ) -> None:
        county = market.counties[place]
        guide = round(product[1] * GUIDE)
        seen = round(guide * rng.uniform(low, high))
        values = (
            today - timedelta(back),
            market.codes[source],
            product[0],
            county.province,
            county.name,
            outlet,
            seen / 100,
            guide / 100,
        )
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)

    while len(rows["终端"]) < PRICES:
        one, back = dealers[int(rng.integers(len(dealers)))], int(rng.integers(1, 90))
        outlet = enter(one)
        stocked = rng.choice(len(products), int(rng.integers(3, len(products))), replace=False)
        for number in stocked[: PRICES - len(rows["终端"])]:
            see(one, one, outlet, products[int(number)], 0.97, 1.03, back)
    diverting = places[DIVERTED_FROM][:2]
    for number in range(36):
        target = places[DIVERTED_TO][number % max(len(places[DIVERTED_TO]), 1)]
        see(
            diverting[number % 2],
            target,
            enter(target),
            products[int(rng.integers(len(products)))],
            0.86,
            0.92,
            int(rng.integers(1, 60)),
        )
    disorder = next(product for product in products if product[0] == DISORDER_PRODUCT)
    for number in range(40):
        one = places[DISORDER_IN][number % len(places[DISORDER_IN])]
        see(one, one, enter(one), disorder, 0.72, 0.82, int(rng.integers(1, 30)))
    planted: dict[str, object] = {
        "diversion": {
            "from": [market.codes[i] for i in diverting],
            "from_province": DIVERTED_FROM,
            "to_province": DIVERTED_TO,
        },
        "price_disorder": {"province": DISORDER_IN, "product": DISORDER_PRODUCT},
    }
    return pa.table(rows), planted


def _yuan(fen: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.divide(fen.cast(pa.float64()), 100.0)
