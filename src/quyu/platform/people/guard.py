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
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.decorators import method_decorator
from django.views import View
from django_htmx.middleware import HtmxDetails

from quyu.platform.people import policy
from quyu.platform.people.declarations import PUBLIC, declared
from quyu.platform.people.models import User
from quyu.platform.people.scope import NOBODY, Scope, scope_of

# Packages that guard their own views: sign-in, and the API, whose operations declare their rights each.
TRUSTED_PACKAGES = ("allauth", "ninja")

F = TypeVar("F", bound=Callable[..., Any])
V = TypeVar("V", bound=Callable[..., HttpResponseBase] | type[View])


class GuardedRequest(HttpRequest):
    """The request as a guarded view sees it (for the type checker)."""

    user: User
    scope: Scope
    permission: tuple[str, str]
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
    """The actions to offer on the pages of a resource; `disclose` where its personal fields may be exported.

    Whoever has no page of imports is not led to it.
    """
    rights = {action for action in policy.ACTIONS if may(request, resource, action)}
    if not may(request, "import", "create"):
        rights.discard("import")
    if policy.may_disclose(full_scope(request), resource, "export"):
        rights.add("disclose")
    return rights


def require(resource: str, action: str) -> Callable[[V], V]:
    """Admit signed-in accounts with the right; sets `request.scope` to the reach of that right."""
    if not policy.is_known(resource, action):
        raise ValueError(f"unknown permission {resource}.{action}")

    def decorate(view: V) -> V:
        if isinstance(view, type):
            return cast(V, method_decorator(decorate, name="dispatch")(view))

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_login(request)
            admit(request, resource, action)
            return cast(Callable[..., HttpResponseBase], view)(request, *args, **kwargs)

        guarded.quyu_permission = (resource, action)  # type: ignore[attr-defined]
        return cast(V, guarded)

    return decorate


def admit(request: HttpRequest, resource: str, action: str) -> None:
    """Set the scope of the request to the reach of the right, or raise `PermissionDenied`."""
    request.scope = check(request, resource, action)  # type: ignore[attr-defined]
    request.permission = (resource, action)  # type: ignore[attr-defined]


def operation(resource: str, action: str) -> Callable[[F], F]:
    """An operation of the API, or a function below a page, that needs a right: as `require`, for who is signed in."""
    if not policy.is_known(resource, action):
        raise ValueError(f"unknown permission {resource}.{action}")

    def decorate(function: F) -> F:
        @wraps(function)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            admit(request, resource, action)
            return function(request, *args, **kwargs)

        guarded.quyu_permission = (resource, action)  # type: ignore[attr-defined]
        return cast(F, guarded)

    return decorate


def exports(resource: str) -> Callable[[F], F]:
    """A function that answers a page's request with a file; the reader needs the right to export as well."""
    if not policy.is_known(resource, "export"):
        raise ValueError(f"unknown permission {resource}.export")

    def decorate(function: F) -> F:
        @wraps(function)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            check(request, resource, "export")
            return function(request, *args, **kwargs)

        guarded.quyu_permission = (resource, "export")  # type: ignore[attr-defined]
        return cast(F, guarded)

    return decorate


def require_everything(request: HttpRequest) -> None:
    """`PermissionDenied` for who answers for a part of the company only: some acts concern all of it."""
    if not request.scope.is_everything:  # type: ignore[attr-defined]
        raise PermissionDenied


def in_state(request: HttpRequest, state: str) -> None:
    """`Http404` when no role of the account sees objects of the declared resource in this state."""
    resource, _action = request.permission  # type: ignore[attr-defined]
    if not policy.sees_state(full_scope(request), resource, state):
        raise Http404


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
    return declared(view) is not None or getattr(view, "__module__", "").partition(".")[0] in TRUSTED_PACKAGES


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
