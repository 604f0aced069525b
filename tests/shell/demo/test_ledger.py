"""What the demo company knows beside its orders agrees with them, and holds the planted cases and no others."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quyu.shell.demo import company
from quyu.shell.demo.ledger import Dealings, Ledger, ledger
from quyu.shell.demo.market import Market
from tests.shell.demo.test_company import TODAY, generate

pytestmark = pytest.mark.capability("CHN10")
Made = tuple[Market, pa.Table, Ledger]


def answering(codes: Sequence[str], day: date) -> list[str | None]:
    """A stand-in: even customers have somebody, another one each month."""
    return [None if int(code[-1]) % 2 else f"E{day.month}" for code in codes]


@pytest.fixture(scope="module")
def made() -> Made:
    people, lines = generate()
    return people, lines, ledger(people, lines, TODAY, np.random.default_rng(7), answering)


def rates(people: Market, lines: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Sold on over bought of the stuffed dealers, and of the others."""
    dealings = Dealings(people, lines, TODAY, np.random.default_rng(7))
    bought, sold = dealings.bought.sum(axis=(1, 2)), dealings.sold.sum(axis=(1, 2))
    rate = sold[bought > 100] / bought[bought > 100]
    stuffed = dealings.is_stuffed[bought > 100]
    return rate[stuffed], rate[~stuffed]


def test_stuffed_dealers_sell_on_less_than_they_buy_and_the_others_do_not(made: Made) -> None:
    people, lines, found = made
    stuffed, honest = rates(people, lines)
    assert np.median(stuffed) < 0.8 < np.median(honest)
    areas = dict(zip(people.codes, (county.area for county in people.counties), strict=True))
    planted = found.planted["stuffing"]
    assert isinstance(planted, dict)
    assert {areas[code] for code in planted["dealers"]} == {company.STUFFING_AREA}


def test_stock_is_what_was_there_plus_bought_less_sold_on(made: Made) -> None:
    people, lines, _found = made
    dealings = Dealings(people, lines, TODAY, np.random.default_rng(7))
    moved = dealings.stock[:, :, :-1] + dealings.bought[:, :, 1:] - dealings.sold[:, :, 1:]
    assert np.abs(moved - dealings.stock[:, :, 1:]).max() <= 1
    assert dealings.stock.min() >= 0


def test_shipments_are_the_lines_of_the_last_months(made: Made) -> None:
    _people, lines, found = made
    shipments = found.files["shipments"]
    days = pc.min_max(shipments["发货日期"]).as_py()
    assert (days["min"].month, days["max"]) == (2, date(2026, 6, 14))
    shipped = lines.filter(
        pc.and_(pc.greater_equal(lines["shipped_on"], date(2026, 2, 1)), pc.less(lines["shipped_on"], TODAY))
    )
    assert round(pc.sum(shipments["发货金额"]).as_py() * 100) == pc.sum(shipped["amount_fen"]).as_py()


def test_money_comes_after_the_order_and_not_tomorrow(made: Made) -> None:
    _people, lines, found = made
    receipts = found.files["receipts"]
    days = pc.min_max(receipts["到账日期"]).as_py()
    assert 0 < (days["min"] - pc.min(lines["ordered_on"]).as_py()).days < 45
    assert days["max"] < TODAY
    assert pc.min(receipts["回款金额"]).as_py() > 0


def test_only_planted_prices_are_out_of_order(made: Made) -> None:
    _people, _lines, found = made
    prices = found.files["prices"].to_pylist()
    low = [row for row in prices if row["实际价格"] < 0.95 * row["指导价"]]
    planted = found.planted["diversion"]
    assert isinstance(planted, dict)
    diverted = [row for row in low if row["货源客户编码"] in planted["from"]]
    disorder = [row for row in low if row["产品编码"] == "TEA-03" and row["省"].startswith("广东")]
    assert len(diverted) == 36
    assert len(disorder) == 40
    assert len(low) == 76
    assert all(row["省"].startswith("河北") for row in diverted)


def test_the_same_chance_gives_the_same_ledger(made: Made) -> None:
    people, lines, found = made
    again = ledger(people, lines, TODAY, np.random.default_rng(7), answering)
    assert again.planted == found.planted
    assert all(again.files[name].equals(table) for name, table in found.files.items())


def test_a_visit_names_who_answered_for_the_customer_that_day(made: Made) -> None:
    visits = made[2].files["visits"].to_pylist()

    assert {visit["业务员"] for visit in visits} > {None}
    for visit in visits:
        assert answering([visit["客户编码"]], visit["拜访日期"]) == [visit["业务员"]]
