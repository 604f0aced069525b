"""A real browser for the journeys: anything it complains about fails the test.

`visit_as(user)` opens a page signed in as that account. Console errors, violations of the content
security policy, failed scripts, styles or images and answers of 500 and more are problems; a test
that expects some removes them from `page_problems`.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from pytest_django.live_server_helper import LiveServer

from quyu.platform.people.models import User
from quyu.shell.jinja import manifest

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""

Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]

# Playwright's synchronous interface keeps an event loop in this thread; Django's ORM is used beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def require(is_there: bool, reason: str) -> None:
    """Skips on a laptop; fails where continuous integration promised the thing."""
    if is_there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Of one file: while it lives, an event loop runs in this thread, and nothing else here may run one."""
    require(CHROMIUM.exists(), "chromium is missing: apt install chromium")
    require(bool(manifest()), "the front end is not built: make frontend")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page_problems() -> Iterator[list[str]]:
    """What the browser complained about; must be empty when the test ends."""
    problems: list[str] = []
    yield problems
    assert not problems, "\n".join(problems)


@pytest.fixture
def visit_as(
    chromium: Browser, live_server: LiveServer, page_problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """`visit_as(user | None, viewport=DESKTOP) -> Page`; addresses may be relative (`page.goto("/")`)."""
    contexts: list[BrowserContext] = []

    def open_page(user: User | None = None, viewport: dict[str, int] = DESKTOP) -> Page:
        context = chromium.new_context(base_url=live_server.url, viewport=viewport, locale="zh-CN")
        contexts.append(context)
        context.add_init_script(REPORT_VIOLATIONS)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        watch(page, page_problems)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            settle(page)
        context.close()


def settle(page: Page) -> None:
    """Let the parts of the page that load by themselves arrive: a late request would meet an emptied database."""
    with contextlib.suppress(PlaywrightTimeout):
        page.wait_for_load_state("networkidle", timeout=5_000)


def session_cookie(user: User, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}


def watch(page: Page, problems: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(f"console on {page.url}: {message.text}")

    def on_response(response: Response) -> None:
        is_part = response.request.resource_type != "document"
        if response.status >= 500 or (is_part and response.status >= 400):
            problems.append(f"{response.status} {response.request.method} {response.url}")

    page.on("console", on_console)
    page.on("response", on_response)
    page.on("pageerror", lambda error: problems.append(f"error on {page.url}: {error}"))


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)` -> serious and critical findings, one line each."""
    require(AXE.exists(), "axe-core is missing: make frontend")
    source = AXE.read_text(encoding="utf-8")

    def findings(page: Page) -> list[str]:
        page.evaluate(source)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{finding['id']}: {finding['help']} {[node['target'] for node in finding['nodes']]}"
            for finding in result["violations"]
            if finding["impact"] in ("serious", "critical")
        ]

    return findings
