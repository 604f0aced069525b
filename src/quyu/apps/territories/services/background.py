"""Work on the whole country that nobody waits for."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from quyu.apps.territories.services.criteria import Criteria
from quyu.apps.territories.services.proposing import propose
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken_lazily
from quyu.platform.jobs import services as jobs
from quyu.platform.notices.services import notify
from quyu.platform.people.declarations import declares
from quyu.platform.people.models import User


@task()
@declares("alignment", "create")
def propose_everywhere(
    name: str,
    territories: int | None,
    criteria: dict[str, Any],
    disruption: float | None,
    max_moved: float | None,
    user_id: int,
    at: str,
) -> None:
    """Divide every region anew and tell the user when the draft is there."""
    user, moment = User.objects.get(pk=user_id), datetime.fromisoformat(at)
    try:
        jobs.require_right(user, "alignment", "create", at=timezone.localdate(moment))
        draft = propose(
            name=name,
            actor=user,
            at=moment,
            territories=territories,
            criteria=criteria_from(criteria),
            keep_current=True,
            disruption=disruption,
            max_moved=max_moved,
        )
    except Refusal as refusal:
        notify(users=[user], text=spoken_lazily(refusal), url=reverse("alignment-propose"), at=moment)
        return
    text = format_lazy(_("区域划分方案“{name}”已生成"), name=name)
    notify(users=[user], text=text, url=reverse("alignment", args=[draft.pk]), at=moment)


def criteria_from(given: dict[str, Any]) -> Criteria:
    """Criteria that went through a queue as JSON."""
    pairs = {
        name: tuple((str(code), int(bp)) for code, bp in given[name]) for name in ("balanced", "weights")
    }
    return Criteria(**pairs, index_bp=int(given["index_bp"]))


def enqueue_proposal(
    *,
    name: str,
    territories: int | None,
    criteria: Criteria,
    disruption: float | None,
    max_moved: float | None,
    actor: User,
    at: datetime,
) -> None:
    """Start dividing every region anew; the actor is told when the draft is there, or why not."""
    jobs.enqueue(
        propose_everywhere,
        name=name,
        territories=territories,
        criteria=asdict(criteria),
        disruption=disruption,
        max_moved=max_moved,
        user_id=actor.pk,
        at=at.isoformat(),
    )
