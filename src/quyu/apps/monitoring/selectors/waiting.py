"""Whether anything of monitoring waits for an account's seats, found in one query."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Exists, Q

from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.models import Alert, CardTask, PdcaCard, Promise
from quyu.platform.people.models import User


class Waiting(NamedTuple):
    """Whether any alert, decision of a meeting, card or task of a card that is not finished is the seats'."""

    alerts: bool
    promises: bool
    cards: bool
    tasks: bool


def waiting(user: User, seats: Iterable[int]) -> Waiting:
    """What is worth asking about further."""
    own = set(seats)
    if not own:
        return Waiting(False, False, False, False)
    asked = User.objects.filter(pk=user.pk).annotate(
        alerts=Exists(Alert.objects.open().filter(Q(owner__in=own) | Q(superior__in=own))),
        promises=Exists(Promise.objects.filter(owner__in=own, state=PromiseState.OPEN)),
        cards=Exists(PdcaCard.objects.unfinished().filter(owner__in=own)),
        tasks=Exists(CardTask.objects.filter(owner__in=own, state=PromiseState.OPEN)),
    )
    return Waiting(*asked.values_list(*Waiting._fields).get())
