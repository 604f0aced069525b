"""Who answers for a territory: exactly one position on any day."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.apps.territories.selectors import common_days
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.ownership import announce
from quyu.platform.people.models import Position, User


class OwnedAlready(Refusal):
    """Two positions would answer for one territory on the same day."""


@transaction.atomic
def assign_owner(
    *,
    territory: Territory,
    position: Position,
    valid_from: date,
    valid_to: date | None = None,
    actor: User | None,
    at: date | datetime,
) -> TerritoryOwner:
    """Make a position accountable from a day on; the open owner before it ends on that day."""
    Territory.objects.select_for_update().get(pk=territory.pk)
    rows = list(TerritoryOwner.objects.filter(territory=territory).select_related("position"))
    for row in rows:
        if row.valid_to is None and row.valid_from < valid_from:
            row.valid_to = valid_from
            audit.save_checked(row, expected_version=row.version, actor=actor)
        elif common_days((row.valid_from, row.valid_to), (valid_from, valid_to)):
            raise OwnedAlready(
                "owned_already",
                "{territory} 在 {start} 至 {end} 由“{position}”负责，不能重复。",
                territory=territory.name,
                start=row.valid_from,
                end=row.valid_to or gettext("至今"),
                position=row.position.name,
            )
    owner = TerritoryOwner.objects.create(
        territory=territory, position=position, valid_from=valid_from, valid_to=valid_to
    )
    audit.record(
        actor=actor,
        verb="assign_owner",
        subject=territory,
        label=territory.name,
        detail={"position": position.code, "valid_from": valid_from.isoformat()},
        at=at,
    )
    if actor is not None:
        announce(at)
    return owner
