"""Carrying a staffing out: owners of territories from a day on, all or none."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.models import Alignment, Territory, TerritoryOwner
from quyu.apps.territories.services import assign_owner
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import Position, User, in_force


class StaffingMoved(Refusal):
    """Owners or the alignment changed between the look and the confirmation."""


class PositionTwice(Refusal):
    """One position would get two territories in one step."""


class NothingToApply(Refusal):
    """Every pair is what it is already."""


@dataclass(frozen=True)
class Pair:
    """A position that is to answer for a territory."""

    territory: Territory
    position: Position


def digest_of(alignment: Alignment, territories: Iterable[Territory]) -> str:
    """Names what was looked at: the alignment as it was, and who answers for its territories on which days."""
    ids = sorted(territory.pk for territory in territories)
    owners = TerritoryOwner.objects.filter(territory__in=ids).order_by("pk")
    told = [
        alignment.pk,
        alignment.version,
        *ids,
        *owners.values_list("pk", "version", "position_id", "valid_to"),
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


@transaction.atomic
def apply_staffing(
    *,
    alignment: Alignment,
    territories: Sequence[Territory],
    pairs: Sequence[Pair],
    seen: str,
    valid_from: date,
    actor: User | None,
    at: date | datetime,
) -> list[TerritoryOwner]:
    """Make the positions accountable from a day on. `seen`: the digest of what was looked at.

    Territories without a pair keep whom they have, so nothing falls to nobody. Raises StaffingMoved, PositionTwice,
    NothingToApply, and OwnedAlready for days somebody else has; then nothing is written.
    """
    list(Territory.objects.select_for_update().filter(pk__in=[t.pk for t in territories]).order_by("pk"))
    alignment.refresh_from_db()
    if digest_of(alignment, territories) != seen:
        raise StaffingMoved(
            "staffing_moved", "打开页面之后，方案或负责人有变化，没有写入。请核对新的情况，再应用。"
        )
    seats: dict[int, Territory] = {}
    for pair in pairs:
        if pair.position.pk in seats:
            raise PositionTwice(
                "position_twice",
                "“{position}”同时派到了 {one} 和 {other}，请只留一个。",
                position=pair.position.name,
                one=seats[pair.position.pk].name,
                other=pair.territory.name,
            )
        seats[pair.position.pk] = pair.territory
    today = TerritoryOwner.objects.filter(in_force(valid_from), territory__in=[p.territory.pk for p in pairs])
    has = dict(today.values_list("territory_id", "position_id"))
    new = [pair for pair in pairs if has.get(pair.territory.pk) != pair.position.pk]
    if not new:
        raise NothingToApply("nothing_to_apply", "各区域的负责岗位与现在相同，无需应用。")
    return [
        assign_owner(
            territory=pair.territory, position=pair.position, valid_from=valid_from, actor=actor, at=at
        )
        for pair in sorted(new, key=lambda pair: pair.territory.code)
    ]
