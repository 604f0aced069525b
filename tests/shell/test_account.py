"""The account page and the language; the door itself is tested in tests/shell/signin."""

import pytest
from django.test import Client

from quyu.platform.people.models import User
from tests.people import Company, client_of

PASSWORD = "correct horse battery"


@pytest.fixture
def member(db: None) -> User:
    return User.objects.create_user("zhao", password=PASSWORD)


def test_a_stranger_is_sent_to_the_sign_in_page(db: None) -> None:
    response = Client().get("/")

    assert response.headers["Location"] == "/account/login/?next=/"


def test_the_right_password_opens_the_door(member: User) -> None:
    client = Client()

    answer = client.post("/account/login/", {"login": "zhao", "password": PASSWORD})

    assert answer.status_code == 302
    assert client.get("/").status_code == 200


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
