"""A new alignment from the map to its first day in force: drafted, changed, submitted, approved, activated."""

from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from quyu.apps.territories import selectors
from quyu.apps.territories.models import Alignment
from tests.apps.territories.conftest import Site, site
from tests.journeys.conftest import DESKTOP, PHONE, Visit

__all__ = ["site"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST_DAY = date(2026, 7, 1)


def load_of(page: Page, territory: str) -> Locator:
    """The row of a territory in the table beside the map."""
    return (
        page.get_by_role("table", name="销售区域")
        .get_by_role("row")
        .filter(has=page.get_by_role("link", name=territory, exact=True))
    )


def customers(page: Page, territory: str) -> Locator:
    return load_of(page, territory).get_by_role("cell").nth(2)


def move_in_table(page: Page, unit: str, territory: str) -> None:
    page.get_by_role("link", name="单元清单").first.click()
    page.get_by_label("名称或编码").fill(unit)
    page.get_by_role("button", name="筛选").click()
    page.get_by_label(f"{unit}县 的销售区域").select_option(label=territory)
    page.get_by_role("button", name="移动").click()
    expect(page.get_by_text(f"已移动：{unit}县")).to_be_visible()
    page.get_by_role("link", name="返回").click()


@pytest.mark.capability("TER1", "TER6", "TER9")
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_map_to_the_day_it_takes_effect(
    visit_as: Visit, site: Site, viewport: dict[str, int]
) -> None:
    page = visit_as(site.company.operations, viewport)
    page.goto("/territories/")
    page.wait_for_selector("#territory-map[data-ready]")
    expect(page.locator("#territory-map canvas")).to_be_visible()
    before = {name: int(customers(page, name).inner_text()) for name in ("苏南", "苏北")}

    page.get_by_role("button", name="调整：另存为草案").click()
    expect(page.get_by_text("草稿", exact=True).first).to_be_visible()
    move_in_table(page, "J22", "苏北")

    expect(customers(page, "苏南")).to_have_text(str(before["苏南"] - 2))
    expect(customers(page, "苏北")).to_have_text(str(before["苏北"] + 2))
    changes = page.get_by_role("table", name="与生效方案的差异")
    expect(changes.get_by_role("row", name="J22县")).to_contain_text("苏南")
    expect(changes.get_by_role("row", name="J22县")).to_contain_text("苏北")
    draft = Alignment.objects.latest("pk")
    assert site.territory_of("J22", draft) == site.company.subei
    assert site.territory_of("J22") == site.company.sunan

    page.get_by_label("提交说明").fill("苏北补一个县")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_role("button", name="提交审批")).to_have_count(0)
    expect(page.get_by_role("button", name="确定生效")).to_have_count(0)

    director = visit_as(site.company.director, viewport)
    director.goto("/approvals/")
    director.get_by_role("table", name="审批").get_by_role("link").first.click()
    expect(director.locator("main")).to_contain_text("苏北补一个县")
    director.get_by_role("button", name="通过").click()
    director.get_by_role("link", name="查看对象").click()
    director.get_by_label("生效日").fill(FIRST_DAY.isoformat())
    director.get_by_role("button", name="确定生效").click()

    expect(director.get_by_text("2026-07-01 起生效").first).to_be_visible()
    draft.refresh_from_db()
    assert draft.state == "active"
    frame = selectors.unit_territory_frame().to_pylist()
    owned = {row["valid_from"]: row["territory_code"] for row in frame if row["unit_code"] == "J22"}
    assert owned[FIRST_DAY] == "苏北"
    assert "苏南" in owned.values()


@pytest.mark.capability("ORG4")
def test_a_manager_sees_the_territories_of_his_own_province_only(visit_as: Visit, site: Site) -> None:
    page = visit_as(site.company.neighbour)

    page.goto("/territories/")

    expect(load_of(page, "粤东")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("苏南")
    answer = page.goto(f"/territories/list/{site.company.sunan.pk}/")
    assert answer is not None
    assert answer.status == 404
