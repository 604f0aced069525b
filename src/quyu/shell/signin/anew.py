"""Who has neither a password nor a second factor signs in at the provider once more before he gets one.

allauth asks for the proof an account has and lets those pass that have none: in a browser left open, a password
or a code made there and then would sign letters (`platform.signin.proof`), and a token would outlive the session.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from quyu.platform.people.models import User
from quyu.platform.signin import proof
from quyu.shell import clock

View = Callable[..., HttpResponseBase]


def proven_anew(view: View, *, back: str) -> View:
    """The view for whoever has proven himself again moments ago; `back` names the page to come back to."""
    by_own_means: View = reauthentication_required(view)

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or user.has_usable_password():
            return by_own_means(request, *args, **kwargs)
        ways = proof.ways_of(user)
        if ways.code or proof.has_signed_on_again(request.session, user, now=clock.now()):
            return by_own_means(request, *args, **kwargs)
        if ways.sign_on:
            return redirect(f"{reverse('single-sign-on')}?{urlencode({'again': 1, 'next': reverse(back)})}")
        messages.error(
            request,
            _("您的账号没有密码，也没有开启两步验证，无法确认是本人。请系统管理员设置密码，再回到这里。"),
        )
        return redirect("account")

    return asked
