"""A number from the director to a salesperson's phone and back: handed down, countered, settled, shared, submitted."""

import pytest
from playwright.sync_api import Page, expect

from quyu.apps.targets.models import Handover, PlanVersion
from tests.apps.targets.plans import make_plan
from tests.apps.targets.test_rounds import year
from tests.journeys.conftest import PHONE, Axe, Visit
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def agree(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


@pytest.mark.capability("DEC9", "TGT6", "B11")
def test_from_the_director_to_a_phone_and_back(visit_as: Visit, axe: Axe, company: Company) -> None:
    plan = make_plan(company)
    director = visit_as(company.director)
    director.goto(f"/targets/{plan.pk}/round/")
    director.get_by_label("截止日").fill("2026-06-30")
    director.get_by_role("button", name="下达", exact=True).click()
    expect(director.get_by_text("下一级的负责人已收到通知")).to_be_visible()
    director.get_by_role("row", name="华东").get_by_role("button", name="代为下达").click()
    agree(director)
    expect(director.get_by_role("row", name="江苏")).to_contain_text("未开始")
    assert axe(director) == []

    manager = visit_as(company.boss)
    manager.goto("/targets/mine/")
    manager.get_by_role("link", name="分解给下级").click()
    manager.get_by_role("button", name="下达给下级").click()
    agree(manager)
    expect(manager.get_by_text("已提交并下达给下级")).to_be_visible()

    first = year(plan, "T:苏南")
    phone = visit_as(company.owner, PHONE)
    phone.goto("/")
    phone.get_by_role("link", name="答复目标：苏南").click()
    phone.get_by_label("我承诺").fill(f"{first * 98 // 100 / 1_000_000:.2f}")
    phone.get_by_label("理由").fill("大客户流失")
    phone.get_by_label("依据数据").fill("在谈订单：120 万元")
    phone.get_by_role("button", name="还价").click()
    expect(phone.get_by_text("已记录：还价")).to_be_visible()
    assert axe(phone) == []

    manager.goto("/targets/mine/")
    manager.get_by_role("link", name="处理").click()
    expect(manager.get_by_text("大客户流失")).to_be_visible()
    manager.get_by_role("button", name="同意还价").click()
    expect(manager.get_by_text("已记录：同意还价")).to_be_visible()
    manager.goto(f"/targets/{plan.pk}/gap/?region=JS")
    manager.get_by_role("button", name="预览").click()
    whole = year(plan, "JS")
    manager.get_by_role("button", name="应用到草稿").click()
    expect(manager.get_by_text("已应用：合计不变")).to_be_visible()

    assert year(plan, "JS") == whole
    assert year(plan, "T:苏南") == Handover.objects.get(region="T:苏南").number_fen
    operations = visit_as(company.operations)
    operations.goto(f"/targets/{plan.pk}/")
    operations.get_by_role("button", name="提交审批").click()
    agree(operations)
    expect(operations.get_by_text("等待另一位有权限的人审批")).to_be_visible()
    assert PlanVersion.objects.get(pk=plan.pk).state == "submitted"
