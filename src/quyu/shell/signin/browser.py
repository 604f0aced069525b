"""The browser at the door: where it calls from, and whether an account has signed in with it before."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

COOKIE = "quyu_device"
SALT = "quyu.signin.device"
YEAR = 365 * 86400


def address_of(request: HttpRequest) -> str:
    """The address of the client: as the outermost trusted proxy saw it, or that of the connection."""
    direct: str = request.META.get("REMOTE_ADDR", "") or "unknown"
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.QUYU_PROXIES
    return hops[-trusted] if 0 < trusted <= len(hops) else direct


def agent_of(request: HttpRequest) -> str:
    """What the browser calls itself."""
    return str(request.META.get("HTTP_USER_AGENT", ""))


def known_device(request: HttpRequest, name: str) -> str:
    """The mark of this browser if the account of that name has signed in with it; else nothing."""
    try:
        mark = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except signing.BadSignature:
        return ""
    return mark["id"] if isinstance(mark, dict) and mark.get("account") == _account(name) else ""


def remember_device(response: HttpResponseBase, name: str, *, secure: bool) -> None:
    """Mark the browser as known to the account; the cookie names nobody and opens nothing."""
    mark = {"id": secrets.token_hex(16), "account": _account(name)}
    response.set_cookie(
        COOKIE,
        signing.dumps(mark, salt=SALT),
        max_age=YEAR,
        path="/account/",
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def _account(name: str) -> str:
    return salted_hmac(SALT, name.strip().casefold(), algorithm="sha256").hexdigest()
