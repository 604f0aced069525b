"""Subscribed views by mail and to a group: the page's own figures and files, by the reader's rights of that moment."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from quyu.apps.performance.web.board_paper import MOST_NAME, MOST_OWNER, MOST_ROWS, TEMPLATE, short
from quyu.apps.reports.models import SavedView, Subscription
from quyu.apps.reports.sending import send
from quyu.platform.documents.typesetting import typeset
from quyu.platform.notices.choices import Sending
from quyu.platform.notices.models import Notice, OutgoingMessage
from quyu.platform.people.models import Person, User
from tests.apps.performance.conftest import Trading
from tests.people import client_of
from tests.platform.notices.servers import (
    Chat,
    Inbox,
    chat_service,
    confirmed_mail,
    confirmed_robot,
    instant,
    look,
    mail_server,
)

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON6")]
MONDAY = datetime(2026, 6, 22, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
BOTH = {"by_mail": "on", "by_bot": "on"}


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def chat(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    with chat_service(settings, monkeypatch) as found:
        yield found


def subscribed(user: User, form: dict[str, str], page: str = "board", region: str = "JS") -> SavedView:
    """A view of one's own, subscribed to by the week from the page."""
    client = client_of(user)
    query = f"from={page}&period=2026Q2&region={region}"
    client.post(f"/performance/views/new/?{query}", {"name": "江苏本季"})
    view = SavedView.objects.get()
    client.post(f"/performance/views/{view.pk}/subscribe/", {"rhythm": "weekly", **form})
    return view


def sent(at: datetime = MONDAY) -> None:
    assert send(at=at) == 1


def plain(letter: EmailMessage) -> str:
    return str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def files(letter: EmailMessage) -> list[tuple[str, bytes]]:
    return [(str(part.get_filename()), part.get_payload(decode=True)) for part in letter.iter_attachments()]  # type: ignore[misc]


def streamed(client: Client, address: str) -> bytes:
    answer = client.get(address, follow=True)
    return b"".join(answer.streaming_content)


