"""Saying what a person can do, from a day on."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.models import Ability
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.people.models import Person, User


class AbilityThere(Refusal):
    """What is said anew would take the place of something that was not read."""


@transaction.atomic
def set_ability(
    *,
    person: Person,
    valid_from: date,
    values: Mapping[str, object],
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> Ability:
    """What holds from a day on. `expected_version`: of the row of that very day, 0 for a new one.

    Raises AbilityThere when there is one of that day already, StaleSave when somebody changed it meanwhile.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    row = Ability.objects.filter(person=person, valid_from=valid_from).first()
    if row is None:
        if expected_version:
            raise StaleSave(name=person.name, mine=f"v{expected_version}", theirs="—")
        row = Ability(person=person, valid_from=valid_from, **values)
        row.save()
    elif not expected_version:
        raise AbilityThere(
            "ability_there",
            "{person} 自 {day} 起的能力已经填过，请在下面的清单里打开它再改。",
            person=person.name,
            day=valid_from,
        )
    else:
        for name, value in values.items():
            setattr(row, name, value)
        audit.save_checked(row, expected_version=expected_version, actor=actor)
    audit.record(
        actor=actor,
        verb="set_ability",
        subject=row,
        label=person.name,
        detail={"valid_from": valid_from.isoformat()},
        at=at,
    )
    return row
