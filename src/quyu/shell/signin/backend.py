"""The one backend that checks passwords and answers whether an account still counts.

Unknown name, wrong password, closed account, person who has left: the same answer after one hashing.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from quyu.platform.people.models import User
from quyu.shell import clock


def may_sign_in(user: User) -> bool:
    """Active, and its person has not left."""
    person = getattr(user, "person", None)
    return user.is_active and (person is None or person.left_on is None or person.left_on > clock.today())


class SignInBackend(ModelBackend):
    """Accounts by name, in capitals or not; read with their person."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or not password:
            return None
        user = User.objects.select_related("person").filter(username__iexact=username).order_by("pk").first()
        if user is None or not user.has_usable_password():
            User().set_password(password)  # one hashing, as for everybody
            return None
        return user if user.check_password(password) and may_sign_in(user) else None

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, as long as it may sign in; one query with its person."""
        user = User.objects.select_related("person").filter(pk=user_id).first()
        return user if user is not None and may_sign_in(user) else None
