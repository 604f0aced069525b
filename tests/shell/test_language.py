"""Two languages, each whole: every page that can be reached, and every refusal with its numbers."""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.test import Client
from django.urls import resolve
from django.utils import translation

from quyu.kernel.money import NotAnAmount, parse_fen
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import listed, spoken
from quyu.platform.notices.models import Notice
from quyu.platform.notices.services import notify
from quyu.platform.people import services
from quyu.platform.people.models import User
from quyu.shell.clock import now
from quyu.shell.plan.note import Note
from quyu.shell.plan.note import spoken as note_in_words
from tests.apps.performance.conftest import Trading, trading
from tests.apps.targets.plans import make_plan
from tests.people import TODAY, Company, client_of

__all__ = ["trading"]

CHINESE = re.compile(r"[\u3400-\u9fff、。；：，]+")
LINK = re.compile(r"""(?:href|hx-get|data-url)=["'](/[^"'#]*)""")
UNSEEN = re.compile(
    r"<style.*?</style>|<article lang=.zh-hans.>.*?</article>|<code.*?</code>|<!--.*?-->|<input[^>]*type=.hidden.[^>]*>",
    re.DOTALL,
)
NAMES_OF_THE_SITE = ('Quyu <span class="shell-brand-zh">区域</span>', ">中文<")
EACH = 2
"""Pages of one view that are read; its other rows look alike."""


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """A request leaves its language behind; the next test starts in Chinese."""
    with translation.override("zh-hans"):
        yield


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """The pages that links lead to from the home page, as address and text."""
    waiting, seen, read = deque(["/"]), {"/"}, dict[str, int]()
    while waiting:
        address = waiting.popleft()
        view = resolve(address.partition("?")[0]).view_name
        if read.get(view, 0) >= EACH or view.startswith(("language", "account_logout")):
            continue
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"] or answer.streaming:
            if answer.streaming:
                b"".join(
                    answer.streaming_content
                )  # read to its end the test client closes it and keeps the database
            continue
        read[view] = read.get(view, 0) + 1
        text = answer.content.decode()
        for link in map(unescape, LINK.findall(text)):
            if link not in seen and not link.startswith(("/static/", "/api/")):
                seen.add(link)
                waiting.append(link)
        yield address, text


def data_words() -> list[str]:
    """Every text of the database with a Chinese letter, longest first: data stay as they were entered."""
    found = set()
    for model in (model for model in apps.get_models() if model.__module__.startswith("quyu.")):
        names = [
            field.attname for field in model._meta.concrete_fields if isinstance(field, CharField | TextField)
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            found |= {value for value in row if isinstance(value, str) and CHINESE.search(value)}
    return sorted(found, key=len, reverse=True)


def without(words: tuple[str, ...] | list[str], text: str) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def english_client(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    user.refresh_from_db()
    return client_of(user)


@pytest.mark.capability("PLT5")
@pytest.mark.parametrize("name", ["operations", "admin", "auditor", "owner", "stranger"])
def test_english_pages_hold_no_chinese_but_data(trading: Trading, name: str) -> None:
    make_plan(trading.company)
    client, data = english_client(getattr(trading.company, name)), data_words()
    found: dict[str, set[str]] = {}

    for address, text in pages(client):
        left = without(data, without(NAMES_OF_THE_SITE, UNSEEN.sub("", unescape(text))))
        if words := set(CHINESE.findall(left)):
            found[address] = words

    assert found == {}


@pytest.mark.capability("PLT5")
def test_chinese_pages_hold_their_chinese(trading: Trading) -> None:
    read = dict(pages(client_of(trading.company.operations)))

    assert '<h1 class="page-title">业绩</h1>' in read["/performance/"]
    assert "YoY growth" not in "".join(read.values())
    assert len(read) > 30


def test_pages_for_strangers_in_both_languages(client: Client, db: None) -> None:
    assert "登录" in client.get("/account/login/").content.decode()
    english = client.get("/account/login/", headers={"accept-language": "en"}).content.decode()
    assert "Sign in" in english
    assert not CHINESE.search(without(NAMES_OF_THE_SITE, UNSEEN.sub("", english)))


def test_errors_in_english(company: Company) -> None:
    client = english_client(company.stranger)

    missing, forbidden = client.get("/no-such-page/"), client.get("/audit/")

    assert (missing.status_code, forbidden.status_code) == (404, 403)
    assert "Page not found" in missing.content.decode()
    assert "Not allowed" in forbidden.content.decode()


def test_a_refusal_is_said_in_both_languages_with_its_numbers(company: Company) -> None:
    with pytest.raises(Refusal) as refused:
        services.assign(
            person=company.person("colleague"),
            position=company.position("owner"),
            valid_from=TODAY,
            actor=None,
            at=TODAY,
        )

    with translation.override("zh-hans"):
        assert spoken(refused.value) == "岗位 江苏业务员 在 2024-01-01 至 ∞ 已由 owner 担任。"
    with translation.override("en"):
        assert spoken(refused.value) == "Position 江苏业务员 is already held by owner from 2024-01-01 to ∞."


def test_a_form_error_in_english(company: Company) -> None:
    with pytest.raises(NotAnAmount) as refused:
        parse_fen("many")

    with translation.override("en"):
        assert spoken(refused.value) == "“many” is not an amount; write a number such as 1234.56."


def test_a_note_of_a_plan_is_chinese_in_the_document_and_translated_on_the_terminal() -> None:
    note = Note("第 {row} 行", row=3)

    with translation.override("en"):
        assert str(note) == "第 3 行"
        assert note_in_words(note) == "Row 3"
        assert note_in_words("plain") == "plain"


def test_lists_are_separated_as_the_language_does_it() -> None:
    with translation.override("zh-hans"):
        assert listed(["甲", "乙"]) == "甲、乙"
    with translation.override("en"):
        assert listed(["A", "B"]) == "A, B"


def test_a_notice_speaks_the_language_of_its_reader(company: Company) -> None:
    User.objects.filter(pk=company.boss.pk).update(language="en")
    readers = list(User.objects.filter(pk__in=[company.boss.pk, company.owner.pk]))

    notify(users=readers, text=translation.gettext_lazy("已保存。"), at=now())

    texts = dict(Notice.objects.values_list("user__username", "text"))
    assert texts == {"boss": "Saved.", "owner": "已保存。"}
