"""The account page and the choice of language."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.platform.fields.values import listed
from quyu.platform.notices import outbox
from quyu.platform.people import guard
from quyu.platform.people.choices import Role
from quyu.platform.people.models import User
from quyu.shell.signin import pages


@guard.require("account", "view")
def account(request: guard.GuardedRequest) -> HttpResponse:
    """Who I am here, my password and my second factor."""
    scope = guard.full_scope(request)
    roles = [str(label) for code, label in Role.choices if code in scope.roles]
    facts = [
        (_("用户名"), request.user.get_username()),
        (_("姓名"), request.user.get_full_name()),
        (_("角色"), listed(roles)),
        (_("数据范围"), _("全公司") if scope.is_everything else _("本人负责的组织与区域")),
    ]
    has_totp = is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    context = {
        "facts": facts,
        "has_totp": has_totp,
        "sessions": pages.sessions_of(request),
        "idle_minutes": settings.QUYU_IDLE_MINUTES,
        "sends_messages": bool(outbox.channels()),
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
    }
    return render(request, "account/account.html.jinja", context)


@guard.public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Sets the language on this device and, for a signed-in person, on the account; then goes back."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        request.user.language = code
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax", secure=request.is_secure()
    )
    return response
