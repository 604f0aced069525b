"""The second factor: who must have one, how it is drawn, and who helps when it is lost."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from quyu.platform.audit.models import Decision
from quyu.platform.people.choices import Role
from quyu.platform.people.models import User
from quyu.platform.signin import tokens
from tests.people import Company, client_of
from tests.shell.signin.conftest import Clock, confirm, is_in, signed_in


def enrol(user: User) -> tuple[str, list[str]]:
    """A TOTP secret and the recovery codes."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret, RecoveryCodes.activate(user).get_unused_codes()


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_the_page_draws_the_code_without_anything_inline(member: User) -> None:
    client = signed_in()
    confirm(client)

    page = client.get("/account/2fa/activate/")

    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "style=" not in page.content.decode().partition("<main")[2].partition("</main")[0]
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
def test_enrolling_ends_the_other_sessions_and_shows_recovery_codes(member: User) -> None:
    here, there = signed_in(), signed_in()
    confirm(here)
    here.get("/account/2fa/activate/")
    secret = here.session["mfa.totp.secret"]

    answer = here.post("/account/2fa/activate/", {"code": code_of(secret)})

    assert answer.headers["Location"] == "/account/2fa/codes/"
    assert [is_in(here), is_in(there)] == [True, False]


def test_code_or_recovery_code_finishes_the_sign_in_and_each_works_once(member: User) -> None:
    secret, recovery = enrol(member)
    client = signed_in()
    assert not is_in(client)
    code = code_of(secret)
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert is_in(client)

    again = signed_in()
    assert again.post("/account/2fa/authenticate/", {"code": code}).status_code == 200
    assert again.post("/account/2fa/authenticate/", {"code": recovery[0]}).status_code == 302
    assert is_in(again)

    third = signed_in()
    assert third.post("/account/2fa/authenticate/", {"code": recovery[0]}).status_code == 200


def test_a_role_that_must_enrol_does_nothing_else_first(company: Company, time: Clock, settings: Any) -> None:
    settings.QUYU_2FA_ROLES = frozenset({Role.SYSTEM_ADMIN})
    client = client_of(company.admin)
    now = time.now
    secret = tokens.make(user=company.admin, name="x", days=7, may_write=True, at=now, now=now)[1]
    program = Client(headers={"Authorization": f"Bearer {secret}"})

    assert client.get("/").headers["Location"] == "/account/2fa/activate/"
    assert client.get("/account/").status_code == 200
    assert program.get("/api/people/").json()["code"] == "second_factor_required"
    assert client_of(company.boss).get("/").status_code == 200

    enrol(company.admin)
    assert client.get("/").status_code == 200
    assert program.get("/api/people/").status_code == 200


def test_security_administration_helps_and_says_why(company: Company, member: User) -> None:
    security = company.security
    enrol(member)
    member_there = client_of(member)
    client = client_of(security)
    path = f"/users/{member.pk}/second-factor/"
    assert "重置两步验证" in client.get(path).content.decode()

    assert client.post(path, {"reason": ""}).status_code == 200
    assert Authenticator.objects.filter(user=member).exists()
    assert client.post(path, {"reason": "当面报失手机，已核对工牌"}).status_code == 302

    assert not Authenticator.objects.filter(user=member).exists()
    assert not is_in(member_there)
    decision = Decision.objects.get(verb="reset_second_factor")
    assert (decision.actor, decision.reason) == (security, "当面报失手机，已核对工牌")
    assert is_in(signed_in())


@pytest.mark.parametrize("name", ["admin", "boss", "owner", "auditor", "stranger"])
def test_nobody_else_takes_a_second_factor_away(company: Company, member: User, name: str) -> None:
    enrol(member)

    answer = client_of(getattr(company, name)).post(f"/users/{member.pk}/second-factor/", {"reason": "我要"})

    assert answer.status_code == 403
    assert Authenticator.objects.filter(user=member).exists()


def test_not_even_security_administration_its_own(company: Company) -> None:
    security = company.security
    enrol(security)

    client_of(security).post(f"/users/{security.pk}/second-factor/", {"reason": "手机丢了"})

    assert Authenticator.objects.filter(user=security).exists()


@pytest.mark.parametrize(
    "path", ["/account/2fa/activate/", "/account/2fa/codes/", "/account/2fa/deactivate/"]
)
def test_dangerous_pages_ask_for_the_password_again(member: User, path: str) -> None:
    client = signed_in()
    if path != "/account/2fa/activate/":
        enrol(member)

    assert client.get(path).headers["Location"].partition("?")[0] == "/account/reauthenticate/"
