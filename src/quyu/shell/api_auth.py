"""Who may call the API: a program with a token of its owner, or a page in a signed-in browser."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth


class Token(HttpBearer):
    """`Authorization: Bearer quyu_…`, already looked up by the middleware of sign-in."""

    def __call__(self, request: HttpRequest) -> Any:
        return request.user if hasattr(request, "api_token") else None

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not asked: `__call__` answers."""


class Session(SessionAuth):
    """The session of a browser; a writing call sends the CSRF token too (header `X-CSRFToken`)."""

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if request.user.is_authenticated else None
