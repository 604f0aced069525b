"""Whether there is anything about targets to ask an account about, found in one query."""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Exists, QuerySet

from quyu.apps.targets.models import Milestone, Round
from quyu.platform.people.models import User

STILL_SHOWN = timedelta(days=60)
"""How long a milestone that was missed stays on the list of its owner."""


class StandingWork(NamedTuple):
    """Whether any round is open, and whether the account owns milestones."""

    rounds: bool
    milestones: bool


def open_for_drafts() -> QuerySet[Round]:
    """Rounds that are not closed and whose version is still a draft."""
    return Round.objects.filter(closed_at=None, plan_version__state="draft")


def milestones_owned(user: User, *, today: date) -> QuerySet[Milestone]:
    return Milestone.objects.filter(owner=user, due_on__gte=today - STILL_SHOWN)


def standing_work(user: User, *, today: date) -> StandingWork:
    """What is worth asking about further."""
    own = milestones_owned(user, today=today)
    asked = User.objects.filter(pk=user.pk).annotate(
        has_rounds=Exists(open_for_drafts()), has_milestones=Exists(own)
    )
    return StandingWork(*asked.values_list("has_rounds", "has_milestones").get())
