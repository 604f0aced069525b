"""Wrong secrets at the door: the wait grows, shuts nobody out, and tells nobody which accounts exist."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import BasePasswordHasher, MD5PasswordHasher
from django.test import Client

from quyu.platform.people.models import Person, User
from quyu.platform.signin import delays
from quyu.platform.signin.models import FailureCount
from tests import factories
from tests.shell.signin.conftest import PASSWORD, Clock

NEAR, FAR = "192.0.2.7", "198.51.100.9"


def attempt(client: Client, password: str, name: str = "zhao", address: str = NEAR) -> int:
    return client.post(
        "/account/login/", {"login": name, "password": password}, REMOTE_ADDR=address
    ).status_code


def sign_out(client: Client) -> None:
    """Leave, in the same browser: its mark stays."""
    client.post("/account/logout/")
    assert "quyu_device" in client.cookies


def test_the_wait_doubles_and_then_lets_the_owner_in(member: User, time: Clock) -> None:
    client = Client()
    assert [attempt(client, "wrong") for _ in range(5)] == [200] * 5

    page = client.post("/account/login/", {"login": "zhao", "password": PASSWORD}, REMOTE_ADDR=NEAR)
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "2"
    assert "请在 2 秒后再试" in page.content.decode()

    time.wait(seconds=2)
    assert attempt(client, "wrong") == 200
    time.wait(seconds=2)
    assert attempt(client, PASSWORD) == 429
    time.wait(seconds=2)
    assert attempt(client, PASSWORD) == 302


def test_the_wait_never_grows_beyond_a_minute_for_an_account() -> None:
    waits = [delays.wait_after(failures, delays.RULES["account"]) for failures in (19, 20, 23, 1_000_000)]

    assert waits == [timedelta(0), timedelta(seconds=2), timedelta(seconds=16), timedelta(minutes=1)]


def test_refused_attempts_do_not_lengthen_the_wait(member: User, time: Clock) -> None:
    for _ in range(5):
        attempt(Client(), "wrong")
    assert [attempt(Client(), "wrong") for _ in range(20)] == [429] * 20

    time.wait(seconds=2)

    assert attempt(Client(), PASSWORD) == 302


def test_a_stranger_elsewhere_does_not_keep_the_owner_waiting(member: User, time: Clock) -> None:
    for _ in range(10):
        attempt(Client(), "wrong", address=FAR)

    assert attempt(Client(), PASSWORD, address=FAR) == 429
    assert attempt(Client(), PASSWORD, address=NEAR) == 302


def test_in_a_browser_he_knows_the_owner_never_waits_for_strangers(member: User, time: Clock) -> None:
    own = Client()
    assert attempt(own, PASSWORD) == 302
    sign_out(own)
    for step in range(200):
        attempt(Client(), "wrong", address=NEAR if step % 2 else f"203.0.113.{step}")

    assert attempt(Client(), PASSWORD, address="203.0.113.250") == 429
    assert attempt(own, PASSWORD, address="203.0.113.250") == 302


def test_a_known_browser_helps_with_its_own_account_only(member: User, time: Clock) -> None:
    User.objects.create_user("qian", password=PASSWORD)
    thief = Client()
    attempt(thief, PASSWORD)
    sign_out(thief)

    answers = [attempt(thief, "wrong", name="qian") for _ in range(6)]

    assert answers[-1] == 429


def test_guessing_many_accounts_from_one_address_is_slowed(db: None, time: Clock) -> None:
    answers = [attempt(Client(), "wrong", name=f"user{number}") for number in range(31)]

    assert answers == [200] * 30 + [429]
    assert attempt(Client(), "wrong", name="another", address=FAR) == 200


def test_guessing_from_many_addresses_of_one_range_is_slowed(db: None, time: Clock) -> None:
    answers = [
        attempt(Client(), "wrong", name=f"user{number}", address=f"192.0.2.{number}") for number in range(101)
    ]

    assert answers == [200] * 100 + [429]


def test_an_address_of_the_next_protocol_counts_by_its_network() -> None:
    one = delays.password_keys(name="a", address="2001:db8::1", device="")
    other = delays.password_keys(name="a", address="2001:db8::2", device="")

    assert one["address"] == other["address"]
    assert delays.password_keys(name="a", address="nonsense", device="")["address"]


def test_somebody_signed_in_cannot_clear_the_count_of_another(member: User, time: Clock) -> None:
    User.objects.create_user("qian", password=PASSWORD)
    own = Client()
    attempt(own, PASSWORD, name="qian")
    for _ in range(5):
        attempt(Client(), "wrong")

    time.wait(seconds=2)
    attempt(own, "whatever")

    assert [attempt(Client(), "wrong") for _ in range(2)] == [200, 429]


def test_failures_of_an_hour_ago_are_forgotten_and_removed(member: User, time: Clock) -> None:
    for _ in range(6):
        attempt(Client(), "wrong")
    time.wait(seconds=3600)

    assert attempt(Client(), PASSWORD) == 302
    assert FailureCount.objects.count() == 3


def test_no_name_and_no_address_is_kept(member: User, time: Clock) -> None:
    attempt(Client(), "wrong")

    kept = str(list(FailureCount.objects.values()))
    assert "zhao" not in kept
    assert NEAR not in kept


def refused(name: str, password: str) -> tuple[int, str]:
    page = Client(enforce_csrf_checks=False).post(
        "/account/login/", {"login": name, "password": password}, REMOTE_ADDR=FAR
    )
    return page.status_code, page.content.decode().replace(name, "NAME")


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each hashing of a password: what takes the time of an answer."""
    made: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: BasePasswordHasher, password: str, salt: str, **more: Any) -> str:
        made.append(password)
        return encode(self, password, salt, **more)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return made


def test_every_refusal_is_the_same_answer_after_the_same_work(
    member: User, time: Clock, hashings: list[str], django_assert_num_queries: Any
) -> None:
    User.objects.create_user("closed", password=PASSWORD, is_active=False)
    gone = User.objects.create_user("gone00", password=PASSWORD)
    Person.objects.create(code="G1", name="已离职", left_on=factories.date(2026, 6, 1), user=gone)
    User.objects.create_user("single", password=None)
    hashings.clear()
    answers: dict[str, tuple[int, str]] = {}
    work: dict[str, int] = {}

    for name, password in {
        "nobody": PASSWORD,
        "zhao": "wrong",
        "closed": PASSWORD,
        "gone00": PASSWORD,
        "single": PASSWORD,
    }.items():
        before = len(hashings)
        answers[name] = refused(name, password)
        work[name] = len(hashings) - before

    assert set(work.values()) == {1}, work
    assert {status for status, _page in answers.values()} == {200}
    assert len({without_tokens(page) for _status, page in answers.values()}) == 1
    assert "用户名或密码不对" in answers["nobody"][1]


def without_tokens(page: str) -> str:
    """The page without what is random in every page."""
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_the_second_factor_is_guarded_by_the_same_delay(member: User, time: Clock) -> None:
    Authenticator.objects.create(user=member, type="totp", data={"secret": totp.generate_totp_secret()})
    client = Client()
    assert attempt(client, PASSWORD) == 302

    answers = [client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert client.post("/account/2fa/authenticate/", {}).status_code == 302
