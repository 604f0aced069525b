"""The frame of the product in a real browser: no violation, no error, readable by machine, usable on a phone."""

import base64
import hmac
import struct
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_sign_in_page_is_accessible(visit_as: Visit, axe: Axe, viewport: dict[str, int]) -> None:
    page = visit_as(None, viewport)

    page.goto("/account/login/")

    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize("path", ["/", "/account/", "/account/password/change/"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_own_pages_are_accessible(
    visit_as: Visit, axe: Axe, company: Company, viewport: dict[str, int], path: str
) -> None:
    page = visit_as(company.director, viewport)

    page.goto(path)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("name", "viewport"),
    [("operations", DESKTOP), ("operations", PHONE), ("admin", DESKTOP), ("owner", PHONE)],
    ids=["operations-desktop", "operations-phone", "admin-desktop", "owner-phone"],
)
def test_every_page_of_the_menu_is_accessible(
    visit_as: Visit, axe: Axe, company: Company, name: str, viewport: dict[str, int]
) -> None:
    page = visit_as(getattr(company, name), viewport)
    page.goto("/")
    addresses = page.eval_on_selector_all(
        ".shell-nav-link", "links => links.map(link => link.getAttribute('href'))"
    )

    findings = {}
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        findings[address] = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            findings[address].append("the page is wider than the screen")

    assert {address: found for address, found in findings.items() if found} == {}


def test_a_person_signs_in_and_out(visit_as: Visit, company: Company) -> None:
    company.boss.set_password("correct horse battery")
    company.boss.save()
    page = visit_as(None)

    page.goto("/")
    page.get_by_label("用户名").fill("boss")
    page.get_by_label("密码").fill("correct horse battery")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("link", name="首页")).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="boss").click()
    page.get_by_role("button", name="退出登录").click()

    expect(page.get_by_label("密码")).to_be_visible()


def test_the_menu_opens_on_a_phone(visit_as: Visit, company: Company) -> None:
    page = visit_as(company.boss, PHONE)
    page.goto("/")
    expect(page.get_by_role("link", name="首页")).to_be_hidden()

    page.get_by_role("button", name="打开导航").click()

    expect(page.get_by_role("link", name="首页")).to_be_visible()


def test_the_second_factor_is_enrolled_and_asked_for(visit_as: Visit, axe: Axe, company: Company) -> None:
    company.director.set_password("correct horse battery")
    company.director.save()
    page = visit_as(company.director)
    page.goto("/account/")

    page.get_by_role("link", name="开启两步验证").click()
    page.get_by_label("密码").fill("correct horse battery")
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_alt_text("两步验证二维码")).to_be_visible()
    assert axe(page) == []
    secret = page.locator("code").inner_text()
    page.locator("#id_code").fill(current_code(secret))
    page.get_by_role("button", name="开启").click()
    expect(page.get_by_role("heading", name="备用码")).to_be_visible()
    spare = page.locator(".recovery-codes code").first.inner_text()

    again = visit_as(None)
    again.goto("/account/login/")
    again.get_by_label("用户名").fill("director")
    again.get_by_label("密码").fill("correct horse battery")
    again.get_by_role("button", name="登录").click()
    expect(again.get_by_role("heading", name="两步验证")).to_be_visible()
    again.locator("#id_code").fill(spare)
    again.get_by_role("button", name="登录").click()
    expect(again.get_by_role("link", name="首页")).to_be_visible()


def current_code(secret: str) -> str:
    """What the authenticator application shows now (RFC 6238, 30 seconds, 6 digits)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, "sha1").digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
