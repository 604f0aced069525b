"""Units without territory taken into a draft, as one step that can be undone."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import EditKind
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.services.drafting import locked_draft
from quyu.apps.territories.services.editing import EditResult, made, refuse_locked
from quyu.apps.territories.services.network import read_atlas
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import User


class PlacedAlready(Refusal):
    """The unit has a territory in this draft; moving it is another step."""


@transaction.atomic
def place_missing(
    *,
    alignment: Alignment,
    places: Mapping[BasicUnit, Territory],
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> EditResult:
    """Give units without territory each one; the finer units inside a base unit come along."""
    draft = locked_draft(alignment, expected_version)
    held = set(AlignmentUnit.objects.filter(alignment=draft).values_list("unit__code", flat=True))
    twice = next((unit for unit in places if unit.code in held), None)
    if twice is not None or not places:
        raise PlacedAlready("placed_already", "{unit} 已经属于一个销售区域。", unit=twice or "—")
    for territory in set(places.values()):
        refuse_locked(draft, (), territory)
    atlas = read_atlas(draft.level)
    side = {unit.code: territory.pk for unit, territory in places.items()}
    side |= {finer: side[base] for finer, base in atlas.base_of.items() if base in side and finer not in held}
    placed = sorted((atlas.units[code].pk, pk, str(atlas.part[code])) for code, pk in side.items())
    return made(draft, EditKind.PLACE, Change(placed=tuple(placed)), actor=actor, at=at)
