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

    assert "请在“账号与安全”开启两步验证" in page
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
