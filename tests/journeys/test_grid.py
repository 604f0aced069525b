"""The planning grid as a spreadsheet: paste, fill, undo and redo, conflicts, comments, locks, views, a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from quyu.apps.targets.models import CellComment, Lock, Operation, PlanVersion
from tests.apps.targets.plans import edit, make_plan
from tests.journeys.conftest import PHONE, Axe, Visit, settle
from tests.journeys.test_targets import MARCH, WAN, cell, open_tree, shown_fen, stored_fen, type_in
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JANUARY, FEBRUARY = "2027-01", "2027-02"


@pytest.fixture
def draft(company: Company) -> PlanVersion:
    return make_plan(company)


def opened(visit_as: Visit, company: Company, draft: PlanVersion, query: str = "") -> Page:
    page = visit_as(company.operations)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/targets/{draft.pk}/{query}")
    settle(page)
    expect(page.locator(".sheet-cell").first).to_be_visible()
    return page


def paste(page: Page, text: str) -> None:
    """What Ctrl+V gives to a page, without the clipboard of the machine."""
    page.locator("#grid").evaluate(
        """(grid, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          grid.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


@pytest.mark.capability("DEC10", "DEC14")
def test_a_block_from_a_spreadsheet_is_pasted_undone_and_done_again(
    visit_as: Visit, company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    open_tree(page, "江苏")
    kept = stored_fen(draft, "T:苏北", FEBRUARY)
    cell(page, "苏北", JANUARY).click()

    paste(page, '1,234.5\t\t"30 万"\r\n2\t3\t4\r\n')

    expect(cell(page, "苏北", JANUARY)).to_have_text("1,234.50")
    expect(cell(page, "苏北", MARCH)).to_have_text("30.00")
    assert stored_fen(draft, "T:苏北", FEBRUARY) == kept, "a blank never wipes"
    assert stored_fen(draft, "T:苏南", MARCH) == 4 * WAN
    assert Operation.objects.filter(kind="paste").count() == 1
    expect(page.locator(".grid-result-card")).to_contain_text("江苏 · 2027")

    page.keyboard.press("Control+z")
    expect(cell(page, "苏北", JANUARY)).not_to_have_text("1,234.50")
    page.keyboard.press("Control+y")
    expect(cell(page, "苏北", JANUARY)).to_have_text("1,234.50")
    assert stored_fen(draft, "T:苏南", MARCH) == 4 * WAN


def test_a_block_larger_than_the_grid_or_over_a_lock_writes_nothing(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    open_tree(page, "江苏")
    cell(page, "苏南", MARCH).click()
    page.get_by_role("button", name="锁定", exact=True).click()
    page.get_by_role("dialog").get_by_label("原因").fill("已签约")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(cell(page, "苏南", MARCH).get_by_label("已锁定")).to_be_visible()
    before = stored_fen(draft, "HQ", "2027")

    paste(page, "\n".join("1\t2" for _row in range(50)))
    expect(page.locator(".grid-bar-hint")).to_contain_text("50 行 2 列")

    cell(page, "苏北", MARCH).click()
    with page.expect_response(re.compile("/block/")) as answered:
        paste(page, "1\r\n2")
    assert answered.value.status == 422
    page_problems.clear()
    expect(page.locator(".grid-result-card")).to_contain_text("苏南 · 2027-03")
    expect(page.locator(".grid-result-card")).to_contain_text("已锁定")
    assert stored_fen(draft, "HQ", "2027") == before


def test_filling_typing_and_moving_without_a_mouse(
    visit_as: Visit, company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    cell(page, "江苏", FEBRUARY).click()
    page.keyboard.type("1.5亿")
    page.keyboard.press("Tab")
    expect(cell(page, "江苏", FEBRUARY)).to_have_text("15,000.00")
    expect(cell(page, "江苏", MARCH)).to_have_class(re.compile("is-active"))

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".sheet-cell.is-selected")).to_have_count(3)
    page.keyboard.press("Control+r")
    expect(cell(page, "江苏", "2027Q2")).to_have_text("15,000.00")
    assert stored_fen(draft, "JS", MARCH) == 15_000 * WAN
    assert Operation.objects.filter(kind="fill").count() == 1

    page.keyboard.press("Delete")
    expect(page.locator(".grid-bar-hint")).to_contain_text("清空不会改变目标")
    page.keyboard.press("F2")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Home")
    expect(page.locator(".grid-bar-label")).to_have_text("总部 · 2027 年")
    page.keyboard.press("End")
    expect(page.locator(".grid-bar-label")).to_have_text("总部 · 12月")
    assert stored_fen(draft, "JS", MARCH) == 15_000 * WAN


@pytest.mark.capability("DEC12")
def test_a_conflict_is_shown_with_a_way_out_of_each_part(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    open_tree(page, "江苏")
    type_in(page, "苏南", MARCH, "60")
    expect(cell(page, "苏南", MARCH)).to_have_text("60.00")
    cell(page, "苏南", MARCH).click()
    page.get_by_role("button", name="锁定", exact=True).click()
    page.get_by_role("dialog").get_by_label("原因").fill("合同已签")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(cell(page, "苏南", MARCH).get_by_label("已锁定")).to_be_visible()
    type_in(page, "江苏", MARCH, "50")
    card = page.locator(".grid-result-card")
    expect(card).to_contain_text("合同已签")
    page_problems.clear()

    card.get_by_role("button", name="改为最接近的可行值").click()
    expect(cell(page, "江苏", MARCH)).to_have_text("60.00")

    type_in(page, "江苏", MARCH, "50")
    card.get_by_role("button", name="解锁").click()
    expect(cell(page, "江苏", MARCH)).to_have_text("50.00")
    page_problems.clear()
    assert not Lock.objects.exists()


def test_two_planners_on_one_cell_choose(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    edit(draft, company.boss, "JS", MARCH, 5 * WAN)

    type_in(page, "江苏", MARCH, "7")

    card = page.locator(".grid-result-card")
    expect(card).to_contain_text("50,000.00")
    expect(card).to_contain_text("70,000.00")
    page_problems.clear()
    assert stored_fen(draft, "JS", MARCH) == 5 * WAN
    card.get_by_role("button", name="仍改为").click()
    expect(cell(page, "江苏", MARCH)).to_have_text("7.00")
    assert stored_fen(draft, "JS", MARCH) == 7 * WAN


def test_a_comment_is_said_marked_and_settled(
    visit_as: Visit, axe: Axe, company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    cell(page, "江苏", MARCH).click()
    page.get_by_role("button", name="批注").click()
    page.get_by_label("新批注").fill("春节提前，是否下调？")
    page.get_by_role("button", name="发表").click()

    expect(cell(page, "江苏", MARCH).get_by_label("有批注")).to_be_visible()
    expect(page.locator("#why")).to_contain_text("春节提前")
    assert axe(page) == []
    page.get_by_role("button", name="标为已解决").click()
    expect(cell(page, "江苏", MARCH).get_by_label("有批注")).to_have_count(0)
    assert CellComment.objects.get().resolved_by == company.operations


@pytest.mark.capability("DEC5")
def test_products_over_regions_with_the_month_as_filter(
    visit_as: Visit, axe: Axe, company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft, f"?rows=product&columns=region&at.period={MARCH}")

    type_in(page, "家电", "JS", "12")

    expect(cell(page, "家电", "JS")).to_have_text("12.00")
    assert shown_fen(page, "家电", "JS") == 12 * WAN
    assert stored_fen(draft, "JS", MARCH) - 12 * WAN == shown_fen(page, "食品", "JS")
    assert axe(page) == []
    page.locator('select[name="at.period"]').select_option(label="　　4月")
    expect(page).to_have_url(re.compile("at.period=2027-04"))


def test_one_cell_is_changed_on_a_phone(visit_as: Visit, company: Company, draft: PlanVersion) -> None:
    page = visit_as(company.boss, PHONE)
    page.goto(f"/targets/{draft.pk}/")
    settle(page)
    page.get_by_role("link", name="苏南").click()
    page.get_by_role("button", name="修改 苏南 · 3月").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("可填")
    dialog.get_by_label("新的值").fill("8")
    dialog.get_by_role("button", name="确定").click()

    expect(page.get_by_role("row", name=re.compile("3月")).first).to_contain_text("8.00")
    assert stored_fen(draft, "T:苏南", MARCH) == 8 * WAN


def test_what_is_lost_on_the_way_is_told_and_tried_again_with_its_reason(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    before = stored_fen(draft, "JS", MARCH)
    page.locator("#grid-reason").fill("年初约定")
    cell(page, "江苏", MARCH).click()
    expect(page.locator(".grid-bar-hint")).to_contain_text("可填")

    page.context.set_offline(True)
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    card = page.locator(".grid-result-card")
    expect(card).to_contain_text("没有保存")
    assert stored_fen(draft, "JS", MARCH) == before
    page.context.set_offline(False)
    card.get_by_role("button", name="再试一次").click()

    expect(cell(page, "江苏", MARCH)).to_have_text("7.00")
    assert stored_fen(draft, "JS", MARCH) == 7 * WAN
    assert Operation.objects.get(kind="edit").reason == "年初约定"
    page_problems.clear()


def test_who_is_signed_out_meanwhile_is_told_so(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    before = stored_fen(draft, "JS", MARCH)
    expect(page.locator(".grid-check .state")).to_be_visible()

    page.context.clear_cookies(name="sessionid")
    type_in(page, "江苏", MARCH, "8")

    expect(page.locator(".grid-result-card")).to_contain_text("登录已过期")
    page_problems.clear()
    assert stored_fen(draft, "JS", MARCH) == before


def test_a_refusal_is_seen_on_a_phone(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = visit_as(company.boss, PHONE)
    page.goto(f"/targets/{draft.pk}/?here=T%3A苏南")
    settle(page)
    page.get_by_role("button", name="修改 苏南 · 3月").click()
    page.get_by_role("dialog").get_by_label("新的值").fill("很多")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()

    expect(page.locator(".grid-result-card")).to_contain_text("“很多”不是金额")
    expect(page.locator(".grid-result-card")).to_be_in_viewport()
    page_problems.clear()


def test_a_copied_block_is_what_a_spreadsheet_takes(
    visit_as: Visit, company: Company, draft: PlanVersion
) -> None:
    page = opened(visit_as, company, draft)
    type_in(page, "江苏", FEBRUARY, "1.5")
    type_in(page, "江苏", MARCH, "2")
    expect(cell(page, "江苏", MARCH)).to_have_text("2.00")
    cell(page, "江苏", FEBRUARY).click()
    page.keyboard.press("Shift+ArrowRight")

    page.keyboard.press("Control+c")

    expect(page.get_by_text("已复制 2 个单元格")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "1.5\t2"
