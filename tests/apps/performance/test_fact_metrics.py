"""Metrics of receipts, visits and expenses: per node, within reach, on the page, and gone when they are taken back."""

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors.attain import Asked, NotForProducts, attain
from quyu.apps.performance.selectors.by_basis import basis
from quyu.apps.performance.selectors.cuts import cut
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.apps.targets.achieved import achieved
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import Trading
from tests.apps.performance.test_by_basis import NEXT_DAY, record, shipped
from tests.apps.performance.test_fact_kinds import imported
from tests.people import TODAY, client_of
from tests.platform.facts.lines import line

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON2", "ORD7")]
YEAR = date(2026, 1, 1), date(2027, 1, 1)
RECEIPTS = (
    "收款单号,到账日期,客户编码,回款金额\nHK1,2026-04-02,C1,1200.51\nHK2,2026-05-02,C2,99.99\n"
    "HK3,2026-05-03,C9,0.07\nHK4,2025-05-03,C1,5\n"
)
SHIPMENTS = "发货单号,发货日期,客户编码,产品编码,数量,发货金额\nF1,2026-04-12,C1,P1,3,300\n"
VISITS = "拜访日期,客户编码,业务员,拜访时长,拜访结果\n2026-04-02,C1,,35,补货\n2026-04-03,C1,,20,\n2026-04-02,C3,,5,\n"


@pytest.fixture
def axes(trading: Trading) -> Axes:
    return Axes.from_json(PlanVersion.objects.get(plan__year=2026).axes)


def test_receipts_and_visits_are_known_at_every_node(trading: Trading, axes: Axes, tmp_path: Path) -> None:
    imported("receipts", tmp_path / "a.csv", RECEIPTS)
    imported("visits", tmp_path / "v.csv", VISITS)
    sunan = "T:" + trading.company.sunan.code

    receipts, visits = achieved(axes, "receipts", *YEAR), achieved(axes, "visits", *YEAR)

    assert receipts is not None
    assert visits is not None
    assert (receipts["HQ"], receipts["JS"], receipts[sunan]) == (130_057, 130_050, 120_051)
    assert (visits["HQ"], visits["JS"], visits["GD"]) == (3, 2, 1)
    assert achieved(axes, "receipts", *YEAR, "TEA") == {}, "money is not paid for a product line"


def test_what_was_taken_back_does_not_count_and_alone_leaves_no_figure(
    trading: Trading, axes: Axes, tmp_path: Path
) -> None:
    imported("visits", tmp_path / "v.csv", VISITS)
    services.reverse(batch=Batch.objects.get(kind="visit"), reason="重复", actor=None, at=NEXT_DAY)

    assert achieved(axes, "visits", *YEAR) is None


def test_a_part_of_the_company_sees_its_own(trading: Trading, tmp_path: Path) -> None:
    imported("receipts", tmp_path / "a.csv", RECEIPTS)
    mine = Reach(is_everything=False, territory_codes=(trading.company.subei.code,))

    found = cut("receipts", "territory", "month", mine, directory(), days=YEAR)

    assert (found.whole, found.cells) == (9_999, {("苏北", "2026-05"): 9_999})


def test_what_was_delivered_is_what_the_board_says(trading: Trading, axes: Axes, tmp_path: Path) -> None:
    """Order lines by their day of shipping up to the month of the first shipment, shipments from it on."""
    record(
        shipped("D1", date(2025, 12, 30), date(2026, 1, 2), 3_000),
        shipped("D2", date(2026, 3, 30), date(2026, 4, 2), 5_000),
    )
    imported("shipments", tmp_path / "s.csv", SHIPMENTS)
    imported("receipts", tmp_path / "a.csv", "收款单号,到账日期,客户编码,回款金额\nHK1,2026-04-20,C1,165\n")
    source = basis("delivery", today=TODAY)
    span = span_of(CALENDAR.parse("2026"), today=TODAY, source=source)
    delivered = board(span, everything(), today=TODAY, source=source).standings["JS"].actual

    rate = achieved(axes, "collection_rate", *YEAR)

    assert delivered == 3_000 + 30_000
    assert rate is not None
    assert (rate["HQ"], rate["JS"]) == (5_000, 5_000)
    assert "GD" not in rate, "nothing was delivered there"


def test_a_rate_of_money_is_told_for_no_product(trading: Trading, tmp_path: Path) -> None:
    imported("receipts", tmp_path / "a.csv", RECEIPTS)
    with pytest.raises(NotForProducts, match="回款率"):
        attain(Asked("2026", ("product_line",), "collection_rate"), everything(), today=TODAY)
    asked = {"metric": "collection_rate", "row": "product", "column": "channel", "period": "2026"}

    page = client_of(trading.company.director).get(reverse("performance-analysis"), asked)

    assert page.status_code == 200
    assert 'value="product_line"' not in page.text


def test_the_page_offers_them_and_its_days_end_with_their_own(trading: Trading, tmp_path: Path) -> None:
    imported("receipts", tmp_path / "a.csv", RECEIPTS)
    asked = {"metric": "receipts", "row": "territory", "column": "month", "period": "2026"}

    text = client_of(trading.company.boss).get(reverse("performance-analysis"), asked).text
    none = client_of(trading.company.boss).get(
        reverse("performance-analysis"), asked | {"metric": "expenses"}
    )

    assert "2026-05-03" in text
    assert "0.12" in text
    assert "苏北" in text
    assert "粤东" not in text
    assert "这个期间没有数据" in none.text


def test_coverage_is_of_the_customers_in_use_of_each_node(trading: Trading, axes: Axes) -> None:
    """C2 left in April: on file at earlier month ends, so of the year, but not of May."""
    Customer.objects.filter(code="C2").update(closed_on=date(2026, 4, 20))

    year = achieved(axes, "coverage", date(2026, 1, 1), date(2026, 7, 1))
    may = achieved(axes, "coverage", date(2026, 5, 1), date(2026, 6, 1))

    assert year is not None
    assert may is not None
    assert (year["HQ"], year["JS"], year["GD"]) == (10_000, 10_000, 10_000)
    assert (may["HQ"], may["JS"], may["GD"]) == (3_333, 0, 10_000)
    assert achieved(axes, "visit_coverage", *YEAR) is None, "no visits were imported"


def test_who_buys_without_being_on_file_counts_in_neither_part(trading: Trading, axes: Axes) -> None:
    """C1 bought before its file was opened in July; C8 has no file at all."""
    Customer.objects.filter(code="C1").update(opened_on=date(2026, 7, 1))
    sunan = "T:" + trading.company.sunan.code
    record(line("ORD-B1", date(2026, 5, 4), 100, customer="C8"))

    half = achieved(axes, "coverage", date(2026, 1, 1), date(2026, 7, 1))
    year = achieved(axes, "coverage", *YEAR)

    assert half is not None
    assert year is not None
    assert (half["HQ"], half["JS"]) == (10_000, 10_000), "C2, C3 and C9 bought; C1 was not on file yet"
    assert sunan not in half
    assert (year["HQ"], year["JS"], year[sunan]) == (10_000, 10_000, 10_000)
