"""A manager moves a unit on the map and sees both territories change; the same in a table on a phone."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from quyu.apps.customers.models import Customer
from quyu.apps.territories import services
from quyu.apps.territories.models import Alignment
from tests.apps.territories.conftest import Site, site
from tests.journeys.conftest import DESKTOP, PHONE, settle
from tests.people import TODAY, client_of

__all__ = ["site"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def draft(site: Site) -> Alignment:
    return services.create_draft(based_on=site.active, name="草案", actor=site.company.operations, at=TODAY)


def drawn_map(page: Page) -> None:
    page.wait_for_selector("#territory-map[data-ready]", timeout=30_000)
    page.wait_for_timeout(500)


def painted(page: Page, draft: Alignment) -> None:
    """All that a step asks for has come."""
    draft.refresh_from_db()
    expect(page.locator("#territory-map")).to_have_attribute(
        "data-painted", str(draft.version), timeout=20_000
    )


def click_left_of_the_middle(page: Page) -> None:
    """In 江苏 (4 columns, 3 rows) this is J22."""
    box = page.locator("#territory-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.46, box["y"] + box["height"] * 0.5)


def lasso_the_left_of_the_middle(page: Page) -> None:
    """Around the middles of J22 and J32 and no other."""
    box = page.locator("#territory-map").bounding_box()
    assert box is not None
    corners = [(0.3, 0.42), (0.45, 0.42), (0.45, 0.9), (0.3, 0.9)]
    spots = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot, steps=5)
    page.mouse.up()


def test_what_was_said_of_a_unit_is_marked_on_the_map(
    visit_as: Visit, axe: Axe, site: Site, draft: Alignment
) -> None:
    client = client_of(site.company.operations)
    said = {"unit": "J22", "text": "人手不够"}
    assert client.post(reverse("alignment-comment-say", args=[draft.pk]), said).status_code == 302
    page = visit_as(site.company.boss)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)
    mark = page.locator("#territory-map .map-mark")
    expect(mark).to_have_text("1")
    assert axe(page) == []
    mark.click()
    expect(page.get_by_text("人手不够")).to_be_visible()
    assert axe(page) == []


@pytest.mark.capability("TER9")
def test_maps_side_by_side_mark_what_moves_and_say_where_a_unit_is(
    visit_as: Visit, axe: Axe, site: Site, draft: Alignment
) -> None:
    services.move_units(
        alignment=draft, units=[site.unit("J22")], territory=site.company.subei,
        expected_version=draft.version, actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    page = visit_as(site.company.boss)
    page.goto(f"/territories/compare/?a={site.active.pk}&b={draft.pk}")
    maps = page.locator("[data-compare-map]")
    expect(page.locator("[data-compare-map][data-ready]")).to_have_count(2, timeout=30_000)
    expect(maps.nth(0)).to_have_attribute("data-moved", "0")
    expect(maps.nth(1)).to_have_attribute("data-moved", "1")
    page.wait_for_timeout(500)
    box = maps.nth(0).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.46, box["y"] + box["height"] * 0.5)
    expect(page.locator("#compare-unit")).to_contain_text("J22县 · A: 苏南 · B: 苏北")
    assert axe(page) == []


@pytest.mark.capability("TER6")
def test_a_manager_edits_a_draft_on_the_map(visit_as: Visit, axe: Axe, site: Site, draft: Alignment) -> None:
    page = visit_as(site.company.boss)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)
    panel, north = page.locator("#edit-panel"), page.locator('tr[data-territory="苏北"]')
    expect(north.locator('[data-cell="customers"]')).to_have_text("12")

    click_left_of_the_middle(page)
    expect(page.get_by_role("heading", name="J22县")).to_be_visible()
    expect(panel.locator("[data-slot=count]")).to_have_text("1")
    page.get_by_role("button", name="套索").click()
    lasso_the_left_of_the_middle(page)
    expect(panel.locator("[data-slot=count]")).to_have_text("2")
    page.select_option("#move-to", value="苏北")
    row = panel.get_by_role("row", name="客户数").first
    expect(row.get_by_role("cell").nth(2)).to_have_text("16")
    assert site.territory_of("J22", draft) == site.company.sunan
    assert axe(page) == []

    panel.get_by_role("button", name="移动").click()
    expect(north.locator('[data-cell="customers"]')).to_have_text("16")
    expect(page.locator('tr[data-territory="苏南"] [data-cell="customers"]')).to_have_text("10")
    expect(page.locator("#unit-panel [data-slot=territory]")).to_have_text("苏北")
    expect(page.locator("#alignment-changes")).to_contain_text("J32县")
    assert site.territory_of("J22", draft) == site.territory_of("J32", draft) == site.company.subei

    settle(page)
    page.locator("body").press("Control+z")
    expect(north.locator('[data-cell="customers"]')).to_have_text("12")
    settle(page)
    page.locator("body").press("Control+Shift+z")
    expect(north.locator('[data-cell="customers"]')).to_have_text("16")
    settle(page)
    page.get_by_role("button", name="撤销").click()
    expect(north.locator('[data-cell="customers"]')).to_have_text("12")
    assert site.territory_of("J22", draft) == site.company.sunan
    painted(page, draft)


@pytest.mark.capability("TER6")
def test_the_map_is_worked_by_keyboard_and_locks_hold(
    visit_as: Visit, site: Site, draft: Alignment, page_problems: list[str]
) -> None:
    page = visit_as(site.company.boss)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)
    panel, lock = page.locator("#edit-panel"), page.get_by_role("button", name="锁定 苏北")
    lock.press("Enter")
    expect(lock).to_have_attribute("aria-pressed", "true")

    page.get_by_role("searchbox", name="查找区县或客户").fill("J12")
    page.keyboard.press("Enter")
    expect(panel.locator("[data-slot=count]")).to_have_text("1")
    page.select_option("#move-to", value="苏北")
    expect(panel.locator("[data-slot=message]")).to_contain_text("苏北 已锁定")
    panel.get_by_role("button", name="移动").press("Enter")
    expect(panel.locator("[data-slot=message]")).to_contain_text("请先解除锁定")
    assert site.territory_of("J12", draft) == site.company.sunan
    page_problems[:] = [problem for problem in page_problems if not problem.startswith("409")]

    lock.press("Enter")
    expect(lock).to_have_attribute("aria-pressed", "false")
    page.select_option("#move-to", value="苏北")
    panel.get_by_role("button", name="移动").press("Enter")
    expect(panel).to_be_hidden()
    assert site.territory_of("J12", draft) == site.company.subei
    painted(page, draft)


@pytest.mark.capability("TER6", "TER7")
def test_a_neighbourhood_is_divided_anew_and_the_step_taken_back(
    visit_as: Visit, axe: Axe, site: Site, draft: Alignment
) -> None:
    page = visit_as(site.company.boss)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)
    panel, map_ = page.locator("#edit-panel"), page.locator("#territory-map")
    click_left_of_the_middle(page)
    expect(panel.locator("[data-slot=count]")).to_have_text("1")
    panel.get_by_role("button", name="重新优化所选").click()
    expect(panel.get_by_role("button", name="采用", exact=True)).to_be_visible(timeout=20_000)
    expect(panel.locator("tbody")).to_contain_text("苏北")
    assert map_.get_attribute("data-proposed") != "0"
    assert axe(page) == []
    panel.get_by_role("button", name="不采用").click()
    expect(map_).to_have_attribute("data-proposed", "0")
    assert draft.edits.count() == 0

    panel.get_by_role("button", name="重新优化所选").click()
    panel.get_by_role("button", name="采用", exact=True).click(timeout=20_000)
    expect(page.locator("#alignment-changes")).to_contain_text("苏北")
    expect(page.locator('tr[data-territory="苏南"] .balance-word')).to_have_text("均衡")
    assert draft.edits.count() == 1
    settle(page)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator('tr[data-territory="苏南"] .balance-word')).to_have_text("偏重")
    painted(page, draft)


@pytest.mark.capability("TER6")
def test_layers_levels_customers_and_the_search(visit_as: Visit, axe: Axe, site: Site) -> None:
    Customer.objects.create(code="KH9", name="甲一商贸", unit=site.unit("J34"))
    Customer.objects.create(code="KH8", name="乙二商贸", unit=None)
    page = visit_as(site.company.operations)
    page.goto("/territories/")
    drawn_map(page)
    map_ = page.locator("#territory-map")
    page.get_by_label("图层").select_option(label="近 12 个月销售额")
    expect(map_).to_have_attribute("data-shown-layer", "amount")
    expect(page.locator("#map-legend")).to_contain_text("万元 及以上")
    page.get_by_role("button", name="J11县").click()
    expect(page.locator("#unit-panel [data-slot=layer]")).to_contain_text("近 12 个月销售额：0.03 万元")

    page.get_by_role("button", name="省区").click()
    expect(page.locator("#tier-table")).to_contain_text("广东")
    expect(page.locator("#territory-table")).to_be_hidden()
    page.get_by_role("button", name="客户", exact=True).click()
    expect(map_).to_have_attribute("data-customers", "true", timeout=20_000)
    expect(page.locator("[data-slot=missing-customers]")).to_contain_text("1 家客户")
    assert axe(page) == []

    search = page.get_by_role("searchbox", name="查找区县或客户")
    search.fill("甲一")
    expect(page.locator("#map-found")).to_contain_text("KH9")
    search.press("Enter")
    expect(page.get_by_role("heading", name="J34县", exact=True)).to_be_visible()
    expect(page.locator(".map-count").first).to_have_text("1", timeout=20_000)
    page.locator("#customer-panel").get_by_role("link", name="甲一商贸").click()
    expect(page.get_by_role("heading", name="甲一商贸")).to_be_visible()


def test_the_second_editor_sees_what_the_first_did(
    visit_as: Visit, site: Site, draft: Alignment, page_problems: list[str]
) -> None:
    page = visit_as(site.company.boss)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)
    services.move_units(
        alignment=draft,
        units=[site.unit("J32")],
        territory=site.company.subei,
        expected_version=draft.version,
        actor=site.company.operations,
        at=TODAY,
    )
    click_left_of_the_middle(page)
    page.select_option("#move-to", value="苏北")
    button = page.locator("#edit-panel").get_by_role("button", name="移动")
    button.click()
    expect(page.locator("#edit-panel [data-slot=message]")).to_contain_text("J32县")
    expect(page.locator('tr[data-territory="苏北"] [data-cell="customers"]')).to_have_text("14")
    assert site.territory_of("J22", draft) == site.company.sunan
    page_problems[:] = [problem for problem in page_problems if not problem.startswith("409")]
    button.click()
    expect(page.locator('tr[data-territory="苏北"] [data-cell="customers"]')).to_have_text("16")
    painted(page, draft)


def test_a_phone_looks_and_looks_up_only(visit_as: Visit, axe: Axe, site: Site, draft: Alignment) -> None:
    page = visit_as(site.company.boss, PHONE)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)
    page.get_by_role("searchbox", name="查找区县或客户").fill("J12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="J12县")).to_be_visible()
    expect(page.locator("#edit-panel")).to_be_hidden()
    expect(page.get_by_role("button", name="套索")).to_have_count(0)
    page.get_by_label("图层").select_option(label="客户数")
    expect(page.locator("#map-legend")).to_contain_text("全部")
    assert axe(page) == []


def test_moving_a_unit_in_the_table_on_a_phone(
    visit_as: Visit, axe: Axe, site: Site, draft: Alignment
) -> None:
    page = visit_as(site.company.boss, PHONE)
    page.goto(f"/territories/alignments/{draft.pk}/units/?q=J22")

    page.get_by_label("J22县 的销售区域").select_option(label="苏北")
    page.get_by_role("button", name="移动").click()

    expect(page.get_by_text("已移动：J22县")).to_be_visible()
    assert site.territory_of("J22", draft) == site.company.subei
    assert axe(page) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_territory_pages_are_accessible(
    visit_as: Visit, axe: Axe, site: Site, viewport: dict[str, int]
) -> None:
    page = visit_as(site.company.operations, viewport)
    for path in (
        "/territories/",
        "/territories/alignments/",
        "/territories/alignments/propose/",
        "/territories/coverage/",
        f"/territories/list/{site.company.sunan.pk}/",
        "/customers/conflicts/",
    ):
        page.goto(path)
        if page.locator("#territory-map").count():
            drawn_map(page)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
