"""Many units of a draft to their territories in one step, as a workbook says it; and a draft made so."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import active_alignment
from quyu.apps.territories.services.drafting import create_draft
from quyu.apps.territories.services.editing import EditResult, UnitNotHere, place_units
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
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code__in=[*places])
    ids = dict(rows.exclude(part=UnitPart.FINER).values_list("unit__code", "unit_id"))
    absent = next((code for code in sorted(places) if code not in ids), None)
    if absent is not None:
        raise UnitNotHere(
            "unit_not_here", "{unit} 不能移动到 {territory}。", unit=absent, territory=places[absent].name
        )
    audit.record(
        actor=actor,
        verb="import_alignment",
        subject=alignment,
        label=alignment.name,
        detail={"file": source, "units": len(places)},
        at=at,
    )
    return place_units(
        alignment=alignment,
        places={ids[code]: side for code, side in places.items()},
        expected_version=expected_version,
        actor=actor,
        at=at,
    )


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
