"""A manager follows a figure from his province down to the order lines, and takes it along as a workbook."""

import re

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.apps.performance.conftest import Trading, trading
from tests.journeys.conftest import DESKTOP, PHONE, Visit

__all__ = ["trading"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def exported(page: Page, link: str = "导出") -> str:
    """The first sheet of what a link downloads, as text."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    assert download.value.suggested_filename.endswith(".xlsx")
    return str(CalamineWorkbook.from_path(str(download.value.path())).get_sheet_by_index(0).to_python())


@pytest.mark.capability("MON2", "MON5")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_province_to_the_order_lines(
    visit_as: Visit, trading: Trading, viewport: dict[str, int]
) -> None:
    page = visit_as(trading.company.boss, viewport)
    page.goto("/performance/")

    expect(page.locator(".breadcrumb")).to_have_text("江苏")
    expect(page.locator(".stat").nth(1).locator("[title]").first).to_have_attribute(
        "title", re.compile("^5,000,000.00 元")
    )
    page.locator("#by-month").scroll_into_view_if_needed()
    expect(page.locator("#by-month canvas, #by-month svg").first).to_be_visible()
    assert fits(page)

    page.get_by_role("table", name="下级区域业绩").get_by_role("link", name="苏南").click()
    expect(page.locator(".breadcrumb-item.active")).to_have_text("苏南")
    expect(page.locator(".stat").nth(1).locator("[title]").first).to_have_attribute(
        "title", re.compile("^2,000,000.00 元")
    )

    page.locator(".page-actions").get_by_role("link", name="客户").click()
    customers = page.get_by_role("table", name="客户业绩")
    expect(customers.get_by_role("row").filter(has_text="苏北商贸")).to_have_count(0)
    assert fits(page)

    customers.get_by_role("link", name="苏南商贸").click()
    lines = page.get_by_role("table", name="订单行").locator("tbody tr")
    expect(lines).to_have_count(2)
    expect(lines.filter(has_text="A3-1")).to_contain_text("1,500,000.00")
    expect(lines.filter(has_text="A3-1")).to_contain_text("苏南")
    assert fits(page)

    text = exported(page)
    assert "A3" in text
    assert "A4" in text
    assert "A5" not in text


@pytest.mark.capability("MON5")
def test_the_board_goes_along_as_a_workbook(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.boss)
    page.goto("/performance/")

    page.get_by_role("button", name="导出").click()
    text = exported(page, "Excel 工作簿（XLSX）")

    assert "苏南" in text
    assert "粤东" not in text


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_menus_of_the_board_need_no_mouse(
    visit_as: Visit, trading: Trading, viewport: dict[str, int]
) -> None:
    page = visit_as(trading.company.boss, viewport)
    page.goto("/performance/")
    menu = page.get_by_role("button", name="更多分析")
    expect(menu).to_have_attribute("aria-expanded", "false")

    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="业绩分成")).to_be_visible()
    assert fits(page)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/performance/true/"))


@pytest.mark.capability("ORG4")
def test_another_region_does_not_exist(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.boss)

    for address in (
        "/performance/?region=GD",
        "/performance/?region=HQ",
        "/performance/customers/?region=GD",
        "/performance/customers/C3/",
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404, address
        expect(page.locator("main")).not_to_contain_text("粤东")
    page.get_by_role("link", name="回到首页").click()
    expect(page.get_by_role("link", name="首页")).to_have_attribute("aria-current", "page")
