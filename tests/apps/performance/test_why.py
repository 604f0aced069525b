"""Every figure of the board says what it means, from what it was computed, and stays the same at its lasting address."""

import re
from pathlib import Path

import pytest

from quyu.apps.performance.figures_told import FIGURES
from quyu.apps.performance.models import Watermark
from quyu.platform.facts.models import Batch
from tests.apps.performance.conftest import Trading
from tests.apps.performance.conftest import again as trading
from tests.apps.performance.test_fact_kinds import imported
from tests.apps.performance.test_past_reports import everything_changes
from tests.people import TODAY, client_of

__all__ = ["trading"]

WHY = "/performance/why/"


def main_of(trading: Trading, query: str, who: str = "director") -> str:
    answer = client_of(getattr(trading.company, who)).get(WHY + query)
    assert answer.status_code == 200
    found = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    assert found
    return found.group()


@pytest.mark.capability("MON2")
@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_tells_its_meaning_formula_and_versions(trading: Trading, figure: str) -> None:
    page = main_of(trading, f"?figure={figure}&region=JS")

    told = FIGURES[figure]
    mark = Watermark.objects.latest("pk")
    for text in (told.name, told.meaning, told.formula, mark.ownership_digest, f"第 {mark.pk} 次汇总"):
        assert str(text) in page
    for part in told.of:
        assert f"figure={part}" in page


@pytest.mark.capability("MON2")
def test_a_figure_leads_down_to_its_parts_that_add_up_to_it(trading: Trading) -> None:
    page = main_of(trading, "?figure=actual&region=HQ")

    assert "等于下级之和" in page
    assert "5,370,000.00" in page, "all of 2026"
    assert "70,000.00" in page, "what is nobody's"
    assert "/performance/customers/" in page


@pytest.mark.capability("MON2", "ORD7")
def test_a_figure_of_cash_leads_to_receipts_and_keeps_its_basis(trading: Trading, tmp_path: Path) -> None:
    orders = Batch.objects.latest("pk").pk
    imported("receipts", tmp_path / "a.csv", "收款单号,到账日期,客户编码,回款金额\nHK1,2026-04-02,C1,12.5\n")

    page = main_of(trading, "?figure=actual&region=JS&basis=cash")

    assert "/performance/facts/?region=JS&amp;period=2026&amp;kind=receipt" in page
    assert "/performance/customers/" not in page
    assert f"第 {Batch.objects.latest('pk').pk} 批" in page
    assert f"第 {orders} 批" not in page
    above = re.search(r'<ol class="breadcrumb.*?</ol>', page, re.DOTALL)
    assert above
    assert "region=HQ&amp;period=2026&amp;basis=cash&amp;figure=actual" in above.group()


@pytest.mark.capability("MON1", "MON2")
@pytest.mark.parametrize("figure", FIGURES)
def test_the_lasting_address_shows_the_same_figure_after_everything_changed(
    trading: Trading, settings, figure: str
) -> None:  # type: ignore[no-untyped-def]
    page = main_of(trading, f"?figure={figure}&region=JS&period=2026")
    found = re.search(r'value="http://testserver/performance/why/(\?[^"]+)"', page)
    assert found
    address = found.group(1).replace("&amp;", "&")
    assert f"as_of={TODAY.isoformat()}" in address
    settings.QUYU_TODAY = "2026-06-16"
    before = main_of(trading, address)

    everything_changes(trading)

    assert main_of(trading, address) == before
    value = re.search(r'<p class="stat-value">.*?</p>', page, re.DOTALL)
    assert value
    assert value.group() in before


@pytest.mark.capability("ORG4")
def test_what_is_no_figure_or_out_of_reach_is_not_found(trading: Trading) -> None:
    boss = client_of(trading.company.boss)

    assert boss.get(f"{WHY}?figure=luck").status_code == 404
    assert boss.get(f"{WHY}?region=GD").status_code == 404
    assert boss.get(f"{WHY}?as_of=tomorrow").status_code == 404
    assert boss.get(f"{WHY}?period=2026Q9").status_code == 404
    assert client_of(trading.company.stranger).get(WHY).status_code == 403


def test_the_board_leads_to_every_figure_it_shows(trading: Trading) -> None:
    page = client_of(trading.company.boss).get("/performance/?region=JS").content.decode()

    for figure in ("target", "actual", "gap", "landing", "growth", "needed"):
        assert f"/performance/why/?figure={figure}" in page
