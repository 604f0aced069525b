"""Who is asking: a program by its token, a person by a session that is neither too old nor forgotten."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa import signals as mfa_signals
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from quyu.platform.people import guard
from quyu.platform.people.declarations import PUBLIC
from quyu.platform.people.models import User
from quyu.platform.signin import second_factor, sessions, tokens
from quyu.shell import clock
from quyu.shell.signin.backend import may_sign_in
from quyu.shell.signin.browser import address_of, agent_of

Next = Callable[[HttpRequest], HttpResponseBase]
HAS_SECOND_FACTOR = "quyu_second_factor"
SCHEME = "bearer "


def longest() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def idle() -> timedelta:
    return timedelta(minutes=settings.QUYU_IDLE_MINUTES)


class SessionLimitsMiddleware:
    """Ends sessions that lasted too long or stood idle, and those whose account no longer counts."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            now = clock.instant()
            if not isinstance(request.user, User):
                logout(request)
            elif sessions.is_over(request.session, longest=longest(), idle=idle(), now=now):
                logout(request)
                messages.info(request, _("登录已超时，请重新登录。"))
            else:
                sessions.note_use(request.session, now=now)
        return self.get_response(request)


class TokenMiddleware:
    """`Authorization: Bearer quyu_…` below /api/: the request is its owner's, whatever cookies came along."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("Authorization", "")
        if not request.path.startswith("/api/") or not given.lower().startswith(SCHEME):
            return self.get_response(request)
        token = tokens.find(given[len(SCHEME) :].strip(), now=clock.instant())
        if token is None or not may_sign_in(token.user):
            request.user = AnonymousUser()
        elif not token.may_write and request.method not in ("GET", "HEAD", "OPTIONS"):
            return refusal("token_reads_only", _("这个令牌只能读取，不能写入。"), 403)
        else:
            request.user, request.api_token = token.user, token  # type: ignore[attr-defined]
        return self.get_response(request)


class SecondFactorMiddleware:
    """Accounts with certain roles set up a second factor before they do anything else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], *_arguments: object
    ) -> HttpResponseBase | None:
        if not settings.QUYU_2FA_ROLES or not self._is_missing(request, view):
            return None
        if request.path.startswith("/api/"):
            return refusal("second_factor_required", _("您的角色必须先开启两步验证。"), 403)
        messages.warning(request, _("您的角色必须先开启两步验证。"))
        return redirect("mfa_activate_totp")

    @staticmethod
    def _is_missing(request: HttpRequest, view: Callable[..., object]) -> bool:
        user = request.user
        is_open = getattr(view, "quyu_permission", None) == PUBLIC or request.path.startswith("/account/")
        if is_open or not isinstance(user, User) or request.session.get(HAS_SECOND_FACTOR) == user.pk:
            return False
        if not guard.full_scope(request).roles & settings.QUYU_2FA_ROLES:
            return False
        if not second_factor.has_one(user):
            return True
        if not hasattr(request, "api_token"):
            request.session[HAS_SECOND_FACTOR] = user.pk
        return False


def refusal(code: str, message: str, status: int) -> JsonResponse:
    """What the API answers when it refuses."""
    return JsonResponse({"code": code, "message": message}, status=status)


def stamp(sender: object, request: HttpRequest | None, **_: Any) -> None:
    """A session begins."""
    if request is not None and hasattr(request, "session"):
        sessions.begin(
            request.session, address=address_of(request), agent=agent_of(request), now=clock.instant()
        )


def factor_changed(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """A second factor was set up or removed: this session gets a new key, every other one ends."""
    request.session.pop(HAS_SECOND_FACTOR, None)
    request.session.cycle_key()
    sessions.end_all(user, but=request.session.session_key)


def connect() -> None:
    user_logged_in.connect(stamp, dispatch_uid="signin.stamp")
    mfa_signals.authenticator_added.connect(factor_changed, dispatch_uid="signin.factor_added")
    mfa_signals.authenticator_removed.connect(factor_changed, dispatch_uid="signin.factor_removed")
