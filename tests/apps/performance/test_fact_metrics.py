"""Metrics of receipts, visits and expenses: per node, within reach, on the page, and gone when they are taken back."""

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from quyu.apps.performance import services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors.cuts import cut
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.targets.achieved import achieved
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.platform.facts.models import Batch
from tests.apps.performance.conftest import Trading
from tests.apps.performance.test_by_basis import NEXT_DAY
from tests.apps.performance.test_fact_kinds import imported
from tests.people import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON2", "ORD7")]
YEAR = date(2026, 1, 1), date(2027, 1, 1)
RECEIPTS = (
    "收款单号,到账日期,客户编码,回款金额\nHK1,2026-04-02,C1,1200.51\nHK2,2026-05-02,C2,99.99\n"
    "HK3,2026-05-03,C9,0.07\nHK4,2025-05-03,C1,5\n"
)
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
