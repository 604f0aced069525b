"""What every page knows without its view saying so: navigation, business date, unread notices, the person."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from quyu.platform.notices import selectors as notices
from quyu.platform.people.models import User
from quyu.shell import clock, navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all Jinja pages; lazy, so that parts of pages do not pay for it."""
    user = getattr(request, "user", AnonymousUser())
    context: dict[str, Any] = {"today": getattr(request, "today", None) or clock.today(), "user": user}
    context["sign_on"] = settings.QUYU_OIDC_NAME if settings.QUYU_OIDC_ISSUER else ""
    if isinstance(user, User):
        context |= {
            "user_name": user.first_name or user.username,
            "nav": SimpleLazyObject(lambda: navigation.groups_for(request)),
            "unread_count": SimpleLazyObject(lambda: notices.unread_count(user)),
            "notices_url": navigation.url_of("notices"),
        }
    return context
