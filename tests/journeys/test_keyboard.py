"""The whole site without a mouse: sign in, the menu, a form, and the grid of targets."""

import pytest
from playwright.sync_api import Page, expect

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import PlanVersion
from quyu.platform.catalog.models import Channel
from tests.apps.targets.plans import make_plan
from tests.journeys.conftest import Visit
from tests.journeys.test_targets import cell
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 90
"""Nothing on a page is further away than this many presses of Tab, the whole menu among them."""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must then be visible."""
    for _press in range(PATIENCE):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            assert page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle !== 'none' || "
                "getComputedStyle(document.activeElement).boxShadow !== 'none'"
            ), selector
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} cannot be reached with Tab on {page.url}")


def test_signing_in_and_opening_a_page_of_the_menu(visit_as: Visit, company: Company) -> None:
    company.boss.set_password("correct horse battery")
    company.boss.save()
    page = visit_as(None)
    page.goto("/")

    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("boss")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="首页")).to_have_attribute("aria-current", "page")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.goto("/")
    tab_to(page, '.shell-nav-link[href="/targets/"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("目标")


def test_filling_a_form(visit_as: Visit, company: Company) -> None:
    page = visit_as(company.operations)
    page.goto("/channels/")

    tab_to(page, 'a[href="/channels/new/"]')
    page.keyboard.press("Enter")
    expect(page.get_by_label("编码")).to_be_visible()
    tab_to(page, "#id_code")
    page.keyboard.type("ONLINE")
    tab_to(page, "#id_name")
    page.keyboard.type("线上")
    tab_to(page, ".form-quyu button[type=submit]")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("线上")
    assert Channel.objects.get().code == "ONLINE"


@pytest.mark.capability("DEC10")
def test_editing_the_grid_of_targets(visit_as: Visit, company: Company) -> None:
    version = make_plan(company)
    page = visit_as(company.operations)
    page.goto(f"/targets/{version.pk}/")

    tab_to(page, "#grid")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator(".grid-bar-label")).to_contain_text("1月")
    region = page.locator(".grid-bar-label").inner_text().split(" · ")[0]
    page.keyboard.type("88")
    page.keyboard.press("Enter")

    expect(page.get_by_text("已保存")).to_be_visible()
    expect(page.locator("#grid")).to_be_focused()
    expect(cell(page, region, "2027-01")).to_have_text("88.00")
    version = PlanVersion.objects.get(pk=version.pk)
    axes = Axes.from_json(version.axes)
    code = next(code for code in axes.regions if axes.name(code) == region)
    assert int(store.load(version)[axes.block(Node(code, "2027-01", ""))].sum()) == 88_000_000
