"""The pages of what went wrong: bad request, forbidden, not found, failure. They need no database."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.shell.api_errors import API, answer
from quyu.shell.outages import outage_of

RETRY_SECONDS = 10


def _page(request: HttpRequest, status: int, told: str = "") -> HttpResponse:
    content = loader.render_to_string(
        f"errors/{status}.html.jinja", {"request": request, "path": request.path, "told": told}
    )
    return HttpResponse(content, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`Http404(refusal)` says which value of the address is wrong."""
    reason = exception.args[0] if exception.args else None
    return _page(request, 404, spoken(reason) if isinstance(reason, Refusal) else "")


def too_many(request: HttpRequest) -> HttpResponse:
    """Asked too often: the limits of allauth on changing and confirming passwords."""
    return _page(request, 429)


def failure(request: HttpRequest) -> HttpResponse:
    """The fault is ours, or something below us is missing: then the page says what, and what to do."""
    outage = outage_of(sys.exc_info()[1])
    if outage is None:
        return _page(request, 500)
    if request.path.startswith(API):
        response: HttpResponse = answer(
            outage.status, code=outage.code, message=f"{gettext(outage.heading)}。{gettext(outage.advice)}"
        )
    else:
        content = loader.render_to_string(
            "errors/outage.html.jinja", {"request": request, "path": request.path, "outage": outage}
        )
        response = HttpResponse(content, status=outage.status)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent without a valid CSRF token: usually a page left open too long."""
    content = loader.render_to_string(
        "errors/stale_form.html.jinja", {"request": request, "path": request.path}
    )
    return HttpResponse(content, status=403)
