"""Reading one's notices."""

from django.db.models import QuerySet

from quyu.platform.notices.models import Notice
from quyu.platform.people.models import User


def unread_count(user: User) -> int:
    """The number on the bell."""
    return Notice.objects.filter(user=user, read_at__isnull=True).count()


def notices_of(user: User) -> QuerySet[Notice]:
    """All notices to an account, newest first."""
    return Notice.objects.filter(user=user).order_by("-pk")
