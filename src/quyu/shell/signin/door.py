"""The doors where secrets are tried: password and second factor, each behind the growing delay."""

import math
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from allauth.account import views as account_views
from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.base import views as mfa_views
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from quyu.platform.people import guard
from quyu.platform.people.models import User
from quyu.platform.signin import delays
from quyu.shell import clock
from quyu.shell.signin.browser import address_of, known_device, remember_device

log = structlog.get_logger("quyu.signin")


@guard.public
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """User name and password."""
    if request.method != "POST" or request.user.is_authenticated:
        return passed(account_views.login, request)
    name = request.POST.get("login", "")
    keys = delays.password_keys(name=name, address=address_of(request), device=known_device(request, name))
    return tried(request, keys)


@guard.public
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """The code of the second factor, after the right password."""
    stage = get_pending_stage(request)
    if request.method != "POST" or stage is None or stage.key != AuthenticateStage.key:
        return passed(mfa_views.authenticate, request)
    if "code" not in request.POST:
        return redirect("mfa_authenticate")
    return tried(request, delays.second_factor_keys(stage.login.user.pk))


def tried(request: HttpRequest, keys: Mapping[str, str]) -> HttpResponseBase:
    """Let the attempt through to allauth unless it comes too soon; a redirect means that it was right."""
    wait = delays.enter(keys, now=clock.instant())
    if wait:
        log.warning("sign_in_delayed", seconds=math.ceil(wait.total_seconds()))
        return too_soon(request, wait)
    view = mfa_views.authenticate if "second" in keys else account_views.login
    response = passed(view, request)
    if response.status_code != 302:
        log.info("sign_in_failed", step="code" if "second" in keys else "password")
        return response
    delays.succeeded(keys, now=clock.instant())
    if isinstance(request.user, User):
        remember_device(response, request.user.username, secure=request.is_secure())
    return response


def passed(view: Callable[[HttpRequest], HttpResponseBase], request: HttpRequest) -> HttpResponseBase:
    """What allauth answers."""
    return view(request)


def too_soon(request: HttpRequest, wait: timedelta) -> HttpResponse:
    """429 with the seconds to wait; the same for known and unknown names."""
    seconds = math.ceil(wait.total_seconds())
    page = render(request, "account/too_soon.html.jinja", {"seconds": seconds}, status=429)
    page["Retry-After"] = str(seconds)
    return page
