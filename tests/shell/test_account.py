"""Sign-in, lock-out, language: the door of the product."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from quyu.platform.people.models import User
from quyu.shell.lockout import minutes_left
from tests.people import Company, client_of

PASSWORD = "correct horse battery"


@pytest.fixture
def member(db: None) -> User:
    return User.objects.create_user("zhao", password=PASSWORD)


def sign_in(client: Client, password: str) -> int:
    return client.post("/account/login/", {"login": "zhao", "password": password}).status_code


def test_a_stranger_is_sent_to_the_sign_in_page(db: None) -> None:
    response = Client().get("/")

    assert response.headers["Location"] == "/account/login/?next=/"


def test_the_right_password_opens_the_door(member: User) -> None:
    client = Client()

    assert sign_in(client, PASSWORD) == 302
    assert client.get("/").status_code == 200


@pytest.mark.capability("PLT5")
def test_five_wrong_passwords_lock_even_the_right_one_out(member: User) -> None:
    client = Client()
    answers = [sign_in(client, "wrong") for _attempt in range(5)]

    locked = client.post("/account/login/", {"login": "zhao", "password": PASSWORD})

    assert answers == [200, 200, 200, 200, 429]
    assert locked.status_code == 429
    assert "请在 15 分钟后再试" in locked.content.decode()


def test_the_time_left_is_rounded_up_and_never_nothing() -> None:
    failed = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
    cool_off = timedelta(minutes=15)

    assert minutes_left(last_failure_at=failed, cool_off=cool_off, now=failed + timedelta(seconds=1)) == 15
    assert minutes_left(last_failure_at=failed, cool_off=cool_off, now=failed + timedelta(minutes=20)) == 1


def test_the_language_is_kept_on_the_device_and_on_the_account(company: Company) -> None:
    client = client_of(company.boss)

    response = client.post("/account/language/", {"language": "en", "next": "/account/"})

    company.boss.refresh_from_db()
    assert response.headers["Location"] == "/account/"
    assert company.boss.language == "en"
    assert client.get("/account/").headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_language_switch_never_leads_elsewhere(company: Company, target: str) -> None:
    response = client_of(company.boss).post("/account/language/", {"language": "en", "next": target})

    assert response.headers["Location"] == "/"


def test_the_account_page_says_roles_and_reach(company: Company) -> None:
    page = client_of(company.director).get("/account/").content.decode()

    assert "销售总监" in page
    assert "全公司" in page


def test_nobody_signs_himself_up(db: None) -> None:
    assert Client().get("/account/signup/").status_code == 404
