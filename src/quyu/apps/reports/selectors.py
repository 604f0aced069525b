"""Which kept questions an account may open."""

from django.db.models import Q, QuerySet

from quyu.apps.reports.models import SavedView, Subscription
from quyu.platform.people.models import User


def views_for(user: User) -> QuerySet[SavedView]:
    """One's own, and those that colleagues with an open account share; one's own first."""
    seen = Q(owner=user) | Q(is_shared=True, owner__is_active=True)
    return SavedView.objects.filter(seen).select_related("owner")


def views_of(user: User) -> QuerySet[SavedView]:
    """Those an account saved: it alone changes them."""
    return SavedView.objects.filter(owner=user)


def subscriptions_of(user: User) -> dict[int, Subscription]:
    """View -> what an account subscribed to."""
    return {row.view_id: row for row in Subscription.objects.filter(user=user)}
