"""Three years of order lines of the demo company, with the patterns a planner meets.

Trend by area, season by product line, working days, a Spring Festival that moves, new and lost
customers, returns, one area that stuffs its dealers at quarter end and takes part of it back, and
one that falls behind this year. Everything follows from the seed and the date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.kernel.workdays import WorkCalendar
from quyu.platform.facts.schema import ORDER_LINE, ORDER_LINE_KIND, conform
from quyu.shell.demo import company
from quyu.shell.demo.market import Market

TARGET_LINES = 300_000
LINES_PER_ORDER = 2.4
RETURN_RATE = 0.012
STUFFED_RETURN_RATE = 0.05
_CHANNEL_PRICE = {"DIST": 0.82, "KA": 0.93, "CATER": 0.90, "ECOM": 0.88}
_CHANNEL_MIX = {
    "DIST": (1.3, 1.1, 0.9, 0.9, 1.1, 1.0),
    "KA": (0.9, 1.1, 1.2, 1.4, 0.9, 0.8),
    "CATER": (1.2, 1.0, 0.8, 0.2, 0.3, 2.2),
    "ECOM": (0.4, 0.9, 0.9, 2.2, 1.3, 0.7),
}

Days = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """The days of the history and what they have in common for everybody."""

    first_day: date
    today: date
    work_calendar: WorkCalendar
    festivals: tuple[date, ...]

    @property
    def length(self) -> int:
        return (self.today - self.first_day).days

    def days(self) -> list[date]:
        return [self.first_day + timedelta(n) for n in range(self.length)]


def order_lines(market: Market, history: History, rng: np.random.Generator) -> pa.Table:
    """The order lines in the schema of facts, sorted by date and order number."""
    customer, day = _orders(market, history, rng)
    counts = np.minimum(1 + rng.poisson(LINES_PER_ORDER - 1, customer.size), 9)
    order = np.repeat(np.arange(customer.size), counts)
    line_no = np.arange(order.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    buyer, when = customer[order], day[order]
    product, list_price = _products(buyer, when, market, history, rng)
    channel = np.array(market.channels)[buyer]
    price = np.rint(list_price * np.vectorize(_CHANNEL_PRICE.__getitem__)(channel) / 10).astype(np.int64) * 10
    cases = _cases(buyer, when, market, history, rng)
    lines = {
        "order": order,
        "line": line_no,
        "buyer": buyer,
        "day": when,
        "product": product,
        "cases": cases,
        "price": price,
    }
    returned = _returns(lines, market, history, rng)
    both = {name: np.concatenate([lines[name], returned[name]]) for name in lines}
    return _table(both, market, history, lines["order"].max() + 1)


def _intensity(area: str, history: History) -> NDArray[np.float64]:
    """Relative demand of each day in one area."""
    growth = company.GROWTH_BY_AREA[area]
    values = np.empty(history.length)
    for index, day in enumerate(history.days()):
        years = index / 365.25
        value = (1 + growth) ** years * (1.0 if history.work_calendar.is_working(day) else 0.12)
        value *= _festival(day, history.festivals)
        if area == company.UNDERSELLING_AREA and day.year == history.today.year:
            value *= 0.86 - 0.012 * day.month
        if area == company.STUFFING_AREA:
            value *= _stuffing(day)
        values[index] = value
    return values


def _festival(day: date, festivals: Sequence[date]) -> float:
    """Stocking up in the four weeks before the Spring Festival, closed doors for two weeks from its eve."""
    for festival in festivals:
        distance = (day - festival).days
        if -32 <= distance < -3:
            return 1.55
        if -3 <= distance < 12:
            return 0.22
        if 12 <= distance < 26:
            return 0.8
    return 1.0


def _stuffing(day: date) -> float:
    """Quarter ends pulled forward: the last nine days are crowded, the next fortnight is empty."""
    if day.month % 3 == 0 and (day + timedelta(9)).month % 3 == 1:
        return 2.6
    return 0.45 if day.month % 3 == 1 and day.day <= 15 else 1.0


def _orders(market: Market, history: History, rng: np.random.Generator) -> tuple[Days, Days]:
    """(customer index, day index) of each order."""
    cumulative = {
        area.code: np.concatenate([[0.0], np.cumsum(_intensity(area.code, history))])
        for area in company.AREAS
    }
    start = np.array([max((day - history.first_day).days, 0) for day in market.opened_on])
    end = np.array(
        [min(((day or history.today) - history.first_day).days, history.length) for day in market.closed_on]
    )
    curves = [cumulative[county.area] for county in market.counties]
    low = np.array([curve[a] for curve, a in zip(curves, start, strict=True)])
    high = np.array([curve[max(a, b)] for curve, a, b in zip(curves, start, end, strict=True)])
    rate = np.minimum(market.size, 6.0) ** 0.6 * (high - low)
    rate *= TARGET_LINES * (1 - RETURN_RATE) / LINES_PER_ORDER / rate.sum()
    counts = rng.poisson(rate)
    customer = np.repeat(np.arange(counts.size), counts)
    point = low[customer] + rng.random(customer.size) * (high - low)[customer]
    day = np.empty(customer.size, np.int64)
    areas = np.array([county.area for county in market.counties])[customer]
    for code, curve in cumulative.items():
        rows = areas == code
        day[rows] = np.clip(np.searchsorted(curve, point[rows], side="right") - 1, 0, history.length - 1)
    order = np.lexsort((customer, day))
    return customer[order], day[order]


def _products(
    buyer: Days, when: Days, market: Market, history: History, rng: np.random.Generator
) -> tuple[Days, Days]:
    """(product index, list price in fen) of each line, by season, channel and growth of the line."""
    days = history.days()
    month_index = np.array([day.year * 12 + day.month - 1 for day in days])[when]
    channels = np.array([[code for code, _ in company.CHANNELS].index(c) for c in market.channels])[buyer]
    prices = np.array([price for line in company.LINES for _, price in line.products])
    offsets = np.cumsum([0, *(len(line.products) for line in company.LINES)])
    within = np.concatenate([_popularity(len(line.products)) for line in company.LINES])
    product = np.empty(buyer.size, np.int64)
    for month in np.unique(month_index).tolist():
        for channel, (code, _) in enumerate(company.CHANNELS):
            rows = np.flatnonzero((month_index == month) & (channels == channel))
            years = (month - month_index[0]) / 12
            shares = np.array(
                [
                    line.season[month % 12] / 100 * (1 + line.growth) ** years * mix
                    for line, mix in zip(company.LINES, _CHANNEL_MIX[code], strict=True)
                ]
            )
            chances = np.repeat(shares, np.diff(offsets)) * within
            product[rows] = rng.choice(prices.size, size=rows.size, p=chances / chances.sum())
    return product, prices[product]


def _popularity(count: int) -> NDArray[np.float64]:
    weights = np.arange(1, count + 1, dtype=np.float64) ** -0.7
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _cases(buyer: Days, when: Days, market: Market, history: History, rng: np.random.Generator) -> Days:
    """Cases in each line: larger customers order more; stuffed quarter ends order more still."""
    mean = 26 * np.minimum(market.size, 12.0)[buyer] ** 0.75
    stuffed = _in_stuffed_days(history)[when] & _of_area(market, company.STUFFING_AREA)[buyer]
    cases = rng.lognormal(np.log(mean), 0.55) * np.where(stuffed, 1.5, 1.0)
    result: Days = np.maximum(np.rint(cases), 1).astype(np.int64)
    return result


def _in_stuffed_days(history: History) -> NDArray[np.bool_]:
    return np.array([_stuffing(day) > 1 for day in history.days()])


def _of_area(market: Market, area: str) -> NDArray[np.bool_]:
    return np.array([county.area == area for county in market.counties])


def _returns(
    lines: dict[str, Days], market: Market, history: History, rng: np.random.Generator
) -> dict[str, Days]:
    """Some lines come back two to six weeks later in part; what was stuffed comes back more often."""
    stuffed = (
        _in_stuffed_days(history)[lines["day"]] & _of_area(market, company.STUFFING_AREA)[lines["buyer"]]
    )
    chance = np.where(stuffed, STUFFED_RETURN_RATE, RETURN_RATE)
    later = lines["day"] + rng.integers(14, 43, lines["day"].size)
    rows = np.flatnonzero((rng.random(later.size) < chance) & (later < history.length))
    returned = {name: values[rows] for name, values in lines.items()}
    returned["day"] = later[rows]
    share = rng.uniform(0.2, 1.0, rows.size)
    returned["cases"] = -np.maximum(np.rint(returned["cases"] * share), 1).astype(np.int64)
    returned["order"] = lines["order"].max() + 1 + np.arange(rows.size)
    returned["line"] = np.ones(rows.size, np.int64)
    return returned


def _table(lines: dict[str, Days], market: Market, history: History, first_return: int) -> pa.Table:
    order = np.lexsort((lines["line"], lines["order"], lines["day"]))
    lines = {name: values[order] for name, values in lines.items()}
    days = history.days()
    products = [f"{line.code}-{n + 1:02d}" for line in company.LINES for n in range(len(line.products))]
    ordered_on = np.array(days, "datetime64[D]")[lines["day"]]
    numbers = [
        f"{'T' if number >= first_return else 'S'}{days[day]:%y%m}{number:06d}"
        for number, day in zip(lines["order"].tolist(), lines["day"].tolist(), strict=True)
    ]
    amount = lines["cases"] * lines["price"]
    cost = np.rint(amount * 0.71).astype(np.int64)
    columns = {
        "order_no": numbers,
        "line_no": lines["line"].astype(str).tolist(),
        "ordered_on": ordered_on,
        "shipped_on": ordered_on + np.timedelta64(2, "D"),
        "customer_code": _pick(market.codes, lines["buyer"]),
        "product_code": _pick(products, lines["product"]),
        "channel_code": _pick(market.channels, lines["buyer"]),
        "salesperson_code": [None] * amount.size,
        "region_name": _pick([county.province for county in market.counties], lines["buyer"]),
        "quantity_milli": lines["cases"] * 1_000,
        "amount_fen": amount,
        "profit_fen": amount - cost,
    }
    known = [field for field in ORDER_LINE if field.name in columns]
    return conform(
        pa.table({field.name: pa.array(columns[field.name], field.type) for field in known}), ORDER_LINE_KIND
    )


def _pick(words: Sequence[str], index: Days) -> list[str]:
    picked: list[str] = np.array(words, object)[index].tolist()
    return picked
