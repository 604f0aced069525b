"""Single sign-on by OpenID Connect: the company's provider says who somebody is; only known accounts come in.

allauth does the redirect, state, PKCE and the exchange of the code. Here: the ID token is verified in full
(signature by the published keys, issuer, audience, times, nonce), and its subject is bound to one account
for good the first time a claim names that account.
"""

import secrets
import time
from typing import Any, cast

import jwt
import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from quyu.platform.audit import services as audit
from quyu.platform.people import guard
from quyu.platform.people.models import User
from quyu.platform.signin import proof
from quyu.shell import clock
from quyu.shell.signin.backend import may_sign_in

PROVIDER = "sso"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 60
AGAIN_SECONDS = 300
"""How long ago somebody asked to sign in again may have done so."""
NEEDED = ["iss", "aud", "sub", "exp", "iat", "nonce"]

log = structlog.get_logger("quyu.signin")


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Trusts nothing about a person but a verified ID token and the user info of the same subject."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        try:
            claims = self.verified(str(kwargs["response"].get("id_token") or ""), app.client_id)
            if "userinfo_endpoint" in self.openid_config:
                told = self._fetch_user_info(token.token)
                if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
                    raise OAuth2Error("user info of somebody else")
                claims = {**told, **claims}
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise OAuth2Error(type(error).__name__) from error
        request.oidc_claims = claims  # type: ignore[attr-defined]
        return self.get_provider().sociallogin_from_response(request, {"userinfo": {"sub": claims["sub"]}})

    def verified(self, id_token: str, client_id: str) -> dict[str, Any]:
        """The claims of the token; raises PyJWTError, KeyError or ValueError."""
        if self.openid_config["issuer"] != settings.QUYU_OIDC_ISSUER:
            raise ValueError("the provider calls itself otherwise")
        with get_adapter().get_requests_session() as http:
            answer = http.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        header = jwt.get_unverified_header(id_token)
        keys = [key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if key.key_id == header.get("kid")]
        if len(keys) != 1:
            raise ValueError("signed by no published key")
        return jwt.decode(
            id_token,
            keys[0].key,
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=settings.QUYU_OIDC_ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": NEEDED},
        )


class KnownAccountsAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Nobody is signed up, nothing is connected by hand, and every refusal looks the same."""

    def is_open_for_signup(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims: dict[str, Any] = request.oidc_claims  # type: ignore[attr-defined]
        nonce = str((sociallogin.state.get("data") or {}).get("nonce") or "")
        if not nonce or not constant_time_compare(nonce, str(claims["nonce"])):
            raise refused(request, "nonce")
        if again := (sociallogin.state.get("data") or {}).get("again"):
            raise signed_on_again(request, sociallogin, claims, again)
        if sociallogin.is_existing:
            if not may_sign_in(User.objects.select_related("person").get(pk=sociallogin.user.pk)):
                raise refused(request, "account_closed")
            return
        bind(request, sociallogin, claims)

    def on_authentication_error(
        self, request: HttpRequest, *args: Any, error: Any = None, exception: Any = None, **kwargs: Any
    ) -> None:
        raise refused(request, str(error or "unknown"), exception)


def signed_on_again(
    request: HttpRequest, sociallogin: SocialLogin, claims: dict[str, Any], again: int
) -> ImmediateHttpResponse:
    """Who is signed in has just signed in there once more: remembered for one signature, nothing else changes."""
    signed_at, user = claims.get("auth_time"), request.user
    is_same = isinstance(user, User) and sociallogin.is_existing and sociallogin.user.pk == user.pk == again
    is_fresh = isinstance(signed_at, int) and abs(time.time() - signed_at) <= AGAIN_SECONDS
    if not is_same or not is_fresh or not may_sign_in(User.objects.select_related("person").get(pk=again)):
        return refused(request, "not_signed_on_again")
    proof.remember_sign_on(request.session, cast(User, user), now=clock.now())
    return ImmediateHttpResponse(redirect(sociallogin.state.get("next") or "/"))


@transaction.atomic
def bind(request: HttpRequest, sociallogin: SocialLogin, claims: dict[str, Any]) -> None:
    """The first time: the account that the claim names, unless another subject has it already."""
    user = account_named_by(claims)
    if user is None or not may_sign_in(user):
        raise refused(request, "no_such_account")
    if (
        SocialAccount.objects.select_for_update()
        .filter(user=user, provider=sociallogin.account.provider)
        .exists()
    ):
        raise refused(request, "another_subject")
    sociallogin.connect(request, user)
    audit.record(
        actor=user,
        verb="bind_sign_on",
        subject=user,
        label=user.username,
        detail={"issuer": settings.QUYU_OIDC_ISSUER},
        at=clock.now(),
    )


def account_named_by(claims: dict[str, Any]) -> User | None:
    """The one account of that name; an e-mail address counts when the provider has verified it."""
    claim = settings.QUYU_OIDC_CLAIM
    value = claims.get(claim)
    if not isinstance(value, str) or not value.strip():
        return None
    if claim == "email" and claims.get("email_verified") is not True:
        return None
    accounts = User.objects.select_related("person")
    found = list(accounts.filter(username__iexact=value)[:2])
    if not found and claim == "email":
        found = list(accounts.filter(email__iexact=value)[:2])
    return found[0] if len(found) == 1 else None


def refused(request: HttpRequest, why: str, exception: BaseException | None = None) -> ImmediateHttpResponse:
    """The same page for every reason; the reason is in the log."""
    log.warning("single_sign_on_refused", why=why, error=type(exception).__name__ if exception else None)
    return ImmediateHttpResponse(render(request, "account/sign_on_refused.html.jinja", status=403))


@guard.public
def begin(request: HttpRequest) -> HttpResponseBase:
    """To the provider; `next` says where to go afterwards. With `again`, who is signed in must sign in there anew."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    nonce = secrets.token_urlsafe(32)
    data: dict[str, Any] = {"nonce": nonce}
    asked = {"nonce": nonce}
    if "again" in request.GET and request.user.is_authenticated:
        data, asked = data | {"again": request.user.pk}, asked | {"prompt": "login", "max_age": "0"}
    provider = adapter_of(request).get_provider()
    try:
        return cast(
            HttpResponse,
            provider.redirect(request, process="login", next_url=target, data=data, auth_params=asked),
        )
    except (requests.RequestException, OAuth2Error, KeyError, ValueError) as error:
        return cast(HttpResponse, refused(request, "provider_unreachable", error).response)


@guard.public
def end(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from the provider, with a code or an error."""
    if provider_id != PROVIDER:
        raise Http404
    view = OAuth2CallbackView.adapter_view(adapter_of(request))
    try:
        return cast(HttpResponseBase, view(request))
    except (requests.RequestException, OAuth2Error, KeyError, ValueError) as error:
        return cast(HttpResponse, refused(request, "provider_answer", error).response)


def adapter_of(request: HttpRequest) -> Adapter:
    """The configured provider, or 404."""
    if not settings.QUYU_OIDC_ISSUER:
        raise Http404
    return Adapter(request, PROVIDER)
