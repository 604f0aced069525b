"""How allauth behaves here: closed to strangers, silent when all went well, one answer for every refusal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from quyu.shell.signin.browser import address_of

SILENT = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; nobody signs himself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Success at the door needs no words."""
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)
