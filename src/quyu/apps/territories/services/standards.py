"""Setting what a visit takes: one standard from each day on."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.models import WorkStandard
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.people.models import User


class StandardThere(Refusal):
    """A new standard would take the place of one that was not read."""


@transaction.atomic
def set_standard(
    *,
    valid_from: date,
    values: Mapping[str, object],
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> WorkStandard:
    """These numbers from a day on. `expected_version`: of the standard of that very day, 0 for a new one.

    Raises StandardThere when that day has one already, StaleSave when somebody changed it meanwhile.
    """
    row: WorkStandard | None = WorkStandard.objects.filter(valid_from=valid_from).first()
    if row is None:
        row = WorkStandard(valid_from=valid_from, **values)
        if expected_version:
            raise StaleSave(name=str(valid_from), mine=f"v{expected_version}", theirs="—")
        row.save()
    elif not expected_version:
        raise StandardThere(
            "standard_there", "{day} 起已经有一个标准，请在下面的清单里打开它再改。", day=valid_from
        )
    else:
        for name, value in values.items():
            setattr(row, name, value)
        audit.save_checked(row, expected_version=expected_version, actor=actor)
    detail = {"valid_from": valid_from.isoformat()}
    audit.record(
        actor=actor, verb="set_standard", subject=row, label=valid_from.isoformat(), detail=detail, at=at
    )
    return row
