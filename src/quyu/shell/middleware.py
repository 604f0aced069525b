"""Gives each request the business date and moment, and speaks the language of the account."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from quyu.platform.people.models import User
from quyu.shell import clock


class BusinessContextMiddleware:
    """Sets `request.today` and `request.now`, at which rights, pages and services are evaluated."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.today = clock.today()  # type: ignore[attr-defined]
        request.now = clock.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class AccountLanguageMiddleware:
    """The language chosen on this device wins, then the account's; a browser's wish serves strangers only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and isinstance(request.user, User):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        return self.get_response(request)
