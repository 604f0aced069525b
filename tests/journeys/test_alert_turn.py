"""What the day's work found is dealt with: handled, a card, a task done, and the check says whether it helped."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from quyu.apps.performance import services
from quyu.shell import daily
from tests.apps.performance.conftest import WAN, Trading, trading
from tests.journeys.conftest import Axe, Visit
from tests.platform.facts.lines import AT, line, order_lines

__all__ = ["trading"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def work_of(day: str, settings: Any) -> None:
    """The site is at `day` and its daily work is done, in a thread: sealing letters needs a loop of its own."""
    settings.QUYU_TODAY = day
    at = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo("Asia/Shanghai"))

    def work() -> None:
        try:
            daily.run(at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


def open_from_home(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=text).click()


@pytest.mark.capability("MON3", "PLN7")
def test_from_the_alert_to_the_lesson(visit_as: Visit, axe: Axe, trading: Trading, settings: Any) -> None:
    company = trading.company
    work_of("2026-06-15", settings)
    boss = visit_as(company.boss)

    open_from_home(boss, "预警：江苏 全年进度落后")
    boss.get_by_label("做了什么").fill("总监拜访十家大客户")
    boss.get_by_role("button", name="记下处理").click()
    expect(boss.get_by_text("已记下。")).to_be_visible()
    assert axe(boss) == []
    boss.locator(".page-actions").get_by_role("link", name="PDCA 卡").click()

    boss.get_by_label("原因", exact=True).fill("两家大客户停单")
    boss.get_by_label("目标值").fill("40")
    boss.get_by_label("措施").fill("补一次促销")
    boss.get_by_label("检查日").fill("2026-06-20")
    boss.get_by_role("button", name="保存并开始执行").click()
    expect(boss.get_by_text("已开始执行")).to_be_visible()
    boss.get_by_label("任务", exact=True).fill("拜访华强")
    boss.get_by_label("负责岗位").select_option(value=str(company.position("boss").pk))
    boss.get_by_label("期限").fill("2026-06-18")
    boss.get_by_role("button", name="记下任务").click()
    expect(boss.get_by_text("已记下，并列入负责人的首页任务")).to_be_visible()
    assert axe(boss) == []

    open_from_home(boss, "拜访华强")
    boss.get_by_label("进展", exact=True).select_option("done")
    boss.get_by_label("说明").fill("恢复下单")
    boss.get_by_role("button", name="报告").click()
    expect(boss.get_by_text("已报告，并通知了交办的人")).to_be_visible()
    assert axe(boss) == []
    boss.locator(".page-actions").get_by_role("link", name="看卡").click()
    expect(boss.get_by_role("table", name="D 执行").get_by_role("row").last).to_contain_text("已完成")

    bought = order_lines(line("MORE", date(2026, 6, 16), 5_000 * WAN, customer="C2"))
    services.record_orders(bought, file_name="more.csv", source_sha256="b" * 64, actor=None, at=AT)
    work_of("2026-06-20", settings)
    open_from_home(boss, "PDCA 卡：江苏")
    expect(boss.get_by_text("达到目标")).to_be_visible()
    boss.get_by_label("结论").select_option("keep")
    boss.get_by_label("经验").fill("老客户要总监亲自去")
    boss.get_by_role("button", name="写下经验并结束").click()
    expect(boss.get_by_text("已总结，经验可以搜索")).to_be_visible()

    boss.locator(".page-actions").get_by_role("link", name="看预警").click()
    expect(boss.locator(".stat").filter(has_text="有没有用")).to_contain_text("有好转")
    boss.goto("/cards/lessons/?text=老客户")
    expect(boss.get_by_text("老客户要总监亲自去")).to_be_visible()


@pytest.mark.capability("MON3")
def test_the_form_of_a_rule_asks_only_for_what_it_reads(visit_as: Visit, axe: Axe, trading: Trading) -> None:
    page = visit_as(trading.company.operations)
    page.goto("/alerts/")
    page.locator(".page-actions").get_by_role("link", name="预警规则").click()
    page.get_by_role("link", name="新建").first.click()
    expect(page.get_by_label("范围")).to_contain_text("全公司")
    assert "---------" not in page.content()

    page.get_by_label("判断方式").select_option("missing")
    for name in ("指标", "期间", "产品线", "方向", "界限"):
        expect(page.get_by_label(name, exact=True)).to_be_hidden()
    page.get_by_label("判断方式").select_option("threshold")
    expect(page.get_by_label("连续期数或工作日数")).to_be_hidden()
    page.get_by_label("指标", exact=True).select_option("amount")
    expect(page.locator("#id_limit_helptext")).to_have_text("填整数，单位：万元")
    page.get_by_label("指标", exact=True).select_option("attainment")
    expect(page.locator("#id_limit_helptext")).to_have_text("填整数，单位：%")
    assert axe(page) == []

    page.get_by_label("编码").fill("Q-PACE")
    page.get_by_label("名称").fill("季度达成落后")
    page.get_by_label("期间").select_option("quarter")
    page.get_by_label("界限", exact=True).fill("8000")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("界限按百分比填整数")).to_be_visible()
    page.get_by_label("界限", exact=True).fill("80")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("全公司的每个省区，本季到今天的达成率低于 80.00% 时，发黄色预警")).to_be_visible()
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="返回").click()
    expect(page).to_have_url(re.compile("/alerts/$"))
