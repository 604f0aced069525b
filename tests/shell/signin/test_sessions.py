"""A session ends by time, by its owner, and with whatever carried it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from quyu.platform.people import accounts
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import Person, RoleGrant, User
from quyu.platform.signin.models import ApiToken, Session
from tests import factories
from tests.shell.signin.conftest import PASSWORD, Clock, is_in, signed_in

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
NEW = "another horse staple"


def test_an_idle_session_ends_and_says_why(member: User, time: Clock) -> None:
    client = signed_in()
    time.wait(minutes=59)
    assert is_in(client)
    time.wait(minutes=59)
    assert is_in(client)

    time.wait(minutes=60)

    answer = client.get("/account/", follow=True)
    assert answer.redirect_chain == [("/account/login/?next=/account/", 302)]
    assert "登录已超时" in answer.content.decode()


def test_even_a_busy_session_ends_after_twelve_hours(member: User, time: Clock) -> None:
    client = signed_in()
    for _ in range(23):
        time.wait(minutes=30)
        assert is_in(client)

    time.wait(minutes=30)

    assert not is_in(client)


def test_page_views_write_the_session_once_a_minute_at_most(
    member: User, time: Clock, django_assert_num_queries: Any
) -> None:
    client = signed_in()
    is_in(client)
    before = Session.objects.get(user=member).seen_at

    time.wait(seconds=59)
    is_in(client)
    assert Session.objects.get(user=member).seen_at == before

    time.wait(seconds=1)
    is_in(client)
    assert Session.objects.get(user=member).seen_at == time.now


def test_signing_in_changes_the_key_of_the_session(member: User) -> None:
    client = Client()
    client.get("/account/2fa/authenticate/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    client.post("/account/login/", {"login": "zhao", "password": PASSWORD})

    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_my_page_lists_my_sessions_only_and_ends_the_others(member: User, time: Clock) -> None:
    User.objects.create_user("qian", password=PASSWORD)
    stranger, here, there = signed_in("qian", agent="Firefox Linux"), signed_in(agent=CHROME), signed_in()

    page = here.get("/account/").content.decode()
    assert "Chrome · Windows" in page
    assert "Firefox" not in page
    assert page.count("本设备") == 1

    here.post("/account/sessions/end/")

    assert [is_in(here), is_in(there), is_in(stranger)] == [True, False, True]


def test_a_new_password_ends_the_other_sessions_and_the_tokens(member: User) -> None:
    here, there = signed_in(), signed_in()
    key = here.cookies["sessionid"].value
    ApiToken.objects.create(
        user=member, name="x", digest="x", created_at="2026-01-01T00:00Z", expires_at="2099-01-01T00:00Z"
    )

    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/account/password/change/", form).status_code == 302

    assert here.cookies["sessionid"].value != key
    assert list(Session.objects.filter(user=member).values_list("session_key", flat=True)) == [
        here.cookies["sessionid"].value
    ]
    assert [is_in(here), is_in(there)] == [True, False]
    assert ApiToken.objects.get().revoked_at is not None


def close(user: User, boss: User) -> None:
    accounts.set_active(user=user, is_active=False, actor=boss, at=date(2026, 6, 15))


def reset(user: User, boss: User) -> None:
    accounts.reset_password(user=user, actor=boss, at=date(2026, 6, 15))


def leave(user: User, _boss: User) -> None:
    Person.objects.create(code="Z1", name="赵", user=user, left_on=date(2026, 6, 15))


def close_behind_the_services(user: User, _boss: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def remove(user: User, _boss: User) -> None:
    user.delete()


@pytest.mark.parametrize("ending", [close, reset, leave, close_behind_the_services, remove])
def test_the_sessions_end_with_the_account(member: User, ending: Callable[[User, User], None]) -> None:
    boss = factories.user("boss")
    client = signed_in()
    assert is_in(client)

    ending(member, boss)

    assert not is_in(client)


def test_somebody_who_leaves_tomorrow_works_today(member: User) -> None:
    Person.objects.create(code="Z1", name="赵", user=member, left_on=date(2026, 6, 16))

    assert is_in(signed_in())


@pytest.mark.parametrize(("role", "stays"), [(Role.SYSTEM_ADMIN, False), (Role.FINANCE, True)])
def test_the_sessions_of_an_administrator_end_with_the_role(member: User, role: Role, stays: bool) -> None:
    unit = factories.org_unit("HQ", "总部", OrgKind.HEAD_OFFICE)
    given = RoleGrant.objects.create(user=member, role=role, org_unit=unit, valid_from=date(2026, 1, 1))
    client = signed_in()

    given.valid_to = date(2026, 6, 15)
    given.save()

    assert is_in(client) is stays


def test_guessing_the_password_inside_a_stolen_session_is_stopped(member: User) -> None:
    client = signed_in()
    answers = [client.post("/account/reauthenticate/", {"password": f"guess {n}"}) for n in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "操作太频繁" in answers[-1].content.decode()


def test_cookies_are_kept_from_scripts_and_other_sites(member: User) -> None:
    client = signed_in()

    for name in ("sessionid", "quyu_device"):
        assert client.cookies[name]["httponly"] is True
        assert client.cookies[name]["samesite"] == "Lax"


def test_a_session_without_a_stamp_is_over(member: User, time: Clock) -> None:
    client = signed_in()
    session = client.session
    del session["quyu_started"]
    session.save()

    assert not is_in(client)
