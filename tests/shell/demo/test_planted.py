"""What is planted in the demo company is found by the rules of true attainment, and no honest area is flagged."""

from collections import defaultdict
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from quyu.analytics.sightings import Sighting, disorders, diversions
from quyu.analytics.stuffing import Flows, Judgement, is_stuffed_area, judge_lately
from quyu.shell.demo import company
from quyu.shell.demo.ledger import Dealings, Ledger, ledger, months_before
from tests.shell.demo.test_company import TODAY, generate
from tests.shell.demo.test_ledger import answering

pytestmark = pytest.mark.capability("CHN10", "B8")
READ = 18
MILLI = 1_000


class Planted:
    """The company as its files tell it: dealers in rows, product lines, the last whole months."""

    def __init__(self) -> None:
        self.market, self.lines = generate()
        self.ledger: Ledger = ledger(self.market, self.lines, TODAY, np.random.default_rng(7), answering)
        self.codes = Dealings(self.market, self.lines, TODAY, np.random.default_rng(7)).codes
        self.months = [months_before(TODAY, count) for count in range(READ, -1, -1)]
        self.row = {code: number for number, code in enumerate(self.codes)}
        self.line = {line.code: number for number, line in enumerate(company.LINES)}

    def flows(self) -> Flows:
        bought, paid, sold, stock = (
            np.zeros((len(self.codes), len(self.line), READ), np.int64) for _ in range(4)
        )
        orders = self.lines.select(
            ["shipped_on", "customer_code", "product_code", "quantity_milli", "amount_fen"]
        )
        self._add(orders, bought, paid)
        is_reported = self._add(self._file("sell-through", "销售日期", "销售数量"), sold)
        is_counted = self._add(self._file("stock", "盘点日期", "库存数量"), stock)
        days = [(end - start).days for start, end in zip(self.months[:-1], self.months[1:], strict=True)]
        return Flows(np.array(days), bought, paid, sold, stock, is_reported, is_counted)

    def _file(self, command: str, day: str, count: str) -> pa.Table:
        table = self.ledger.files[command].select([day, "客户编码", "产品编码", count])
        return table.set_column(
            3, count, pa.array([int(value) * MILLI for value in table[count].to_pylist()])
        )

    def _add(self, table: pa.Table, *into: np.ndarray) -> np.ndarray:
        """Columns are day, customer, product, then one number for each array."""
        is_any = np.zeros((len(self.codes), READ), bool)
        columns = [column.to_pylist() for column in table.columns]
        for day, code, product, *numbers in zip(*columns, strict=True):
            row = self.row.get(code)
            if row is None or day is None or not self.months[0] <= day < self.months[-1]:
                continue
            month = (day.year - self.months[0].year) * 12 + day.month - self.months[0].month
            is_any[row, month] = True
            for cells, number in zip(into, numbers, strict=True):
                cells[row, self.line[product.split("-")[0]], month] += number
        return is_any


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


@pytest.fixture(scope="module")
def judged(planted: Planted) -> Judgement:
    return judge_lately(planted.flows(), READ - 1)


def test_stuffed_dealers_are_found_and_few_others(planted: Planted, judged: Judgement) -> None:
    case = planted.ledger.planted["stuffing"]
    assert isinstance(case, dict)
    is_planted = np.isin(planted.codes, case["dealers"])
    known = judged.is_judged

    assert known.sum() > 0.75 * len(planted.codes)
    assert judged.is_stuffed[is_planted & known].mean() > 0.8
    assert judged.is_stuffed[~is_planted & known].mean() < 0.03


@pytest.mark.parametrize("level", ["area", "province"])
def test_every_stuffed_area_is_flagged_and_no_honest_one(
    planted: Planted, judged: Judgement, level: str
) -> None:
    counties = dict(zip(planted.market.codes, planted.market.counties, strict=True))
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    stuffed_areas = set()
    for row, code in enumerate(planted.codes):
        place = getattr(counties[code], level)
        if counties[code].area == company.STUFFING_AREA:
            stuffed_areas.add(place)
        if judged.is_judged[row]:
            bought, is_stuffed = int(judged.sell_in[row]), bool(judged.is_stuffed[row])
            for spot, value in enumerate((is_stuffed, bought * is_stuffed, bought)):
                sums[place][spot] += value

    assert len(stuffed_areas) == (1 if level == "area" else 3)
    assert {place for place, values in sums.items() if is_stuffed_area(*values)} == stuffed_areas


def test_diverted_goods_and_price_disorder_are_found_and_nothing_else(planted: Planted) -> None:
    provinces = {
        code: county.province
        for code, county in zip(planted.market.codes, planted.market.counties, strict=True)
    }
    seen = [
        Sighting(
            row["巡价日期"] if isinstance(row["巡价日期"], date) else date.min, row["货源客户编码"], row["产品编码"],
            row["省"], row["省"], round(row["实际价格"] * 100), round(row["指导价"] * 100),
        )
        for row in planted.ledger.files["prices"].to_pylist()
    ]  # fmt: skip
    home = {code: frozenset({province}) for code, province in provinces.items()}
    case, price = planted.ledger.planted["diversion"], planted.ledger.planted["price_disorder"]
    assert isinstance(case, dict)
    assert isinstance(price, dict)

    away, low = diversions(seen, home), disorders(seen, home)

    assert {one.subject for one in away} == set(case["from"])
    assert all(one.area.startswith(case["to_province"]) and one.count == 18 for one in away)
    assert [(one.subject, one.count) for one in low] == [(price["product"], 40)]
    assert low[0].area.startswith(price["province"])
