"""The outbox against real servers on this machine: once, again, given up, by whom and to whom."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from quyu.platform.notices import delivery, mailing, outbox, services
from quyu.platform.notices.choices import Sending, Topic
from quyu.platform.notices.models import MessageAddress, Notice, OutgoingMessage
from quyu.platform.people.models import Person
from tests.people import TODAY, Company
from tests.platform.notices.servers import (
    Chat,
    Inbox,
    confirmed_mail,
    confirmed_robot,
    instant,
    look,
    set_up,
)

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON3")]


def tell(company: Company, text: str = "预警：2 条新的") -> None:
    services.notify(users=[company.boss], text=text, url="/alerts/", at=TODAY, topic=Topic.ALERT)


def only() -> OutgoingMessage:
    return OutgoingMessage.objects.get()


def test_a_digest_comes_once_as_text_and_html_with_the_full_address(company: Company, inbox: Inbox) -> None:
    confirmed_mail(company.boss)
    tell(company)

    assert (look().sent, look().sent) == (1, 0)
    [letter] = inbox.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        "boss@example.com",
        "quyu@example.com",
        "预警：2 条新的",
    )
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        assert "https://sales.example.com/alerts/" in letter.get_body((kind,)).get_content()
    assert (only().state, only().payload) == (Sending.SENT, {})
    assert Notice.objects.filter(user=company.boss).count() == 1


def test_nothing_goes_out_where_nothing_was_set_up_confirmed_or_asked_for(
    company: Company, inbox: Inbox, settings: Any
) -> None:
    row = confirmed_mail(company.boss)
    services.notify(users=[company.boss], text="另一件事", at=TODAY)
    for changes in ({"takes_alerts": False}, {"confirmed_at": None}, {"refused_at": instant()}):
        MessageAddress.objects.filter(pk=row.pk).update(
            **{"takes_alerts": True, "confirmed_at": instant(), "refused_at": None, **changes}
        )
        tell(company)
    settings.MAIL_ON = False
    tell(company)

    assert not OutgoingMessage.objects.exists()


def test_the_outbox_stands_and_falls_with_the_transaction_of_the_notice(
    company: Company, inbox: Inbox
) -> None:
    confirmed_mail(company.boss)
    with transaction.atomic():
        tell(company)
        transaction.set_rollback(True)

    assert (OutgoingMessage.objects.count(), Notice.objects.count()) == (0, 0)


def test_a_worker_killed_between_sending_and_marking_leaves_a_letter_of_the_same_number(
    company: Company, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed_mail(company.boss)
    tell(company)
    honest = delivery._end

    def killed(*_told: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(delivery, "_end", killed)
    with pytest.raises(KeyboardInterrupt):
        look()
    monkeypatch.setattr(delivery, "_end", honest)

    assert look().sent == 0, "another worker leaves the claimed message alone"
    assert look(instant() + delivery.LEASE + timedelta(seconds=1)).sent == 1
    assert look(instant() + timedelta(days=2)).sent == 0
    first, second = inbox.letters
    assert first["Message-ID"] == second["Message-ID"] == f"<{only().number}@sales.example.com>"


def test_two_workers_send_it_once(company: Company, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second looks while the first speaks to the server."""
    confirmed_mail(company.boss)
    tell(company)
    honest, inner = mailing.send, []

    def slow(*told: Any, **given: Any) -> None:
        if not inner:
            inner.append(look().sent)
        honest(*told, **given)

    monkeypatch.setattr(delivery.mailing, "send", slow)
    assert (look().sent, inner, len(inbox.letters)) == (1, [0], 1)


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [
        ("RCPT", "451 4.7.1 Greylisted", "暂时不收"),
        ("DATA", "452 4.3.1 Full", "暂时不收"),
        ("MAIL", "550 5.7.1 Not you", "不接受发件人"),
    ],
)
def test_what_may_pass_is_tried_again_for_a_day_and_then_given_up_with_a_notice(
    company: Company, inbox: Inbox, command: str, answer: str, code: str
) -> None:
    confirmed_mail(company.boss)
    tell(company)
    inbox.answers[command] = answer

    now, looks = instant(), 0
    while only().state == Sending.WAITING and looks < 100:
        now, looks = max(only().next_at, now) + timedelta(seconds=1), looks + 1
        look(now)

    row = only()
    assert 20 < row.attempts < 40
    assert now - row.queued_at > delivery.GIVEN_UP
    assert (row.state, row.payload, code in row.why) == (Sending.FAILED, {}, True)
    told = Notice.objects.filter(user=company.boss, text__contains="没有送达").get()
    assert code in told.text
    assert told.url == "/account/messages/"
    assert MessageAddress.objects.get().refused_at is None


