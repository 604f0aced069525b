"""Many units of a draft to their territories in one step, as a workbook says it; and a draft made so."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import EditKind, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import active_alignment
from quyu.apps.territories.services.drafting import create_draft, locked_draft
from quyu.apps.territories.services.editing import EditResult, UnitNotHere, finer_units, made, refuse_locked
from quyu.apps.territories.services.network import placed_everywhere, read_atlas
from quyu.apps.territories.services.proposing import store
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


@transaction.atomic
def rearrange(
    *,
    alignment: Alignment,
    places: Mapping[str, Territory],
    source: str,
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> EditResult:
    """Give each unit (by code, with the finer units in it) its territory: all of them, as one step, or none.

    `source` names the file in the audit trail.
    """
    draft = locked_draft(alignment, expected_version)
    rows = {
        row.unit.code: row
        for row in AlignmentUnit.objects.filter(alignment=draft, unit__code__in=[*places])
        .exclude(part=UnitPart.FINER)
        .select_related("unit", "territory")
    }
    moving = {
        code: territory
        for code, territory in sorted(places.items())
        if code not in rows or rows[code].territory_id != territory.pk
    }
    absent = next((code for code in moving if code not in rows), None)
    if absent is not None or not moving:
        unit, side = absent or "—", next(iter(moving.values()), None)
        raise UnitNotHere(
            "unit_not_here", "{unit} 不能移动到 {territory}。", unit=unit, territory=side or "—"
        )
    for territory in {side.pk: side for side in moving.values()}.values():
        going = [rows[code] for code, side in moving.items() if side.pk == territory.pk]
        refuse_locked(draft, going, territory)
    target = {code: side.pk for code, side in moving.items()}
    moves = [(rows[code].unit_id, rows[code].territory_id, pk) for code, pk in target.items()]
    moves += finer_moves(draft, target)
    audit.record(
        actor=actor,
        verb="import_alignment",
        subject=draft,
        label=draft.name,
        detail={"file": source, "units": len(moving)},
        at=at,
    )
    return made(draft, EditKind.MOVE, Change(tuple(sorted(moves))), actor=actor, at=at)


def finer_moves(draft: Alignment, target: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """The finer units follow the base unit they lie in."""
    finer = finer_units(draft, target)
    above = {row.unit.code: row.unit.parent_code for row in finer}
    found = []
    for row in finer:
        code = row.unit.parent_code
        while code not in target and code in above:
            code = above[code]
        if code in target and target[code] != row.territory_id:
            found.append((row.unit_id, row.territory_id, target[code]))
    return found


@transaction.atomic
def draft_from_places(
    *,
    name: str,
    places: Mapping[str, Territory],
    added: Mapping[str, Territory],
    based_on: Alignment | None,
    level: str,
    source: str,
    actor: User | None,
    at: date | datetime,
) -> Alignment:
    """A draft like `based_on` with these units in these territories: one step of its log, so that it can be undone.

    `added` are units the alignment does not hold yet; without an alignment (the first of a site) they are all there is.
    """
    if based_on is None:
        draft = first_draft(name, added, level, actor, at)
    else:
        draft = create_draft(based_on=based_on, name=name, actor=actor, at=at)
        atlas = read_atlas(draft.level)
        AlignmentUnit.objects.bulk_create(
            [
                AlignmentUnit(alignment=draft, unit=atlas.units[code], territory=side, part=atlas.part[code])
                for code, side in sorted(added.items())
            ],
            batch_size=1000,
        )
    if places:
        rearrange(
            alignment=draft, places=places, source=source, expected_version=draft.version, actor=actor, at=at
        )
        draft.refresh_from_db()
    return draft


def first_draft(
    name: str, added: Mapping[str, Territory], level: str, actor: User | None, at: date | datetime
) -> Alignment:
    """The first division of a site; coarser and finer units follow the ones that were named."""
    draft = Alignment.objects.create(
        name=name, level=level, created_by=actor, created_at=audit.moment(at), method={"per_org_unit": True}
    )
    atlas = read_atlas(level)
    place = {code: side.pk for code, side in added.items()}
    store(draft, atlas, placed_everywhere(atlas, place, {}), active_alignment(day_of(at)))
    audit.record(actor=actor, verb="create", subject=draft, label=name, detail={"units": len(added)}, at=at)
    return draft
