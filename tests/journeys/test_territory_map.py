"""A manager moves a unit on the map and sees both territories change; the same in a table on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quyu.apps.territories import services
from quyu.apps.territories.models import Alignment
from tests.apps.territories.conftest import Site, site
from tests.journeys.conftest import DESKTOP, PHONE
from tests.people import TODAY

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


def click_left_of_the_middle(page: Page) -> None:
    """In 江苏 (4 columns, 3 rows) this is J22."""
    box = page.locator("#territory-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.46, box["y"] + box["height"] * 0.5)


@pytest.mark.capability("TER6")
def test_moving_a_unit_on_the_map(visit_as: Visit, axe: Axe, site: Site, draft: Alignment) -> None:
    page = visit_as(site.company.boss)
    page.goto(f"/territories/alignments/{draft.pk}/")
    drawn_map(page)

    click_left_of_the_middle(page)
    expect(page.get_by_role("heading", name="J22县")).to_be_visible()
    north = page.locator('tr[data-territory="苏北"]')
    expect(north.locator('[data-cell="customers"]')).to_have_text("12")
    page.select_option("#move-to", label="苏北")
    page.get_by_role("button", name="移动").click()

    expect(north.locator('[data-cell="customers"]')).to_have_text("14")
    expect(page.locator('tr[data-territory="苏南"] [data-cell="customers"]')).to_have_text("12")
    expect(page.locator("#unit-panel [data-slot=territory]")).to_have_text("苏北")
    assert site.territory_of("J22", draft) == site.company.subei
    assert axe(page) == []

    page.get_by_role("button", name="撤销上一步").click()
    expect(page.get_by_text("已移动：J22县")).to_be_visible()
    assert site.territory_of("J22", draft) == site.company.sunan


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
