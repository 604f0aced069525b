"""A plan from the grid to publication: edited, locked, refused, submitted, approved by a second person."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import PlanVersion
from quyu.platform.approvals.models import Approval
from tests.apps.targets.plans import make_plan
from tests.journeys.conftest import Axe, Visit
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARCH = "2027-03"
WAN = 10_000_00


@pytest.fixture
def draft(company: Company) -> PlanVersion:
    return make_plan(company)


def cell(page: Page, region: str, period: str) -> Locator:
    row = page.locator(".sheet-row").filter(
        has=page.locator(".sheet-title", has_text=re.compile(f"^{region}"))
    )
    return row.locator(f'.sheet-cell[data-column="{period}"]')


def open_tree(page: Page, *regions: str) -> None:
    """Show the territories of some provinces: choose the row, press the space bar."""
    for region in regions:
        cell(page, region, MARCH).click()
        page.keyboard.press("Space")
        expect(page.locator('.sheet-row[aria-expanded="true"]', has_text=region)).to_have_count(1)


def type_in(page: Page, region: str, period: str, text: str) -> None:
    """Click a cell, type over it, press Enter."""
    cell(page, region, period).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def shown_fen(page: Page, region: str, period: str) -> int:
    """The exact amount a person sees when pointing at the cell."""
    expect(cell(page, region, period)).to_have_attribute("title", re.compile(r"\("))
    found = re.search(r"\((-?\d+)", cell(page, region, period).get_attribute("title") or "")
    assert found is not None
    return int(found[1])


def stored_fen(version: PlanVersion, region: str, period: str) -> int:
    version = PlanVersion.objects.get(pk=version.pk)
    return int(store.load(version)[Axes.from_json(version.axes).block(Node(region, period, ""))].sum())


def agree(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


@pytest.mark.capability("DEC2", "DEC10")
def test_an_edit_reaches_children_and_total(
    visit_as: Visit, axe: Axe, company: Company, draft: PlanVersion
) -> None:
    page = visit_as(company.operations)
    page.goto("/targets/")
    page.get_by_role("link", name="第 1 版").click()
    open_tree(page, "江苏", "广东")
    whole, others = shown_fen(page, "总部", MARCH), shown_fen(page, "粤东", MARCH)

    type_in(page, "江苏", MARCH, "100")

    expect(page.get_by_text("已保存")).to_be_visible()
    expect(cell(page, "江苏", MARCH)).to_have_text("100.00")
    below = shown_fen(page, "苏南", MARCH) + shown_fen(page, "苏北", MARCH)
    assert below == shown_fen(page, "江苏", MARCH) == 100 * WAN
    assert shown_fen(page, "粤东", MARCH) == others
    assert shown_fen(page, "总部", MARCH) == others + 100 * WAN != whole
    expect(page.locator(".grid-check")).to_contain_text("0 处不符")
    assert stored_fen(draft, "JS", MARCH) == 100 * WAN
    assert stored_fen(draft, "HQ", "2027") == shown_fen(page, "总部", "2027")
    assert axe(page) == []

    page.get_by_role("button", name="撤销").click()
    expect(cell(page, "江苏", MARCH)).not_to_have_text("100.00")
    assert stored_fen(draft, "HQ", MARCH) == whole


@pytest.mark.capability("DEC12")
def test_a_value_below_a_lock_is_refused_with_the_numbers(
    visit_as: Visit, page_problems: list[str], company: Company, draft: PlanVersion
) -> None:
    page = visit_as(company.operations)
    page.goto(f"/targets/{draft.pk}/")
    open_tree(page, "江苏")
    type_in(page, "苏南", MARCH, "60")
    expect(cell(page, "苏南", MARCH)).to_have_text("60.00")
    cell(page, "苏南", MARCH).click()
    page.get_by_role("button", name="锁定", exact=True).click()
    page.get_by_role("dialog").get_by_label("原因").fill("合同已签")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(cell(page, "苏南", MARCH).get_by_label("已锁定")).to_be_visible()
    before = stored_fen(draft, "JS", MARCH)

    with page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
        type_in(page, "江苏", MARCH, "50")

    assert answered.value.status == 422
    page_problems.clear()
    expect(page.locator(".grid-bar-hint")).to_contain_text("600,000.00")
    expect(page.locator(".grid-bar-hint")).to_contain_text("500,000.00")
    assert stored_fen(draft, "JS", MARCH) == before

    page.reload()
    assert shown_fen(page, "江苏", MARCH) == before
    open_tree(page, "江苏")
    expect(cell(page, "苏南", MARCH).get_by_label("已锁定")).to_be_visible()


@pytest.mark.capability("DEC13")
def test_from_draft_to_published_by_two_people(visit_as: Visit, company: Company, draft: PlanVersion) -> None:
    page = visit_as(company.operations)
    page.goto(f"/targets/{draft.pk}/")
    page.get_by_role("button", name="提交审批").click()
    agree(page)
    expect(page.get_by_text("等待另一位有权限的人审批")).to_be_visible()
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)
    approval = Approval.objects.get()
    page.goto(f"/approvals/{approval.pk}/")
    expect(page.get_by_role("button", name="撤回")).to_be_visible()
    expect(page.get_by_role("button", name="通过")).to_have_count(0)

    boss = visit_as(company.director)
    boss.goto("/approvals/")
    boss.get_by_role("table", name="审批").get_by_role("link").first.click()
    boss.get_by_label("意见").fill("同意")
    boss.get_by_role("button", name="通过").click()
    boss.get_by_role("link", name="查看对象").click()
    boss.wait_for_load_state("domcontentloaded")
    boss.get_by_role("button", name="发布").click()
    agree(boss)
    expect(boss.get_by_text("已发布", exact=True)).to_be_visible()

    draft.refresh_from_db()
    assert draft.state == "published"
    assert draft.published_at is not None


@pytest.mark.capability("ORG4", "DEC13")
def test_the_manager_of_another_province_sees_his_own_only(
    visit_as: Visit, company: Company, draft: PlanVersion
) -> None:
    page = visit_as(company.neighbour)
    page.goto(f"/targets/{draft.pk}/")

    expect(cell(page, "广东", MARCH)).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("江苏")
    expect(page.locator("main")).not_to_contain_text("总部")
    answer = page.goto(f"/targets/{draft.pk}/why/?region=JS&period={MARCH}&line=")
    assert answer is not None
    assert answer.status == 404
