"""Whether anything of monitoring waits for an account's seats, found in one query."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Exists, Q

from quyu.apps.monitoring.choices import PromiseState
from quyu.apps.monitoring.models import Alert, CardTask, PdcaCard, Promise
from quyu.platform.people.models import User


class Waiting(NamedTuple):
    """Whether any alert or card that is not finished is the seats', or anything was given to them that is open."""

    alerts: bool
    cards: bool
    given: bool


def waiting(user: User, seats: Iterable[int]) -> Waiting:
    """What is worth asking about further."""
    own = set(seats)
    if not own:
        return Waiting(False, False, False)
    open_one = Q(owner__in=own, state=PromiseState.OPEN)
    asked = User.objects.filter(pk=user.pk).annotate(
        alerts=Exists(Alert.objects.open().filter(Q(owner__in=own) | Q(superior__in=own))),
        cards=Exists(PdcaCard.objects.unfinished().filter(owner__in=own)),
        given=Exists(Promise.objects.filter(open_one)) | Exists(CardTask.objects.filter(open_one)),
    )
    return Waiting(*asked.values_list(*Waiting._fields).get())