def rows_of(book: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()  # type: ignore[no-any-return]


def test_the_mail_brings_the_board_of_the_week_with_the_pages_own_workbook(
    trading: Trading, inbox: Inbox
) -> None:
    """江苏 in the second quarter: 350 of 6,000 万 by 21 June, as its page and its workbook say."""
    boss = trading.company.boss
    confirmed_mail(boss)
    view = subscribed(boss, {"by_mail": "on", "form": "xlsx"})
    sent()

    assert look(at=MONDAY).sent == 1
    [letter] = inbox.letters
    assert letter["Subject"].strip() == "订阅“江苏本季”：截至 2026-06-21 的数"
    text = plain(letter)
    for said in ("目标：6,000.00 万元", "实绩：350.00 万元", "达成率：5.83%", "截至 2026-06-21 所知"):
        assert said in text
    assert f"https://sales.example.com/performance/views/{view.pk}/?on=2026-06-21" in text
    [(name, book)] = files(letter)
    assert name == "业绩.xlsx"
    page = streamed(client_of(boss), "/performance/?region=JS&period=2026Q2&as_of=2026-06-15&export=xlsx")
    assert [row[5] for row in rows_of(book)] == [row[5] for row in rows_of(page)]
    assert [row[0] for row in rows_of(book)][1] == "JS"


def test_the_paper_is_one_page_and_the_same_by_mail_and_from_the_page(trading: Trading, inbox: Inbox) -> None:
    boss = trading.company.boss
    confirmed_mail(boss)
    subscribed(boss, {"by_mail": "on", "form": "pdf"})
    sent()
    look(at=MONDAY)

    [(name, paper)] = files(inbox.letters[0])
    assert name == "业绩_江苏_2026Q2_2026-06-21.pdf"
    page = streamed(client_of(boss), "/performance/?region=JS&period=2026Q2&export=pdf")
    for content in (paper, page):
        assert content.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


def test_the_fullest_paper_is_still_one_page() -> None:
    """As many rows as are shown, each with the longest name, owner and amounts."""
    figure = "-123,456.78"
    name, owner = short("很长的销售区域名称" * 4, MOST_NAME), short("欧阳上官司马诸葛", MOST_OWNER)
    cards = [{"label": "与应达之差", "value": f"{figure} 万元"}] * 8
    told = "截至 2026-06-21 所知 · 目标版本：2026 年度销售目标（调整后） v12 · 金额按下单"
    data = {
        "title": "很长的销售区域名称 2026Q2 业绩", "known": told, "facts": "数据截至 2026-06-20", "made": "某人 于 2026-06-22 07:00 制作",
        "notes": ["提醒" * 40] * 2, "cards": cards, "caption": "下级区域（万元）", "head": ["列"] * 8,
        "rows": [[name, owner, *[figure] * 6]] * MOST_ROWS, "more": "还有更多",
    }  # fmt: skip

    assert len(re.findall(rb"/Type\s*/Page\b", typeset(TEMPLATE, data))) == 1


def test_the_group_gets_figures_and_the_link_and_no_file(trading: Trading, chat: Chat) -> None:
    boss = trading.company.boss
    confirmed_robot(boss)
    subscribed(boss, {**BOTH, "form": "xlsx"})
    sent()

    assert look(at=MONDAY).sent == 1
    said = json.loads(chat.came[0][1])["text"]["content"]
    assert "达成率：5.83%" in said
    assert "https://sales.example.com/performance/views/" in said
    assert len(said.encode()) < 2048


@pytest.mark.parametrize("page", ["analysis", "customers", "bridge"])
def test_every_page_that_can_be_kept_comes_with_its_workbook(
    trading: Trading, inbox: Inbox, page: str
) -> None:
    boss = trading.company.boss
    confirmed_mail(boss)
    subscribed(boss, {"by_mail": "on", "form": "xlsx"}, page)
    sent()

    assert look(at=MONDAY).sent == 1
    [(name, book)] = files(inbox.letters[0])
    assert name.endswith(".xlsx")
    assert len(rows_of(book)) > 1


def test_a_form_the_page_does_not_have_is_a_link(trading: Trading, inbox: Inbox) -> None:
    boss = trading.company.boss
    confirmed_mail(boss)
    subscribed(boss, {"by_mail": "on", "form": "pdf"}, "customers")

    assert Subscription.objects.get().form == "link"


def test_it_holds_what_the_reader_may_see_when_it_is_sent(trading: Trading, inbox: Inbox) -> None:
    """A view of the director, shared: the manager of 江苏 gets 江苏, and who has left gets nothing."""
    company = trading.company
    client_of(company.director).post(
        "/performance/views/new/?from=board&period=2026Q2&region=HQ", {"name": "全国", "is_shared": "on"}
    )
    view = SavedView.objects.get()
    confirmed_mail(company.boss)
    form = {"rhythm": "weekly", "by_mail": "on", "form": "xlsx"}
    client_of(company.boss).post(f"/performance/views/{view.pk}/subscribe/", form)
    sent()
    look(at=MONDAY)

    [letter] = inbox.letters
    codes = {row[0] for row in rows_of(files(letter)[0][1])[1:]}
    assert "JS" in codes
    assert not codes & {"HQ", "EAST", "GD"}
    assert "不在您负责的范围内" in plain(letter)

    sent(MONDAY + timedelta(7))
    Person.objects.filter(user=company.boss).update(left_on=date(2026, 6, 29))
    assert look(at=MONDAY + timedelta(7)).failed == 1
    assert "没有查看或导出" in OutgoingMessage.objects.get(state=Sending.FAILED).why


def test_a_view_gone_meanwhile_is_told_to_its_reader(trading: Trading, inbox: Inbox) -> None:
    boss = trading.company.boss
    confirmed_mail(boss)
    view = subscribed(boss, {"by_mail": "on"})
    sent()
    view.delete()

    assert (look(at=MONDAY).failed, inbox.letters) == (1, [])
    assert Notice.objects.filter(user=boss, text__contains="视图已删除").exists()


def test_an_attachment_too_large_is_left_out_and_the_mail_says_so(
    trading: Trading, inbox: Inbox, settings: Any
) -> None:
    settings.MAIL_MB = 0
    boss = trading.company.boss
    confirmed_mail(boss)
    subscribed(boss, {"by_mail": "on", "form": "xlsx"})
    sent()
    look(at=MONDAY)

    [letter] = inbox.letters
    assert files(letter) == []
    assert "没有附上" in plain(letter)


def test_figures_that_are_not_summed_yet_wait(
    trading: Trading, inbox: Inbox, django_capture_on_commit_callbacks: Any
) -> None:
    """The worker is asked to sum them; the next attempt finds them."""
    boss = trading.company.boss
    confirmed_mail(boss)
    view = subscribed(boss, {"by_mail": "on"})
    SavedView.objects.filter(pk=view.pk).update(question={**view.question, "as": "restated"})
    sent()

    with django_capture_on_commit_callbacks(execute=True):
        look(at=MONDAY)
    row = OutgoingMessage.objects.get()
    assert (row.state, inbox.letters) == (Sending.WAITING, [])
    assert "后台重算" in row.why
    assert look(instant() + timedelta(minutes=5), at=MONDAY).sent == 1
    assert "按今天归属重述" in plain(inbox.letters[0])


def test_a_mail_in_english_holds_no_chinese_but_names(trading: Trading, inbox: Inbox) -> None:
    boss = trading.company.boss
    boss.language = "en"
    boss.save()
    confirmed_mail(boss)
    subscribed(boss, {"by_mail": "on", "form": "pdf"})
    sent()
    look(at=MONDAY)

    [letter] = inbox.letters
    text = plain(letter) + letter["Subject"]
    assert "Attainment: 5.83%" in text
    for name in ("江苏本季", "江苏"):
        text = text.replace(name, "")
    version = re.compile(r"target version: [^·]*·")
    left = [letter for letter in version.sub("", text) if "\u3400" <= letter <= "\u9fff"]
    assert "".join(left) == ""


def test_without_a_usable_address_only_the_notice_comes(trading: Trading, inbox: Inbox) -> None:
    boss = trading.company.boss
    subscribed(boss, BOTH)
    sent()

    assert not OutgoingMessage.objects.exists()
    assert Notice.objects.filter(user=boss, text__contains="订阅").count() == 1


def test_the_way_is_shown_and_offered_only_where_it_is_open(
    trading: Trading, inbox: Inbox, settings: Any
) -> None:
    boss = trading.company.boss
    confirmed_mail(boss)
    subscribed(boss, {"by_mail": "on", "form": "pdf"})

    page = client_of(boss).get("/performance/views/").content.decode()
    assert "PDF 附件" in page
    client_of(boss).post(f"/performance/views/{SavedView.objects.get().pk}/subscribe/", {"rhythm": ""})
    offered = client_of(boss).get("/performance/views/").content.decode()
    assert 'name="by_mail"' in offered
    assert 'name="by_bot"' not in offered
    settings.MAIL_ON = False
    assert 'name="by_mail"' not in client_of(boss).get("/performance/views/").content.decode()
