"""Subscriptions through pages and the day's work: the right working day, once, for who may still read."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError

from quyu.apps.reports import sending
from quyu.apps.reports.models import SavedView, Subscription
from quyu.apps.reports.sending import NotAllSent, due_on, send
from quyu.platform.calendar.selectors import work_calendar
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import Person, User
from tests.apps.performance.conftest import Trading
from tests.people import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON6")]
ADDRESS = "/performance/views/new/?from=board&region=JS&period=2026Q2"


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 7, tzinfo=ZoneInfo("Asia/Shanghai"))


def subscribed(owner: User, user: User, rhythm: str) -> SavedView:
    client_of(owner).post(ADDRESS, {"name": "江苏本季", "is_shared": "on", "moves": "on"})
    view = SavedView.objects.get()
    assert (
        client_of(user).post(f"/performance/views/{view.pk}/subscribe/", {"rhythm": rhythm}).status_code
        == 302
    )
    return view


def sent_to(user: User) -> list[str]:
    return list(
        Notice.objects.filter(user=user, text__contains="订阅").order_by("pk").values_list("url", flat=True)
    )


def test_a_week_is_sent_on_its_first_working_day_and_once(trading: Trading) -> None:
    """Subscribed on Monday 15 June: that week is not sent any more, the next one on the 22nd, whatever day is looked at."""
    boss = trading.company.boss
    view = subscribed(boss, boss, "weekly")

    assert [send(at=at(6, day)) for day in (15, 19, 21)] == [0, 0, 0]
    assert [send(at=at(6, day)) for day in (22, 22, 23)] == [1, 0, 0]
    assert sent_to(boss) == [f"/performance/views/{view.pk}/?on=2026-06-21"]
    assert send(at=at(7, 1)) == 1


def test_a_month_waits_for_a_working_day_and_a_missed_day_is_made_up_for(trading: Trading) -> None:
    boss = trading.company.boss
    subscribed(boss, boss, "monthly")

    assert send(at=at(8, 2)) == 0
    assert send(at=at(8, 20)) == 1
    assert sent_to(boss)[0].endswith("?on=2026-07-31")
    assert send(at=at(8, 21)) == 0


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 5), None),
        (date(2026, 10, 8), date(2026, 10, 8)),
        (date(2026, 10, 12), date(2026, 10, 12)),
    ],
)
def test_holidays_put_the_day_off(trading: Trading, day: date, expected: date | None) -> None:
    """The first seven days of October 2026 are off."""
    assert due_on("weekly", day, work_calendar()) == expected


def test_the_notice_opens_the_view_as_known_then(trading: Trading) -> None:
    boss = trading.company.boss
    view = subscribed(boss, boss, "weekly")

    address = client_of(boss).get(f"/performance/views/{view.pk}/?on=2026-06-14")["Location"]
    path, _mark, query = address.partition("?")
    assert path == "/performance/"
    assert set(query.split("&")) == {"region=JS", "period=2026Q2", "as_of=2026-06-14"}
    exported = client_of(boss).get(f"/performance/views/{view.pk}/?on=2026-06-14&export=xlsx")["Location"]
    assert "export=xlsx" in exported
    for wrong in ("2026-06-16", "gestern", ""):
        assert client_of(boss).get(f"/performance/views/{view.pk}/?on={wrong}").status_code == 404


def test_one_click_ends_it(trading: Trading) -> None:
    boss = trading.company.boss
    view = subscribed(boss, boss, "weekly")

    assert "退订" in client_of(boss).get("/performance/views/").content.decode()
    client_of(boss).post(f"/performance/views/{view.pk}/subscribe/", {"rhythm": ""})
    assert send(at=at(6, 22)) == 0
    assert not Subscription.objects.exists()


def test_who_has_left_is_sent_nothing_and_the_subscription_ends(trading: Trading) -> None:
    company = trading.company
    subscribed(company.director, company.boss, "weekly")
    Person.objects.filter(user=company.boss).update(left_on=date(2026, 6, 20))

    assert send(at=at(6, 22)) == 0
    assert sent_to(company.boss) == []
    assert not Subscription.objects.exists()


def test_a_view_shared_no_longer_ends_the_subscription_and_says_so(trading: Trading) -> None:
    company = trading.company
    view = subscribed(company.director, company.boss, "weekly")
    stranger = client_of(company.stranger).post(
        f"/performance/views/{view.pk}/subscribe/", {"rhythm": "weekly"}
    )
    assert stranger.status_code == 403
    SavedView.objects.update(is_shared=False)

    assert send(at=at(6, 22)) == 0
    assert Notice.objects.filter(user=company.boss, text__contains="不再共享").exists()
    assert not Subscription.objects.exists()
    refused = client_of(company.boss).post(f"/performance/views/{view.pk}/subscribe/", {"rhythm": "weekly"})
    assert refused.status_code == 404


def test_a_failure_holds_up_nobody_else_and_is_made_up_for(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = trading.company
    subscribed(company.director, company.boss, "weekly")
    view = SavedView.objects.get()
    client_of(company.director).post(f"/performance/views/{view.pk}/subscribe/", {"rhythm": "weekly"})
    honest = sending.notify

    def failing(*, users: list[User], **given: object) -> int:
        if users[0] == company.boss:
            raise DatabaseError("full")
        return honest(users=users, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "notify", failing)
    with pytest.raises(NotAllSent):
        send(at=at(6, 22))
    assert (len(sent_to(company.director)), len(sent_to(company.boss))) == (1, 0)
    monkeypatch.setattr(sending, "notify", honest)
    assert send(at=at(6, 22)) == 1
    assert (len(sent_to(company.director)), len(sent_to(company.boss))) == (1, 1)
