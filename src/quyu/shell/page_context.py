"""What every page knows without its view saying so: navigation, business date, unread notices, the person."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from quyu.platform.notices.models import Notice
from quyu.shell import clock, navigation


def _user_name(user: AbstractBaseUser | AnonymousUser) -> str:
    return getattr(user, "first_name", "") or user.get_username()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all Jinja pages; costs one query (unread notices) for a signed-in person."""
    user = getattr(request, "user", AnonymousUser())
    context: dict[str, Any] = {"today": getattr(request, "today", None) or clock.today(), "user": user}
    if user.is_authenticated:
        context |= {
            "user_name": _user_name(user),
            "nav": SimpleLazyObject(lambda: navigation.groups_for(request)),
            "unread_count": Notice.objects.filter(user=user, read_at__isnull=True).count(),
            "notices_url": navigation.url_of("notices"),
        }
    return context
