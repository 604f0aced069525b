"""Single sign-on against a provider that lies: only a flawless answer about a known account signs in."""

import time as system_time
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client

from quyu.platform.audit.models import Decision
from quyu.platform.people.models import Person, User
from tests.shell.signin.conftest import is_in
from tests.shell.signin.provider import CLIENT, OTHER_KEY, SECRET, Provider, provider

HMAC_KEY = "a secret of thirty-two characters and more"


@pytest.fixture
def known(settings: Any) -> Iterator[Provider]:
    """The configured provider."""
    with provider() as made:
        settings.QUYU_OIDC_ISSUER = made.issuer
        app = {
            "provider_id": "sso",
            "name": "企业账号",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": made.issuer},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield made


def sent_away(client: Client, target: str = "") -> dict[str, str]:
    """What the browser carries to the provider."""
    answer = client.get("/account/sso/", {"next": target} if target else {})
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def come_back(client: Client, known: Provider, target: str = "") -> HttpResponse:
    back = urlsplit(known.authorize(sent_away(client, target)))
    return client.get(f"{back.path}?{back.query}")  # type: ignore[return-value]


def test_the_button_leads_there_and_back(member: User, known: Provider) -> None:
    client = Client()
    page = client.get("/account/login/?next=/account/").content.decode()
    assert "用企业账号登录" in page
    assert "/account/sso/?next=%2Faccount%2F" in page

    answer = come_back(client, known, "/account/")

    assert answer.headers["Location"] == "/account/"
    assert is_in(client)
    bound = SocialAccount.objects.get()
    assert (bound.user, bound.uid, bound.extra_data) == (
        member,
        "subject-1",
        {"userinfo": {"sub": "subject-1"}},
    )
    assert Decision.objects.filter(verb="bind_sign_on", actor=member).count() == 1
    assert is_in(client)

    again = Client()
    come_back(again, known)
    assert is_in(again)
    assert Decision.objects.filter(verb="bind_sign_on").count() == 1


def test_without_a_provider_there_is_nothing(db: None) -> None:
    assert "/account/sso/" not in Client().get("/account/login/").content.decode()
    assert Client().get("/account/sso/").status_code == 404
    assert Client().get("/account/sso/callback/").status_code == 404


def test_the_redirect_uses_state_nonce_and_pkce(member: User, known: Provider) -> None:
    first, second = sent_away(Client()), sent_away(Client())

    assert first["code_challenge_method"] == "S256"
    assert first["response_type"] == "code"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 16
        assert first[name] != second[name]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(member: User, known: Provider, target: str) -> None:
    assert come_back(Client(), known, target).headers["Location"] == "/"


def past(known: Provider) -> None:
    known.claims = {"exp": int(system_time.time()) - 120, "iat": int(system_time.time()) - 600}


def none_signed(known: Provider) -> None:
    known.key, known.algorithm = None, "none"


def hmac_signed(known: Provider) -> None:
    known.key, known.algorithm = HMAC_KEY, "HS256"


LIES = {
    "another issuer in the token": lambda known: known.claims.update(iss="https://evil.example"),
    "another issuer in the discovery": lambda known: known.discovery.update(issuer="https://evil.example"),
    "for another client": lambda known: known.claims.update(aud="another"),
    "for several clients, not for us": lambda known: known.claims.update(aud=["a", "b"]),
    "expired": past,
    "without expiry": lambda known: known.claims.update(exp=None),
    "issued tomorrow": lambda known: known.claims.update(iat=int(system_time.time()) + 86400),
    "another nonce": lambda known: known.claims.update(nonce="replayed"),
    "without a nonce": lambda known: known.claims.update(nonce=None),
    "signed by another key": lambda known: setattr(known, "key", OTHER_KEY),
    "signed by an unknown key": lambda known: setattr(known, "headers", {"kid": "two"}),
    "not signed": none_signed,
    "signed with a shared secret": hmac_signed,
    "without a subject": lambda known: known.claims.update(sub=None),
    "user info of somebody else": lambda known: known.userinfo.update(sub="subject-2"),
    "user info is out of order": lambda known: known.down.add("/userinfo"),
    "token endpoint is out of order": lambda known: known.down.add("/token"),
    "keys are out of order": lambda known: known.down.add("/keys"),
    "an unknown account": lambda known: known.claims.update(preferred_username="nobody"),
    "no account named": lambda known: known.claims.update(preferred_username=None),
    "an account that is no text": lambda known: known.claims.update(preferred_username=["zhao"]),
    "an empty name": lambda known: known.claims.update(preferred_username=" "),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_flaw_in_the_answer_signs_nobody_in(member: User, known: Provider, lie: str) -> None:
    client = Client()
    LIES[lie](known)

    answer = come_back(client, known)

    assert answer.status_code == 403
    assert "单点登录没有成功" in answer.content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1


def test_every_refusal_looks_the_same(member: User, known: Provider) -> None:
    pages = set()
    for lie in ("an unknown account", "another issuer in the token", "expired"):
        with_lie = known.claims, known.discovery
        known.claims, known.discovery = {}, {}
        LIES[lie](known)
        page = come_back(Client(), known).content.decode()
        pages.add(
            "\n".join(line for line in page.splitlines() if "csrf" not in line and "callback" not in line)
        )
        known.claims, known.discovery = with_lie

    assert len(pages) == 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=code0",
        "code=code0&state=",
        "code=code0&state=invented",
        "error=access_denied",
        "state=x&error=y",
    ],
)
def test_a_made_up_return_signs_nobody_in(member: User, known: Provider, query: str) -> None:
    known.authorize(sent_away(Client()))
    client = Client()

    assert client.get(f"/account/sso/callback/?{query}").status_code == 403
    assert not is_in(client)


