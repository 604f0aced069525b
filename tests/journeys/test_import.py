"""Operations brings order files: recognised, previewed, written once, and refused by row and column."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from quyu.apps.performance.models import MonthRollup
from quyu.platform.facts.models import Batch
from quyu.platform.imports.models import ImportRun
from tests.apps.performance.conftest import Trading, trading
from tests.journeys.conftest import DESKTOP, PHONE, Visit

__all__ = ["trading"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADER = "单据编号,下单日期,客户名称,产品名称,销售渠道,件数,销售额"
GOOD = (
    HEADER,
    "S1,2026-06-01,苏南商贸,茶饮料一号,流通,10,12000.50",
    'S2,2026/6/2,苏北商贸,休闲食品一号,流通,4,"3,000"',
    "S3,2026年6月3日,苏北商贸,茶饮料一号,流通,-1,-500.50",
)
GOOD_FEN = 14_500_00
BAD = (
    HEADER,
    "S7,2026-06-04,苏南商贸,茶饮料一号,流通,1,100.00",
    "S8,2026-06-04,苏南商贸,茶饮料一号,流通,1,12o0",
    "S9,2026-06-05,苏西贸易行,茶饮料一号,流通,1,300.00",
)


def choose_file(page: Page, name: str, *lines: str) -> None:
    """From the list of imports to the preview."""
    page.goto("/imports/")
    page.get_by_role("link", name="导入文件").first.click()
    page.get_by_label("内容").select_option(label="订单明细")
    content = "\n".join(lines).encode("gb18030")
    page.get_by_label("文件（可以拖到这里）").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="读取并核对").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def stat(page: Page, label: str) -> Any:
    """The figure below a label."""
    return page.locator(".stat").filter(has=page.get_by_text(label, exact=True)).locator(".stat-value")


def sold_fen() -> int:
    return sum(MonthRollup.objects.values_list("amount_fen", flat=True))


@pytest.mark.capability("PLT4", "MON1")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_order_file_from_upload_to_receipt_and_once_more(
    visit_as: Visit, trading: Trading, viewport: dict[str, int]
) -> None:
    before = sold_fen()
    page = visit_as(trading.company.operations, viewport)

    choose_file(page, "六月订单.csv", *GOOD)

    for field, header in (("订单号", "单据编号"), ("订单日期", "下单日期"), ("金额", "销售额")):
        chosen = page.get_by_label(field, exact=True).locator("option:checked")
        expect(chosen).to_have_text(header)
    expect(stat(page, "可写入的行")).to_have_text("3")
    expect(stat(page, "错误")).to_have_text("0")
    expect(stat(page, "金额").locator("[title]")).to_have_attribute("title", re.compile("^14,500.00 元"))
    expect(page.get_by_role("row", name="2026-06 1.45")).to_be_visible()
    assert sold_fen() == before
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.get_by_role("button", name="确认导入").click()

    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    receipt = page.locator(".card").filter(has=page.get_by_role("heading", name="回执"))
    expect(receipt).to_contain_text("2026-06-01 — 2026-06-03")
    expect(receipt.locator("div").filter(has_text="行数").last).to_contain_text("3")
    assert sold_fen() == before + GOOD_FEN
    assert ImportRun.objects.latest("pk").receipt["amount_fen"] == GOOD_FEN

    choose_file(page, "六月订单（再次）.csv", *GOOD)

    expect(page.get_by_text("没有重复写入")).to_be_visible()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    assert sold_fen() == before + GOOD_FEN
    assert Batch.objects.count() == 2  # the first orders of the company, and this file


@pytest.mark.capability("PLT4")
def test_a_file_with_errors_names_row_and_column_and_writes_nothing(
    visit_as: Visit, trading: Trading
) -> None:
    before = sold_fen()
    page = visit_as(trading.company.operations)

    choose_file(page, "有错.csv", *BAD)

    errors = page.get_by_role("table", name="错误")
    amount = errors.get_by_role("row").filter(has_text="12o0")
    expect(amount.get_by_role("cell").nth(0)).to_have_text("3")
    expect(amount.get_by_role("cell").nth(1)).to_have_text("销售额")
    customer = errors.get_by_role("row").filter(has_text="没有这个客户")
    expect(customer.get_by_role("cell").nth(0)).to_have_text("4")
    expect(customer.get_by_role("cell").nth(1)).to_have_text("客户名称")
    expect(customer).to_contain_text("苏西贸易行")
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载全部错误").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    assert sold_fen() == before
    assert Batch.objects.count() == 1
