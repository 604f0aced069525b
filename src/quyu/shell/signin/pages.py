"""My sessions and my tokens: what acts in my name, and the buttons that end it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.people.models import User
from quyu.platform.signin import second_factor, sessions, tokens
from quyu.platform.signin.models import ApiToken
from quyu.shell import clock
from quyu.shell.signin.agents import named
from quyu.shell.signin.middleware import idle, longest


class TokenForm(forms.Form):
    """A new token: what for, how long, and whether it may write."""

    name = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=60,
        help_text=gettext_lazy("写明哪个程序使用，例如“ERP 每晚导入”。"),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("有效期"),
        coerce=int,
        choices=[(days, format_lazy(gettext_lazy("{days} 天"), days=days)) for days in tokens.DAYS],
        initial=30,
    )
    may_write = forms.BooleanField(label=gettext_lazy("允许写入（不选则只能读取）"), required=False)


class ReasonForm(forms.Form):
    """Why a protection is taken away."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=500,
        help_text=gettext_lazy("例如“本人当面报失手机，已核对工牌”。会记入审计。"),
    )


def sessions_of(request: GuardedRequest) -> list[dict[str, object]]:
    """Where I am signed in, for the account page."""
    found = sessions.sessions_of(request.user, longest=longest(), idle=idle(), now=clock.instant())
    return [
        {
            "browser": named(row.agent),
            "address": row.address,
            "started_at": row.started_at,
            "seen_at": row.seen_at,
            "is_this": row.session_key == request.session.session_key,
        }
        for row in found
    ]


@guard.require("account", "view")
@require_POST
def sign_out_elsewhere(request: GuardedRequest) -> HttpResponse:
    """End every session of mine but this one."""
    sessions.end_all(request.user, but=request.session.session_key)
    messages.success(request, _("其他设备上的登录已全部退出。"))
    return redirect("account")


@guard.require("account", "view")
def token_list(request: GuardedRequest) -> HttpResponse:
    """My tokens, and the form for a new one."""
    return shown(request, TokenForm())


@guard.require("account", "view")
@require_POST
@sensitive_variables("secret")
def make_token(request: GuardedRequest) -> HttpResponse:
    """Shows the secret this once. The address asks for proof of the person first (`account_urls`)."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return shown(request, form)
    try:
        _token, secret = tokens.make(
            user=request.user, at=request.now, now=clock.instant(), **form.cleaned_data
        )
    except Refusal as refusal:
        messages.error(request, spoken(refusal))
        return redirect("tokens")
    return shown(request, TokenForm(), secret)


def shown(request: GuardedRequest, form: TokenForm, secret: str | None = None) -> HttpResponse:
    context = {
        "form": form,
        "secret": secret,
        "tokens": tokens.tokens_of(request.user),
        "now": clock.instant(),
    }
    return render(request, "account/tokens.html.jinja", context)


@guard.require("account", "view")
@require_POST
def revoke_token(request: GuardedRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    tokens.revoke(token=token, actor=request.user, at=request.now, now=clock.instant())
    messages.success(request, _("令牌已撤销。"))
    return redirect("tokens")


@guard.require("grant", "edit")
def reset_second_factor(request: GuardedRequest, pk: int) -> HttpResponse:
    """For somebody who lost phone and codes: a page that asks why, then takes the second factor away."""
    user = get_object_or_404(User if request.scope.is_everything else User.objects.none(), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            second_factor.take_away(user=user, actor=request.user, reason=reason, at=request.now)
        except Refusal as refusal:
            messages.error(request, spoken(refusal))
        else:
            messages.success(request, _("两步验证已重置，请本人登录后重新开启。"))
        return redirect("user-detail", pk=pk)
    return render(request, "account/reset_second_factor.html.jinja", {"form": form, "account": user})
