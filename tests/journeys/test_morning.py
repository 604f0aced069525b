"""A director's first minutes: where we stand, which region lags, why, which customer, which order lines."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.apps.performance.conftest import Trading, trading
from tests.journeys.conftest import DESKTOP, PHONE, Axe, Visit

__all__ = ["trading"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.capability("MON2", "MON5", "B13")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_home_to_the_lines_that_explain_the_gap(
    visit_as: Visit, axe: Axe, trading: Trading, viewport: dict[str, int]
) -> None:
    page = visit_as(trading.company.director, viewport)
    page.goto("/")
    expect(page.get_by_role("heading", name=re.compile("总部 · 2026"))).to_be_visible()

    if viewport is PHONE:
        page.get_by_role("button", name="打开导航").click()
    page.get_by_role("link", name="业绩", exact=True).click()
    expect(page.get_by_role("heading", name="业绩", exact=True)).to_be_visible()
    assert fits(page)
    regions = page.get_by_role("table", name="下级区域业绩")
    regions.get_by_role("link", name="华东").click()
    page.get_by_role("table", name="下级区域业绩").get_by_role("link", name="江苏").click()
    expect(page.locator(".breadcrumb-item.active")).to_have_text("江苏")

    page.locator(".page-actions").get_by_role("link", name="差异分析").click()
    expect(page.locator(".breadcrumb-item.active")).to_have_text("江苏")
    expect(page.get_by_role("table", name="差异逐项分解").locator("tbody tr").first).to_contain_text("100.00")
    page.get_by_role("table", name="差异逐项分解").get_by_role("link", name="新客户").click()
    behind = page.get_by_role("table", name="“新客户”背后")
    expect(behind.locator("tbody tr")).to_have_count(1)
    expect(behind.locator("tbody tr").first).to_contain_text("300.00")
    assert fits(page)
    assert axe(page) == []

    behind.get_by_role("link", name="苏北商贸").click()
    lines = page.get_by_role("table", name="订单行").locator("tbody tr")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("ORD-A5")
    expect(lines.first).to_contain_text("3,000,000.00")
    assert fits(page)


@pytest.mark.capability("MON5")
def test_a_figure_says_where_it_comes_from_and_leads_back(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.boss)
    page.goto("/performance/")

    page.locator(".stat").filter(has_text="与应达之差").get_by_role("link").click()
    expect(page.get_by_role("heading", name="这个数怎么来的")).to_be_visible()
    page.get_by_role("table", name="由这些算出").get_by_role("link", name="实绩").click()
    rows = page.get_by_role("table", name="等于下级之和")
    expect(rows.locator("tbody tr").last).to_contain_text("500.00")
    rows.get_by_role("link", name="苏南").click()
    page.get_by_role("link", name="客户与订单行").click()

    expect(page.get_by_role("table", name="客户业绩").get_by_role("link", name="苏南商贸")).to_be_visible()
