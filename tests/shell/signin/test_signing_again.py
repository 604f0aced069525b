"""Signing without a password: the code of the second factor, or signing in again at the company's provider."""

import time as system_time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter
from quyu.platform.signin.models import ApiToken
from tests.apps.targets.plans import make_plan, publish
from tests.people import Company, client_of
from tests.shell.signin.provider import Provider
from tests.shell.signin.test_single_sign_on import known

__all__ = ["known"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("ORD6")]


@pytest.fixture
def letter(company: Company, settings: Any, tmp_path: Path) -> Letter:
    """The letter of somebody who signs in by the provider only."""
    settings.QUYU_HOME = tmp_path
    company.owner.set_unusable_password()
    company.owner.save()
    publish(company, make_plan(company))
    return Letter.objects.get(person=company.person("owner"))


def state(letter: Letter) -> str:
    return str(Letter.objects.get(pk=letter.pk).state)


def shown(client: Client, letter: Letter) -> str:
    return client.get(reverse("letter", args=[letter.pk])).content.decode()


def accept(client: Client, letter: Letter, secret: str = "") -> None:
    client.post(reverse("letter-accept", args=[letter.pk]), {"password": secret})


def confirm(client: Client, provider: Provider, letter: Letter) -> int:
    """To the provider and back, as the button leads; the status of the answer."""
    away = client.get("/account/sso/", {"again": "1", "next": reverse("letter", args=[letter.pk])})
    query = {name: values[0] for name, values in parse_qs(urlsplit(away.headers["Location"]).query).items()}
    assert (query["prompt"], query["max_age"]) == ("login", "0")
    back = urlsplit(provider.authorize(query))
    return client.get(f"{back.path}?{back.query}").status_code


def test_with_neither_the_page_says_what_to_do(company: Company, letter: Letter) -> None:
    client = client_of(company.owner)

    page = shown(client, letter)

    assert "请系统管理员设置密码" in page
    assert "接受并签署" not in page
    accept(client, letter, "!")
    assert state(letter) == LetterState.ISSUED


def test_the_code_of_the_second_factor_signs(company: Company, letter: Letter) -> None:
    secret = generate_totp_secret()
    TOTP.activate(company.owner, secret)
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    client = client_of(company.owner)
    assert "两步验证的验证码" in shown(client, letter)

    accept(client, letter, "000000" if code != "000000" else "111111")
    assert state(letter) == LetterState.ISSUED
    accept(client, letter, code)

    assert state(letter) == LetterState.ACCEPTED
    assert Authenticator.objects.filter(user=company.owner).exists()


def test_signing_in_again_at_the_provider_signs_one_letter(
    company: Company, letter: Letter, known: Provider
) -> None:
    SocialAccount.objects.create(user=company.owner, provider="sso", uid="subject-1")
    known.claims = {"auth_time": int(system_time.time())}
    client = client_of(company.owner)
    page = shown(client, letter)
    assert "用企业账号确认身份" in page
    assert "接受并签署" not in page

    assert confirm(client, known, letter) == 302
    assert "接受并签署" in shown(client, letter)
    accept(client, letter)

    assert state(letter) == LetterState.ACCEPTED
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.ISSUED)
    accept(client, letter)
    assert state(letter) == LetterState.ISSUED


@pytest.mark.parametrize("auth_time", [None, 1_000, "soon"])
def test_an_old_session_at_the_provider_is_not_enough(
    company: Company, letter: Letter, known: Provider, auth_time: object
) -> None:
    SocialAccount.objects.create(user=company.owner, provider="sso", uid="subject-1")
    known.claims = {"auth_time": auth_time}
    client = client_of(company.owner)

    assert confirm(client, known, letter) == 403

    accept(client, letter)
    assert state(letter) == LetterState.ISSUED


def test_another_person_at_the_provider_proves_nothing(
    company: Company, letter: Letter, known: Provider
) -> None:
    SocialAccount.objects.create(user=company.colleague, provider="sso", uid="subject-1")
    known.claims = {"auth_time": int(system_time.time())}
    client = client_of(company.owner)

    assert confirm(client, known, letter) == 403

    accept(client, letter)
    assert state(letter) == LetterState.ISSUED
    assert "我的" in client.get("/letters/mine/?all=1").content.decode()  # still signed in as himself


DOORS = ("/account/password/set/", "/account/2fa/activate/", "/account/tokens/new/")


@pytest.mark.parametrize("door", DOORS)
def test_an_open_browser_gives_nobody_another_proof(
    company: Company, letter: Letter, known: Provider, door: str
) -> None:
    SocialAccount.objects.create(user=company.owner, provider="sso", uid="subject-1")
    said = {"password1": "right-horse-2026", "password2": "right-horse-2026", "name": "n", "days": "30"}

    answer = client_of(company.owner).post(door, said)

    assert answer.headers["Location"].startswith("/account/sso/?again=1&next=%2Faccount%2F")
    company.owner.refresh_from_db()
    assert not company.owner.has_usable_password()
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_without_a_provider_the_administrator_gives_the_first_proof(
    company: Company, letter: Letter, door: str
) -> None:
    client = client_of(company.owner)

    page = client.post(door, follow=True).content.decode()

    assert "请系统管理员设置密码" in page
    assert not Authenticator.objects.exists()


def test_who_has_just_signed_in_again_may_set_a_password(
    company: Company, letter: Letter, known: Provider
) -> None:
    SocialAccount.objects.create(user=company.owner, provider="sso", uid="subject-1")
    known.claims = {"auth_time": int(system_time.time())}
    client = client_of(company.owner)
    confirm(client, known, letter)
    assert client.get("/account/2fa/activate/").status_code == 200

    client.post("/account/password/set/", {"password1": "right-horse-2026", "password2": "right-horse-2026"})

    company.owner.refresh_from_db()
    assert company.owner.check_password("right-horse-2026")


def test_who_has_a_second_factor_only_gives_a_code_before_a_password(
    company: Company, letter: Letter
) -> None:
    TOTP.activate(company.owner, generate_totp_secret())

    answer = client_of(company.owner).get("/account/password/set/")

    assert answer.headers["Location"].startswith("/account/2fa/reauthenticate/")