def test_a_state_works_once_and_in_its_own_browser_only(member: User, known: Provider) -> None:
    own, other = Client(), Client()
    back = urlsplit(known.authorize(sent_away(own)))
    path = f"{back.path}?{back.query}"

    assert other.get(path).status_code == 403
    assert own.get(path).status_code == 302
    own.post("/account/logout/")
    assert own.get(path).status_code == 403


def close(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def leave(user: User) -> None:
    Person.objects.create(code="Z1", name="赵", user=user, left_on=date(2026, 6, 15))


@pytest.mark.parametrize("ending", [close, leave])
@pytest.mark.parametrize("is_bound", [True, False])
def test_an_account_that_no_longer_counts_stays_out(
    member: User, known: Provider, ending: Any, is_bound: bool
) -> None:
    if is_bound:
        come_back(Client(), known)
    ending(member)
    client = Client()

    assert come_back(client, known).status_code == 403
    assert not is_in(client)


def test_a_name_given_to_somebody_else_there_does_not_open_the_account(member: User, known: Provider) -> None:
    come_back(Client(), known)
    known.claims, known.userinfo = {"sub": "subject-2"}, {"sub": "subject-2"}
    client = Client()

    assert come_back(client, known).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    ("claims", "is_open"),
    [
        ({"email": "zhao@example.com", "email_verified": True}, True),
        ({"email": "ZHAO@example.com", "email_verified": True}, True),
        ({"email": "zhao@example.com", "email_verified": False}, False),
        ({"email": "zhao@example.com", "email_verified": "true"}, False),
        ({"email": "zhao@example.com"}, False),
        ({"email": "other@example.com", "email_verified": True}, False),
        ({"email": "", "email_verified": True}, False),
    ],
)
def test_an_address_counts_when_it_is_verified(
    member: User, known: Provider, settings: Any, claims: dict[str, Any], is_open: bool
) -> None:
    settings.QUYU_OIDC_CLAIM = "email"
    User.objects.filter(pk=member.pk).update(email="zhao@example.com")
    known.claims = claims
    client = Client()

    come_back(client, known)

    assert is_in(client) is is_open


def test_an_address_of_two_accounts_opens_neither(member: User, known: Provider, settings: Any) -> None:
    settings.QUYU_OIDC_CLAIM = "email"
    User.objects.create_user("qian")
    User.objects.update(email="zhao@example.com")
    known.claims = {"email": "zhao@example.com", "email_verified": True}

    assert come_back(Client(), known).status_code == 403


def test_the_second_factor_is_asked_for_all_the_same(member: User, known: Provider) -> None:
    Authenticator.objects.create(user=member, type="totp", data={"secret": "x"})
    client = Client()

    answer = come_back(client, known)

    assert answer.headers["Location"].startswith("/account/2fa/authenticate/")
    assert not is_in(client)


def test_a_provider_that_does_not_answer_is_told_in_chinese(member: User, known: Provider) -> None:
    known.down.add("/.well-known/openid-configuration")

    answer = Client().get("/account/sso/")

    assert answer.status_code == 403
    assert "单点登录没有成功" in answer.content.decode()
