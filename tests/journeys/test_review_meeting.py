"""A weekly meeting: its pack, a decision that becomes somebody's task, slides, and what comes back next week."""

from typing import Any

import pptx
import pytest
from playwright.sync_api import Page, expect

from tests.apps.performance.conftest import Trading, trading
from tests.journeys.conftest import PHONE, Axe, Visit

__all__ = ["trading"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def call(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="经营例会").click()
    page.get_by_label("组织").select_option(label="江苏")
    page.get_by_label("周期").select_option(label="周会")
    page.get_by_role("button", name="备好材料").click()


def agree(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


@pytest.mark.capability("MON4", "ADJ4")
def test_a_decision_is_a_task_and_comes_back(
    visit_as: Visit, axe: Axe, trading: Trading, settings: Any
) -> None:
    company = trading.company
    boss = visit_as(company.boss)
    call(boss)
    expect(boss.get_by_role("table", name="下级")).to_contain_text("苏北")
    boss.get_by_label("纪要").fill("先看苏北\n再看苏南")
    boss.locator("form", has=boss.get_by_label("纪要")).get_by_role("button", name="保存").click()
    expect(boss.get_by_text("已保存。")).to_be_visible()
    boss.get_by_label("决定", exact=True).fill("拜访十家客户")
    boss.get_by_label("负责岗位").select_option(value=str(company.position("owner").pk))
    boss.get_by_label("期限").fill("2026-06-19")
    boss.get_by_role("button", name="记下决定").click()
    expect(boss.get_by_role("table", name="决定", exact=True)).to_contain_text("拜访十家客户")
    assert axe(boss) == []

    phone = visit_as(company.owner, PHONE)
    phone.goto("/")
    expect(phone.get_by_text("会议决定：拜访十家客户")).to_be_visible()

    with boss.expect_download() as download:
        boss.get_by_role("link", name="PPTX").click()
    slides = pptx.Presentation(str(download.value.path())).slides
    assert sum(shape.has_chart for slide in slides for shape in slide.shapes) == 2
    assert "拜访十家客户" in "".join(slide._element.xml for slide in slides)
    boss.get_by_role("button", name="结束例会").click()
    agree(boss)
    expect(boss.get_by_text("例会已结束")).to_be_visible()

    settings.QUYU_TODAY = "2026-06-22"
    call(boss)
    carried = boss.get_by_role("table", name="上次的决定")
    expect(carried).to_contain_text("拜访十家客户")
    expect(carried).to_contain_text("已逾期")
    meeting = boss.url
    carried.get_by_role("button", name="开 PDCA 卡").click()
    expect(boss.get_by_role("main")).to_contain_text("拜访十家客户")
    expect(boss.get_by_label("目标值")).to_be_visible()
    assert axe(boss) == []
    boss.goto(meeting)
    carried.get_by_label("状态").select_option("done")
    carried.get_by_label("结果").fill("签回三家")
    carried.get_by_role("button", name="保存").click()
    expect(boss.get_by_role("table", name="上次的决定")).to_contain_text("签回三家")
    phone.goto("/")
    expect(phone.get_by_text("会议决定：拜访十家客户")).to_have_count(0)
