"""A draft to work on: a copy of an alignment, and taking it into one's hands."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.models import Alignment, AlignmentFigure, AlignmentLock, AlignmentUnit
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.people import policy
from quyu.platform.people.models import User


class NotADraft(Refusal):
    """Only a draft can be changed."""


@transaction.atomic
def create_draft(*, based_on: Alignment, name: str, actor: User | None, at: date | datetime) -> Alignment:
    """A draft that starts as an exact copy, locks included."""
    draft = Alignment.objects.create(
        name=name,
        level=based_on.level,
        method={key: value for key, value in based_on.method.items() if key != "regions"},
        based_on=based_on,
        created_by=actor,
        created_at=audit.moment(at),
    )
    rows = AlignmentUnit.objects.filter(alignment=based_on).order_by("pk")
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(alignment=draft, unit_id=unit, territory_id=territory, part=part)
            for unit, territory, part in rows.values_list("unit_id", "territory_id", "part")
        ],
        batch_size=1000,
    )
    weighed = AlignmentFigure.objects.filter(alignment=based_on).order_by("pk")
    AlignmentFigure.objects.bulk_create(
        [
            AlignmentFigure(alignment=draft, unit_id=unit, measure=measure, value=value)
            for unit, measure, value in weighed.values_list("unit_id", "measure", "value")
        ],
        batch_size=1000,
    )
    locks = AlignmentLock.objects.filter(alignment=based_on).values_list("unit_id", "territory_id")
    AlignmentLock.objects.bulk_create(
        [AlignmentLock(alignment=draft, unit_id=unit, territory_id=side) for unit, side in locks]
    )
    audit.record(
        actor=actor, verb="create", subject=draft, label=name, detail={"based_on": based_on.name}, at=at
    )
    return draft


def locked_draft(alignment: Alignment, expected_version: int, *, right: str = "edit") -> Alignment:
    """The draft as it is now, locked; refused when it changed since it was read, or is no draft."""
    current: Alignment = Alignment.objects.select_for_update().get(pk=alignment.pk)
    if not policy.is_open("alignment", right, current.state):
        raise NotADraft(
            "not_a_draft",
            "{name} 的状态是“{state}”，不能修改。",
            name=current.name,
            state=current.get_state_display(),
        )
    if current.version != expected_version:
        raise StaleSave(name=current.name, mine=f"v{expected_version}", theirs=f"v{current.version}")
    return current
