"""Taking minutes: the text of a person beside the decisions that the round has on record."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.targets.axes import Axes, UnknownNode
from quyu.apps.targets.models import Minutes, Round
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.operations import day_of
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


@transaction.atomic
def take_minutes(
    *, found: Round, title: str, held_on: date, text: str, actor: User, scope: Scope, at: date | datetime
) -> Minutes:
    """Minutes about what lies below the actor's own node. The same minutes sent twice are kept once."""
    axes = Axes.from_json(found.plan_version.axes)
    reach = reach_of(axes, scope, at=day_of(at))
    if not reach.tops:
        raise UnknownNode("")
    Round.objects.select_for_update().get(pk=found.pk)
    made, is_new = Minutes.objects.get_or_create(
        round=found, region=reach.tops[0], title=title, held_on=held_on, text=text, made_by=actor,
        defaults={"made_at": audit.moment(at)},
    )  # fmt: skip
    if is_new:
        audit.record(
            actor=actor, verb="round.minutes", subject=made, label=f"{found.title} · {title}",
            detail={"region": axes.name(made.region)}, at=at,
        )  # fmt: skip
    return made
