"""Two languages, each whole: no English sentence on a Chinese page, no Chinese on an English page but data."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from playwright.sync_api import Page, expect

from tests.apps.performance.conftest import Trading, trading
from tests.apps.targets.plans import make_plan
from tests.journeys.conftest import Visit

__all__ = ["trading"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?:[ ,.]+[A-Za-z]{2,}){2,}")
CHINESE = re.compile(r"[一-鿿，。；：“”（）、]+")
NAMES_OF_THE_SITE = ("区域", "中文")
"""The second half of the product's name, and the name of the language in itself."""

SAID = """() => {
  const parts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (element.closest("script, style, code, pre, .shell-brand, .btn-close, article[lang=zh-hans]")) continue;
    parts.push(walker.currentNode.textContent.trim());
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (!element.closest("article[lang=zh-hans]")) parts.push(element.getAttribute(name));
  parts.push(document.title);
  return parts.filter(Boolean);
}"""

DEEPER = (
    "/imports/new/",
    "/targets/new/",
    "/account/",
    "/notices/",
    "/performance/analysis/",
    "/customers/new/",
)


def pages_of(page: Page) -> Iterator[str]:
    """The menu from top to bottom, some pages one step deeper, and the first thing of every list."""
    page.goto("/")
    addresses = ["/", *links(page, ".shell-nav-link")[1:], *DEEPER]
    for address in addresses:
        answer = page.goto(address)
        if answer is None or not answer.ok:
            continue
        addresses += links(page, "main tbody td:first-child a")[:1] if address not in DEEPER else []
        yield address


def links(page: Page, selector: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        selector, "links => links.map(link => link.getAttribute('href'))"
    )
    return found


def said_on(page: Page) -> list[str]:
    """Everything a person can read or hear on the page."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    words: list[str] = page.evaluate(SAID)
    return words


def data_words() -> list[str]:
    """Every text of the database with a Chinese letter in it, longest first: data stay as they were entered."""
    found = set()
    for model in apps.get_models():
        if not model.__module__.startswith("quyu."):
            continue
        texts = [
            field.attname for field in model._meta.concrete_fields if isinstance(field, CharField | TextField)
        ]
        for row in model._default_manager.values_list(*texts) if texts else ():
            found |= {value for value in row if isinstance(value, str) and CHINESE.search(value)}
    return sorted(found, key=len, reverse=True)


def choose_language(page: Page, now: str, wanted: str) -> None:
    page.get_by_role("button", name=now).click()
    page.get_by_role("button", name=wanted, exact=True).click()


@pytest.mark.capability("PLT5")
@pytest.mark.parametrize("name", ["operations", "admin", "owner"])
def test_no_english_sentence_on_a_chinese_page(visit_as: Visit, trading: Trading, name: str) -> None:
    make_plan(trading.company)
    page = visit_as(getattr(trading.company, name))

    found = {
        address: sentences
        for address in pages_of(page)
        if (sentences := [text for text in said_on(page) if ENGLISH_SENTENCE.search(text)])
    }

    assert found == {}


@pytest.mark.capability("PLT5")
@pytest.mark.parametrize("name", ["operations", "admin", "owner"])
def test_no_chinese_on_an_english_page_but_data(visit_as: Visit, trading: Trading, name: str) -> None:
    make_plan(trading.company)
    page = visit_as(getattr(trading.company, name))
    page.goto("/")
    choose_language(page, name, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    data = [*data_words(), *NAMES_OF_THE_SITE]

    found = {
        address: words
        for address in pages_of(page)
        if (words := [text for text in said_on(page) if CHINESE.search(without(data, text))])
    }

    assert found == {}


def without(data: list[str], text: str) -> str:
    for value in data:
        text = text.replace(value, "")
    return text


@pytest.mark.capability("PLT5")
def test_to_english_and_back(visit_as: Visit, trading: Trading) -> None:
    page = visit_as(trading.company.boss)
    page.goto("/performance/")
    expect(page.get_by_role("heading", level=1)).to_have_text("业绩")

    choose_language(page, "boss", "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/performance/")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("业绩")
    page.goto("/targets/")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    choose_language(page, "boss", "中文")
    expect(page.get_by_role("heading", level=1)).to_have_text("目标")