def test_a_refused_recipient_is_final_and_nothing_more_goes_there(company: Company, inbox: Inbox) -> None:
    confirmed_mail(company.boss)
    tell(company)
    inbox.answers["RCPT"] = "550 5.1.1 <script>No such user</script>"

    assert look().failed == 1
    assert only().attempts == 1
    assert "No such user" in only().why
    assert MessageAddress.objects.get().refused_at is not None
    assert outbox.usable([company.boss]) == []


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [("127.0.0.1", 1, "连不上服务器"), ("no-such-host.invalid", 25, "找不到服务器")],
)
def test_a_dead_server_is_asked_once_a_look_and_nothing_is_lost(
    company: Company, inbox: Inbox, settings: Any, host: str, port: int, said: str
) -> None:
    confirmed_mail(company.boss)
    for number in range(5):
        tell(company, f"第 {number} 条")
    live = settings.EMAIL_PORT
    set_up(settings, host, port)

    look()

    assert sorted(OutgoingMessage.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert said in OutgoingMessage.objects.get(attempts=1).why
    set_up(settings, "127.0.0.1", live)
    assert look(instant() + timedelta(minutes=2)).sent == 5


def test_a_server_that_says_nothing_is_left_after_the_time_limit(
    company: Company, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed_mail(company.boss)
    tell(company)

    def silent(*_told: object, **_given: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(smtplib.SMTP, "connect", silent)
    look()
    assert "没有回应" in only().why


def test_a_refused_login_says_so(company: Company, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed_mail(company.boss)
    tell(company)

    def refused(*_told: object, **_given: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Bad credentials")

    monkeypatch.setattr(smtplib.SMTP, "connect", refused)
    look()
    assert "拒绝登录" in only().why


def test_no_more_a_minute_than_the_site_allows(company: Company, inbox: Inbox, settings: Any) -> None:
    settings.MAIL_A_MINUTE = 3
    confirmed_mail(company.boss)
    for number in range(5):
        tell(company, f"第 {number} 条")

    now = instant()
    assert [look(now).sent, look(now).sent] == [3, 0]
    assert look(now + timedelta(seconds=61)).sent == 2


def test_one_robot_of_two_accounts_is_not_flooded(company: Company, chat: Chat) -> None:
    for user in (company.boss, company.owner):
        confirmed_robot(user)
    for number in range(10):
        services.notify(
            users=[company.boss, company.owner], text=f"第 {number} 条", at=TODAY, topic=Topic.ALERT
        )

    now = instant()
    assert look(now).sent == delivery.ROBOT_A_MINUTE
    assert look(now + timedelta(seconds=61)).sent == 20 - delivery.ROBOT_A_MINUTE


def test_a_fault_of_ours_holds_up_nobody_else(
    company: Company, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    confirmed_mail(company.boss)
    tell(company)
    OutgoingMessage.objects.update(payload={})
    tell(company, "好的一条")

    assert look().sent == 1
    assert "制作消息时出错" in OutgoingMessage.objects.get(state=Sending.WAITING).why


def test_who_has_left_gets_nothing_more(company: Company, inbox: Inbox) -> None:
    confirmed_mail(company.boss)
    tell(company)
    Person.objects.filter(user=company.boss).update(left_on=TODAY)

    assert (look().failed, inbox.letters) == (1, [])
    assert "没有查看预警的权限" in only().why


def test_a_long_or_many_lined_text_makes_one_header(company: Company, inbox: Inbox) -> None:
    confirmed_mail(company.boss)
    tell(company, "预警\r\nBcc: other@example.com\r\n\r\n<b>正文</b>" + "长" * 280)

    look()
    [letter] = inbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"].strip().startswith("预警 Bcc: other@example.com")
    assert "<b>" not in letter.get_body(("html",)).get_content()


def test_the_letter_speaks_the_language_of_its_reader(company: Company, inbox: Inbox) -> None:
    company.boss.language = "en"
    company.boss.save()
    confirmed_mail(company.boss)
    tell(company, "Alerts: 2 new")

    look()
    text = inbox.letters[0].get_body(("plain",)).get_content()
    assert not [letter for letter in text if "\u3400" <= letter <= "\u9fff"]


def test_what_ended_long_ago_is_forgotten(company: Company, inbox: Inbox) -> None:
    confirmed_mail(company.boss)
    tell(company)
    look()
    tell(company, "还在等")

    assert delivery.tidy(now=instant() + timedelta(days=29)) == 0
    assert delivery.tidy(now=instant() + timedelta(days=31)) == 1
    assert only().state == Sending.WAITING
