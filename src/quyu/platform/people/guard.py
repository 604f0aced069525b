"""The door of every page: who may come in, and with which scope.

A view declares `@guard.require("target", "edit")` or `@guard.public`. Undeclared views answer nobody:
`DefaultDenyMiddleware` refuses them at run time and the system check `quyu.E001` refuses to start.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, Error
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.decorators import method_decorator
from django.views import View
from django_htmx.middleware import HtmxDetails

from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import NOBODY, Scope, scope_of

PUBLIC = ("public", "view")
# Packages that guard their own views: sign-in, and the API whose operations call `guard.check`.
TRUSTED_PACKAGES = ("allauth", "ninja")

V = TypeVar("V", bound=Callable[..., HttpResponseBase] | type[View])


class GuardedRequest(HttpRequest):
    """The request as a guarded view sees it (for the type checker)."""

    user: User
    scope: Scope
    today: date
    now: datetime
    htmx: HtmxDetails


def check(request: HttpRequest, resource: str, action: str) -> Scope:
    """The scope in which the signed-in account has the right, or `PermissionDenied`."""
    scope = full_scope(request)
    if not policy.allows(scope, resource, action):
        raise PermissionDenied
    return policy.narrow(scope, resource, action)


def full_scope(request: HttpRequest) -> Scope:
    """All roles of the signed-in account on the business date; worked out once per request."""
    if not isinstance(request.user, User):
        return NOBODY
    if not hasattr(request, "_quyu_scope"):
        at: date = request.today  # type: ignore[attr-defined]
        request._quyu_scope = scope_of(request.user, at=at)  # type: ignore[attr-defined]
    return cast(Scope, request._quyu_scope)  # type: ignore[attr-defined]


def may(request: HttpRequest, resource: str, action: str) -> bool:
    """Whether to offer a button or a menu entry."""
    return policy.allows(full_scope(request), resource, action)


def rights_over(request: HttpRequest, resource: str) -> set[str]:
    """The actions to offer on the pages of a resource; `disclose` where its personal fields may be exported."""
    rights = {action for action in policy.ACTIONS if may(request, resource, action)}
    if policy.may_disclose(full_scope(request), resource, "export"):
        rights.add("disclose")
    return rights


def require(resource: str, action: str) -> Callable[[V], V]:
    """Admit signed-in accounts with the right; sets `request.scope` to the reach of that right."""
    if resource not in policy.RESOURCES or action not in policy.ACTIONS:
        raise ValueError(f"unknown permission {resource}.{action}")

    def decorate(view: V) -> V:
        if isinstance(view, type):
            return cast(V, method_decorator(decorate, name="dispatch")(view))

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_login(request)
            request.scope = check(request, resource, action)  # type: ignore[attr-defined]
            return cast(Callable[..., HttpResponseBase], view)(request, *args, **kwargs)

        guarded.quyu_permission = (resource, action)  # type: ignore[attr-defined]
        return cast(V, guarded)

    return decorate


def public(view: V) -> V:
    """Admit everybody: health pages, sign-in."""
    if isinstance(view, type):
        return cast(V, method_decorator(public, name="dispatch")(view))

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return cast(Callable[..., HttpResponseBase], view)(*args, **kwargs)

    opened.quyu_permission = PUBLIC  # type: ignore[attr-defined]
    return cast(V, opened)


def to_login(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; a part asked for by HTMX sends the whole page there."""
    target = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target.url})
    return target


def is_declared(view: Callable[..., object]) -> bool:
    """Whether a resolved view says who may enter, or belongs to a package that guards itself."""
    return (
        hasattr(view, "quyu_permission")
        or getattr(view, "__module__", "").partition(".")[0] in TRUSTED_PACKAGES
    )


class DefaultDenyMiddleware:
    """Refuses every view that declares nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, _request: HttpRequest, view: Callable[..., object], *_arguments: object) -> None:
        if not is_declared(view):
            raise PermissionDenied(f"{view.__module__} declares no permission")


def undeclared_views(*_: object, **__: object) -> list[CheckMessage]:
    """System check: every view in the URL configuration declares its permission."""
    return [
        Error(
            f"{route}: {view.__module__}.{getattr(view, '__qualname__', view)} declares no permission",
            hint="use @guard.require(resource, action) or @guard.public",
            id="quyu.E001",
        )
        for route, view in resolved_views(get_resolver().url_patterns)
        if not is_declared(view)
    ]


def resolved_views(
    patterns: Sequence[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, Callable[..., object]]]:
    """Every route below these patterns with its view."""
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from resolved_views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback
