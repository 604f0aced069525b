"""消息接收 through its pages: named, confirmed, chosen, refused; nobody sees another's; nothing where nothing is set up."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from quyu.platform.audit.models import Decision
from quyu.platform.notices.choices import Topic
from quyu.platform.notices.models import MessageAddress, OutgoingMessage
from quyu.platform.notices.services import notify
from quyu.shell.personal import exporting
from quyu.shell.personal.erasing import erase
from quyu.shell.personal.subject import person_subject
from tests.people import TODAY, Company, client_of
from tests.platform.notices.servers import (
    ROBOT,
    Chat,
    Inbox,
    business,
    chat_service,
    confirmed_mail,
    confirmed_robot,
    instant,
    look,
    mail_server,
)

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON6")]
PAGE = "/account/messages/"
KEY = ROBOT.rpartition("=")[2]


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    with mail_server(settings) as found:
        yield found


@pytest.fixture
def chat(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    with chat_service(settings, monkeypatch) as found:
        yield found


def test_a_site_that_sends_nothing_offers_nothing(company: Company) -> None:
    client = client_of(company.boss)

    assert "消息接收" not in client.get("/account/").content.decode()
    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}mail/", {"address": "a@example.com"}).status_code == 404


def test_an_address_counts_once_the_code_that_came_there_is_typed(company: Company, inbox: Inbox) -> None:
    client = client_of(company.boss)
    assert "消息接收" in client.get("/account/").content.decode()
    assert client.post(f"{PAGE}mail/", {"address": " zhang@example.com "}).status_code == 302
    notify(users=[company.boss], text="预警", url="/alerts/", at=TODAY, topic=Topic.ALERT)
    assert (look().sent, len(inbox.letters)) == (1, 1), "before it is confirmed nothing but the code"
    text = inbox.letters[0].get_body(("plain",)).get_content()
    code = next(word for word in text.replace("，", " ").split() if word.isdigit() and len(word) == 6)
    row = MessageAddress.objects.get()

    client.post(f"{PAGE}{row.pk}/confirm/", {"code": "x"})
    row.refresh_from_db()
    assert (row.confirmed_at, row.tries) == (None, 1)
    client.post(f"{PAGE}{row.pk}/confirm/", {"code": f" {code} "})

    assert "已确认" in client.get(PAGE).content.decode()
    assert Decision.objects.filter(verb="message.confirm").count() == 1
    notify(users=[company.boss], text="预警", url="/alerts/", at=TODAY, topic=Topic.ALERT)
    assert look().sent == 1


def test_a_code_ends_by_tries_and_by_time_and_few_are_sent(company: Company, inbox: Inbox) -> None:
    client = client_of(company.boss)
    client.post(f"{PAGE}mail/", {"address": "zhang@example.com"})
    row = MessageAddress.objects.get()
    code = OutgoingMessage.objects.get().payload["code"]
    for _number in range(5):
        client.post(f"{PAGE}{row.pk}/confirm/", {"code": "no"})
    assert (
        "验证码已失效"
        in client.post(f"{PAGE}{row.pk}/confirm/", {"code": code}, follow=True).content.decode()
    )

    client.post(f"{PAGE}{row.pk}/code/")
    MessageAddress.objects.update(code_made_at=instant() - timedelta(minutes=31))
    code = OutgoingMessage.objects.order_by("-pk")[0].payload["code"]
    assert (
        "验证码已失效"
        in client.post(f"{PAGE}{row.pk}/confirm/", {"code": code}, follow=True).content.decode()
    )
    assert look().sent == 2
    client.post(f"{PAGE}{row.pk}/remove/")
    for number in range(4):
        answer = client.post(f"{PAGE}mail/", {"address": f"victim{number}@example.com"})
        look()
    assert answer.status_code == 422
    assert "一小时内最多发" in answer.content.decode()
    assert 'value="victim3@example.com"' in answer.content.decode(), "what was typed stays"


@pytest.mark.parametrize(
    "text", ["", "x", "a@b\r\nBcc: c@d.example", "a@b c.example", "<a@b.example>", "a" * 300]
)
def test_what_is_no_address_is_refused(company: Company, inbox: Inbox, text: str) -> None:
    answer = client_of(company.boss).post(f"{PAGE}mail/", {"address": text})

    assert answer.status_code == 422
    assert not OutgoingMessage.objects.exists()


def test_a_robot_is_confirmed_in_its_group_and_never_shown_again(company: Company, chat: Chat) -> None:
    client = client_of(company.boss)
    assert client.post(f"{PAGE}robot/", {"robot": ROBOT}).status_code == 302
    code = OutgoingMessage.objects.get().payload["code"]
    assert look().sent == 1
    assert code in chat.came[0][1].decode()

    row = MessageAddress.objects.get()
    client.post(f"{PAGE}{row.pk}/confirm/", {"code": code})
    page = client.get(PAGE).content.decode()
    assert "5aaa" in page
    assert KEY not in page
    exported = str(exporting.sections(person_subject(company.person("boss").code)))
    assert KEY not in exported
    assert row.sealed not in exported


def test_a_pasted_address_of_another_host_is_refused_and_nobody_is_spoken_to(
    company: Company, chat: Chat
) -> None:
    answer = client_of(company.boss).post(
        f"{PAGE}robot/", {"robot": "https://169.254.169.254/cgi-bin/webhook/send?key=" + KEY}
    )

    assert answer.status_code == 422
    assert "不是企业微信、钉钉或飞书" in answer.content.decode()
    assert (look().sent, chat.came) == (0, [])


def test_a_service_the_site_did_not_open_is_refused(company: Company, chat: Chat, settings: Any) -> None:
    settings.BOT_ROUTES = frozenset({"feishu"})
    answer = client_of(company.boss).post(f"{PAGE}robot/", {"robot": ROBOT})
    assert (answer.status_code, MessageAddress.objects.count()) == (422, 0)


def test_anothers_address_does_not_exist(company: Company, inbox: Inbox) -> None:
    row = confirmed_mail(company.boss)
    client = client_of(company.neighbour)

    for tail in ("confirm", "code", "choose", "remove"):
        assert client.post(f"{PAGE}{row.pk}/{tail}/", {"code": "1"}).status_code == 404
    assert row.shown not in client.get(PAGE).content.decode()


def test_removed_or_changed_an_address_gets_nothing_that_waits(company: Company, inbox: Inbox) -> None:
    client = client_of(company.boss)
    for act in ("remove", "change"):
        row = confirmed_mail(company.boss)
        notify(users=[company.boss], text="预警", at=TODAY, topic=Topic.ALERT)
        if act == "remove":
            client.post(f"{PAGE}{row.pk}/remove/")
        else:
            client.post(f"{PAGE}mail/", {"address": "new@example.com"})
        assert not OutgoingMessage.objects.filter(topic="alert").exists()


def test_the_digest_is_a_choice(company: Company, inbox: Inbox) -> None:
    row = confirmed_mail(company.boss)
    client_of(company.boss).post(f"{PAGE}{row.pk}/choose/", {})
    notify(users=[company.boss], text="预警", at=TODAY, topic=Topic.ALERT)
    assert not OutgoingMessage.objects.exists()


def test_owner_and_administrator_see_why_and_nobody_else(company: Company, inbox: Inbox) -> None:
    confirmed_mail(company.boss)
    notify(users=[company.boss], text="机密的一句", url="/alerts/", at=TODAY, topic=Topic.ALERT)
    inbox.answers["RCPT"] = "550 5.1.1 No such user"
    assert look().failed == 1

    own = client_of(company.boss).get(PAGE).content.decode()
    assert "No such user" in own
    assert "被拒收" in own
    listed = client_of(company.admin).get(f"{PAGE}undelivered/").content.decode()
    assert "No such user" in listed
    assert "机密的一句" not in listed
    assert "/account/messages/undelivered/" in client_of(company.admin).get("/home/tasks/").content.decode()
    for name in ("boss", "operations", "security", "auditor"):
        assert client_of(getattr(company, name)).get(f"{PAGE}undelivered/").status_code == 403


def test_with_the_person_go_addresses_and_what_was_said_of_him_to_others(
    company: Company, inbox: Inbox
) -> None:
    """The payload of a message that waits for somebody else may name him: there the pseudonym stands."""
    boss, name = company.person("boss"), company.person("boss").name
    confirmed_mail(company.boss)
    confirmed_mail(company.neighbour, "neighbour@example.com")
    for user in (company.boss, company.neighbour):
        notify(users=[user], text=f"预警：{name}负责的江苏", at=TODAY, topic=Topic.ALERT)
    boss.left_on = TODAY - timedelta(days=1)
    boss.save()

    erase(person_subject(boss.code), reason="本人请求", actor=None, at=business(), today=TODAY)

    assert not MessageAddress.objects.filter(user=company.boss).exists()
    [left] = OutgoingMessage.objects.filter(user=company.neighbour)
    assert name not in str(left.payload)
    assert not OutgoingMessage.objects.filter(user=company.boss, state="waiting").exists()


def test_the_pages_speak_english_too(company: Company, inbox: Inbox, chat: Chat) -> None:
    company.boss.language = "en"
    company.boss.save()
    confirmed_mail(company.boss)
    confirmed_robot(company.boss)
    text = client_of(company.boss).get(PAGE).content.decode()
    left = [
        letter for letter in text.replace("区域", "").replace("中文", "") if "\u3400" <= letter <= "\u9fff"
    ]

    assert "".join(left) == ""
    assert "Group robot" in text
