"""The pages of what went wrong: bad request, forbidden, not found, failure. They need no database."""

from django.http import HttpRequest, HttpResponse
from django.template import loader


def _page(request: HttpRequest, status: int) -> HttpResponse:
    content = loader.render_to_string(
        f"errors/{status}.html.jinja", {"request": request, "path": request.path}
    )
    return HttpResponse(content, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def failure(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent without a valid CSRF token: usually a page left open too long."""
    content = loader.render_to_string(
        "errors/stale_form.html.jinja", {"request": request, "path": request.path}
    )
    return HttpResponse(content, status=403)
