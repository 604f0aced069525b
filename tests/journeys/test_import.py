"""Operations brings order files: recognised, previewed, written once, and refused by row and column."""

import io
import re
from typing import Any

import pytest
import xlsxwriter
from django_tasks.base import TaskResultStatus
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from quyu.apps.customers.models import Customer
from quyu.apps.performance.models import MonthRollup
from quyu.platform.facts.models import Batch
from quyu.platform.imports import runs
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from tests.apps.performance.conftest import Trading, trading
from tests.journeys.conftest import DESKTOP, PHONE, Axe, Visit
from tests.platform.facts.lines import AT
from tests.platform.imports.waiting import job_of

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


def choose_file(page: Page, name: str, *lines: str, kind: str = "订单明细") -> None:
    """From the list of imports to the preview."""
    upload(page, name, "\n".join(lines).encode("gb18030"), kind=kind)


def upload(page: Page, name: str, content: bytes, *, kind: str = "订单明细") -> None:
    page.goto("/imports/")
    page.get_by_role("link", name="导入文件").first.click()
    page.get_by_label("内容").select_option(label=kind)
    give_file(page, name, content)
    page.get_by_role("button", name="读取并核对").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def give_file(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def answer_yes(page: Page) -> None:
    """The dialog that asks once more."""
    page.locator("#confirm").get_by_role("button", name="确定").click()


def fits(page: Page) -> bool:
    """Nothing sticks out to the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return file.getvalue()


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

    page.locator("summary", has_text="列对应").click()
    for field, header in (("订单号", "单据编号"), ("订单日期", "下单日期"), ("金额", "销售额")):
        chosen = page.get_by_label(field, exact=True).locator("option:checked")
        expect(chosen).to_have_text(header)
    expect(stat(page, "可写入的行")).to_have_text("3")
    expect(stat(page, "错误")).to_have_text("0")
    expect(stat(page, "金额").locator("[title]")).to_have_attribute("title", re.compile("^14,500.00 元"))
    expect(page.get_by_role("row", name="2026-06 1.45")).to_be_visible()
    assert sold_fen() == before
    assert fits(page)

    page.get_by_role("button", name="确认导入").click()

    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    receipt = page.locator(".card").filter(has=page.get_by_role("heading", name="回执"))
    expect(receipt).to_contain_text("2026-06-01 — 2026-06-03")
    expect(receipt.locator("div").filter(has_text="行数").last).to_contain_text("3")
    assert sold_fen() == before + GOOD_FEN
    assert ImportRun.objects.latest("pk").receipt["amount_fen"] == GOOD_FEN

    choose_file(page, "六月订单（再次）.csv", *GOOD)

    expect(page.get_by_text("同一个文件已经导入过")).to_be_visible()
    expect(page.get_by_role("link", name="看那一次导入")).to_be_visible()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    assert sold_fen() == before + GOOD_FEN
    assert Batch.objects.count() == 2  # the first orders of the company, and this file


@pytest.mark.capability("PLT4")
def test_a_file_with_errors_writes_nothing_and_is_mended_and_imported(
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
    assert sold_fen() == before
    assert Batch.objects.count() == 1

    with page.expect_download() as download:
        page.get_by_role("link", name="下载整份文件").click()
    rows = CalamineWorkbook.from_path(str(download.value.path())).get_sheet_by_index(0).to_python()
    assert rows[0] == [*HEADER.split(","), "错误原因"]
    assert [bool(row[-1]) for row in rows[1:]] == [False, True, True]
    rows[2][6], rows[3][2] = "1200", "苏北商贸"
    give_file(page, "改好.xlsx", workbook({"订单": rows}))
    page.get_by_role("button", name="上传改好的文件").click()

    expect(page.get_by_text("没有发现错误，可以导入")).to_be_visible()
    expect(page.get_by_role("link", name="有错.csv")).to_be_visible()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    assert sold_fen() == before + 100_00 + 1200_00 + 300_00


@pytest.mark.capability("PLT4")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_question_is_answered_kept_and_remembered(
    visit_as: Visit, trading: Trading, viewport: dict[str, int], axe: Axe
) -> None:
    """A GBK file from another system: dates that read two ways, a column under a name of its own."""
    page = visit_as(trading.company.operations, viewport)
    header = HEADER.replace("下单日期", "开单时间（境外）")
    lines = (
        "T1,03/05/2026,苏南商贸,茶饮料一号,流通,10,12000.50",
        "T2,04/05/2026,苏北商贸,茶饮料一号,流通,1,99.50",
    )
    choose_file(page, "境外.csv", header, *lines)

    expect(page.get_by_text("缺少必需的列：订单日期")).to_be_visible()
    page.get_by_label("订单日期", exact=True).select_option(label="开单时间（境外）")
    expect(page.get_by_text("有改动还没有核对")).to_be_visible()
    page.reload()
    expect(page.get_by_label("订单日期", exact=True).locator("option:checked")).to_have_text(
        "开单时间（境外）"
    )
    page.locator("#verdict").get_by_role("button", name="按此重新核对").click()

    expect(page.get_by_text("请先回答 1 个问题")).to_be_visible()
    assert fits(page)
    assert axe(page) == []
    page.get_by_label("月/日/年").check()
    expect(page.get_by_text("选择已经保存")).to_be_visible()
    page.locator("#verdict").get_by_role("button", name="按此重新核对").click()

    expect(page.get_by_text("没有发现错误，可以导入")).to_be_visible()
    expect(page.get_by_role("row", name="2026-03")).to_be_visible()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    assert ImportRun.objects.latest("pk").receipt["amount_fen"] == 1_210_000

    choose_file(page, "境外二.csv", header, "T3,03/06/2026,苏南商贸,茶饮料一号,流通,1,5")
    expect(page.get_by_text("以前由")).to_be_visible()
    expect(page.get_by_text("没有发现错误，可以导入")).to_be_visible()
    page.get_by_role("button", name="改答").click()
    expect(page.get_by_text("请先回答 1 个问题")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_of_an_import_can_be_read_by_everybody(
    visit_as: Visit, trading: Trading, viewport: dict[str, int], axe: Axe
) -> None:
    page = visit_as(trading.company.operations, viewport)
    page.goto("/imports/new/")
    page.wait_for_load_state("networkidle")
    assert axe(page) == []
    assert fits(page)
    choose_file(page, "有错.csv", *BAD)
    page.locator("summary", has_text="列对应").click()
    assert axe(page) == []
    assert fits(page)
    choose_file(page, "六月订单.csv", *GOOD)
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="按归属的销售区域")).to_be_visible()
    assert axe(page) == []
    assert fits(page)
    page.goto("/imports/?q=有错")
    expect(page.get_by_role("link", name="有错.csv")).to_be_visible()
    expect(page.get_by_role("link", name="六月订单.csv")).to_have_count(0)
    assert axe(page) == []
    assert fits(page)


def test_a_workbook_with_two_sheets_asks_which_one(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.operations)
    table = [line.split(",") for line in (HEADER, "S1,2026-06-01,苏南商贸,茶饮料一号,流通,10,100")]
    other = [line.split(",") for line in (HEADER, "S2,2026-06-02,苏北商贸,茶饮料一号,流通,10,700")]
    upload(page, "两月.xlsx", workbook({"五月": table, "六月": other}))

    page.get_by_label("六月").check()
    page.get_by_role("button", name="按此重新核对").first.click()

    expect(page.get_by_text("没有发现错误，可以导入")).to_be_visible()
    expect(stat(page, "金额").locator("[title]")).to_have_attribute("title", re.compile("^700.00 元"))
    page.locator("summary", has_text="列对应").click()
    expect(page.get_by_label("工作表").locator("option:checked")).to_have_text("六月")


def test_customers_are_created_and_changed_from_a_file(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.operations)
    lines = (
        "编码,名称,电话,地址",
        "C1,苏南商贸（新）,13812345678,苏州市人民路 1 号",
        "C77,新开商行,,无锡市中山路 2 号",
    )
    choose_file(page, "客户.csv", *lines, kind="客户")

    expect(page.get_by_text("新建 1，修改 1，不变 0")).to_be_visible()
    changed = page.get_by_role("row").filter(has_text="苏南商贸（新）")
    expect(changed).to_contain_text("苏南商贸")
    expect(changed.get_by_role("cell").nth(0)).to_have_text("2")
    assert not Customer.objects.filter(code="C77").exists()
    page.get_by_role("button", name="确认导入").click()

    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    assert Customer.objects.get(code="C77").address == "无锡市中山路 2 号"
    assert Customer.objects.get(code="C1").name == "苏南商贸（新）"


@pytest.mark.capability("PLT4")
def test_an_import_is_undone_from_its_receipt_with_a_reason(visit_as: Visit, trading: Trading) -> None:
    before = sold_fen()
    page = visit_as(trading.company.operations)
    choose_file(page, "六月订单.csv", *GOOD)
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="回执")).to_be_visible()
    assert sold_fen() == before + GOOD_FEN

    page.get_by_label("原因").fill("导错了月份")
    page.get_by_role("button", name="撤销这次导入").click()
    answer_yes(page)

    expect(page.get_by_text("导错了月份")).to_be_visible()
    expect(page.get_by_text("已撤销").first).to_be_visible()
    assert sold_fen() == before


def test_an_import_that_waits_for_the_worker_is_cancelled(visit_as: Visit, trading: Trading) -> None:
    before = sold_fen()
    page = visit_as(trading.company.operations)
    choose_file(page, "六月订单.csv", *GOOD)
    run = runs.confirm(ImportRun.objects.latest("pk"), partial=False, at=AT)
    job_of(run, TaskResultStatus.READY)
    page.reload()
    expect(page.get_by_role("list", name="进度")).to_contain_text("排队")

    page.get_by_role("button", name="取消导入").click()
    answer_yes(page)

    expect(page.get_by_text("这次导入已取消")).to_be_visible()
    run.refresh_from_db()
    assert run.state == ImportState.CANCELLED
    assert sold_fen() == before


def test_a_button_that_asks_is_inert_until_the_page_can_ask(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.operations)
    choose_file(page, "有错.csv", *BAD)
    address = page.url
    expect(page.get_by_role("button", name="只导入没有错误的")).to_be_enabled()

    page.route(re.compile(r"/main-[^/]*\.js"), lambda route: route.abort())
    page.goto(address)

    button = page.get_by_role("button", name="只导入没有错误的")
    expect(button).to_be_disabled()
    button.click(force=True)
    expect(page).to_have_url(address)
    assert Batch.objects.count() == 1


def test_a_file_is_dropped_anywhere_on_the_page(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.operations)
    page.goto("/imports/new/?kind=orders")
    page.wait_for_load_state("networkidle")

    page.evaluate(
        """(text) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], "拖来的.csv"));
          for (const name of ["dragenter", "drop"])
            document.querySelector("h1").dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        "\n".join(GOOD),
    )

    expect(page.get_by_text("拖来的.csv")).to_be_visible()
    page.get_by_role("button", name="读取并核对").click()
    expect(page.get_by_text("没有发现错误，可以导入")).to_be_visible()
