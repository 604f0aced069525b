"""Gives each request the business date and, for signed-in people, what they may see."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from quyu.shell import clock


class BusinessContextMiddleware:
    """Sets `request.today`, the date on which rights and pages are evaluated."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.today = clock.today()  # type: ignore[attr-defined]
        return self.get_response(request)
