"""From publication as of a day to a letter that its person accepts on the phone, and a change with its evidence."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from quyu.apps.targets import services
from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter, PlanVersion
from quyu.platform.approvals import services as approvals
from tests.apps.targets.plans import AT, make_plan, publish
from tests.journeys.conftest import PHONE, Visit
from tests.people import Company

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.capability("DEC13", "ORD6", "ADJ2"),
]
PASSWORD = "quyu-letter-2026"
PICTURES = os.environ.get("QUYU_PICTURES", "")


def picture(page: Page, name: str) -> None:
    """A screenshot to look at, where somebody asked for it."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def fits(page: Page) -> bool:
    """Nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_publish_then_accept_on_a_phone(company: Company, visit_as: Visit) -> None:
    version = make_plan(company)
    approval = services.submit(plan_version=version, actor=company.operations, at=AT)
    approvals.approve(approval=approval, actor=company.director, at=AT)
    company.owner.set_password(PASSWORD)
    company.owner.save()

    office = visit_as(company.operations)
    office.goto(f"/targets/{version.pk}/review/")
    picture(office, "review")
    office.get_by_label("生效日").fill("2026-06-15")
    office.get_by_role("button", name="发布").click()
    office.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(office.get_by_text("已发布", exact=False).first).to_be_visible()
    assert PlanVersion.objects.get(pk=version.pk).state == "published"

    phone = visit_as(company.owner, PHONE)
    phone.goto("/letters/mine/")
    expect(phone.get_by_role("heading", name="2027 年目标责任书")).to_be_visible()
    assert fits(phone)
    picture(phone, "letter-phone")
    phone.get_by_label("登录密码").fill(PASSWORD)
    phone.get_by_role("button", name="接受并签署").click()
    expect(phone.get_by_text("已接受并签署")).to_be_visible()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="下载 PDF").click()
    phone.get_by_role("link", name="核验").click()
    expect(phone.get_by_text("核验通过")).to_be_visible()
    assert fits(phone)
    picture(phone, "letter-check-phone")

    letter = Letter.objects.get(person=company.person("owner"))
    assert letter.state == LetterState.ACCEPTED
    assert Path(download.value.path()).read_bytes()[:5] == b"%PDF-"
    office.goto("/letters/")
    expect(office.get_by_role("row", name=re.compile(letter.number))).to_contain_text("已接受")
    picture(office, "letters")
    office.goto(f"/targets/{version.pk}/proof/")
    expect(office.get_by_text("全部相符").first).to_be_visible()
    picture(office, "proof")


def test_a_change_is_asked_for_analysed_and_approved(company: Company, visit_as: Visit) -> None:
    version = publish(company, make_plan(company))

    office = visit_as(company.operations)
    office.goto("/changes/")
    office.get_by_role("link", name="申请调整").first.click()
    office.get_by_label("事由").fill("竞品降价")
    office.get_by_label("区域").select_option("GD")
    office.get_by_label("理由").fill("竞品在广东降价两成")
    office.get_by_role("button", name="建立申请").click()
    office.get_by_label("说明").first.fill("市场走访记录")
    office.get_by_role("button", name="补充依据").click()
    office.get_by_label("调整后的数").fill("-5%")
    office.get_by_label("从哪个月起").select_option("2027-04")
    office.get_by_role("button", name="测算影响").click()
    expect(office.get_by_role("heading", name="对各月的影响")).to_be_visible()
    assert PlanVersion.objects.count() == 1
    picture(office, "change")
    office.get_by_role("button", name="提交审批").click()

    director = visit_as(company.director)
    director.goto("/approvals/")
    director.get_by_role("link", name=re.compile("竞品降价")).click()
    director.get_by_role("button", name="通过").click()
    expect(director.get_by_text("已通过。")).to_be_visible()
    office.reload()
    expect(office.get_by_text("四、沟通与确认")).to_be_visible()
    picture(office, "change-applied")
    office.goto(f"/targets/{PlanVersion.objects.order_by('pk').last().pk}/chain/?region=GD&period=2027&line=")  # type: ignore[union-attr]
    expect(office.get_by_role("link", name="竞品降价")).to_be_visible()
    picture(office, "chain")
    office.goto(f"/targets/{version.pk}/people/")
    picture(office, "people")
    phone = visit_as(company.operations, PHONE)
    for path in (
        "/changes/",
        f"/targets/{version.pk}/review/",
        "/letters/",
        f"/targets/{version.pk}/people/",
    ):
        phone.goto(path)
        assert fits(phone), path
    picture(phone, "people-phone")
