"""GeoJSON and JSON for the map of an alignment, limited to the territories the caller may see."""

import json
from collections.abc import Container, Iterable
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from quyu.apps.territories import selectors
from quyu.apps.territories.choices import AlignmentState, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import UnitRow
from quyu.apps.territories.web.answers import cached_json
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard, policy
from quyu.platform.people.guard import GuardedRequest


@guard.require("territory", "view")
def boundaries(request: GuardedRequest, pk: int) -> HttpResponseBase:
    """The shapes of the base units."""
    alignment = found_alignment(request, pk)
    held = selectors.base_units_by_territory(alignment, scope=request.scope, at=request.today)
    ids = [unit for units in held.values() for unit in units]
    return cached_json(request, geography.boundaries_tag(ids), lambda: geography.boundaries_geojson(ids))


@guard.require("territory", "view")
def outlines(request: GuardedRequest, pk: int) -> HttpResponseBase:
    """The outlines of the territories (all, or those named by `?territory=`), with the point of their label."""
    alignment, asked = found_alignment(request, pk), set(request.GET.getlist("territory"))
    held = selectors.base_units_by_territory(alignment, scope=request.scope, at=request.today)
    codes = dict(Territory.objects.filter(pk__in=held).values_list("pk", "code"))
    groups = {codes[t]: units for t, units in held.items() if not asked or codes[t] in asked}
    tag = (geography.boundaries_tag([u for units in held.values() for u in units]), sorted(groups.items()))

    def make() -> str:
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "label_at": outline.label_at},
                "geometry": json.loads(outline.geometry),
            }
            for code, outline in sorted(geography.outlines(groups).items())
        ]
        return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))

    return cached_json(request, tag, make)


@guard.require("territory", "view")
def backdrop(request: HttpRequest) -> HttpResponseBase:
    """The whole country below the territories."""
    return cached_json(request, ("backdrop", geography.boundaries_tag([])), geography.backdrop_geojson)


@guard.require("territory", "view")
def contents(request: GuardedRequest, pk: int) -> HttpResponseBase:
    """Territories with loads and colours, units with figures and their territory."""
    alignment, active = alignment_and_active(request, pk)
    reading = selectors.read(alignment, scope=request.scope, at=request.today)
    others = {alignment.based_on_id, active.pk if active else None}
    before = {} if is_dated(alignment) else selectors.places_of(pk for pk in others if pk)
    started = base_places(before.get(alignment.based_on_id or 0, []))
    hues = selectors.read_colours(
        base_places((r.unit_id, r.territory_id, r.part) for r in reading.rows), started
    )
    loads = selectors.loads(alignment, scope=request.scope, at=request.today, reading=reading)
    held = {unit: territory for unit, territory, _ in before.get(active.pk, [])} if active else {}
    found = [] if is_dated(alignment) else selectors.changes(alignment, active, reading=reading, before=held)
    body = {
        "version": alignment.version,
        "territories": [
            {**selectors.load_row(load), "colour": hues.get(load.territory.pk, 0)} for load in loads
        ],
        "units": [unit_json(row) for row in selectors.unit_rows(reading)],
        "changed": {c.unit.code: held_code(c, reading.seen) for c in found if c.target.pk in reading.seen},
        **(editing_json(request, alignment) if may_edit(request, alignment) else {}),
    }
    return cached_json(
        request,
        body,
        lambda: json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        kind="application/json",
    )


@guard.require("territory", "view")
def unit(request: GuardedRequest, pk: int, code: str) -> HttpResponseBase:
    """Where one unit lies; all else about it is in the contents."""
    row = found_unit(request, found_alignment(request, pk), code)
    place = " · ".join(dict.fromkeys(p for p in (row.province, row.city) if p and p != row.name))
    return JsonResponse({"place": place})


def found_alignment(request: GuardedRequest, pk: int) -> Alignment:
    """Drafts are for those who may see alignments; the one in force is for everybody with territories."""
    return alignment_and_active(request, pk)[0]


def alignment_and_active(request: GuardedRequest, pk: int) -> tuple[Alignment, Alignment | None]:
    """The alignment asked for, as `found_alignment`, and the one in force."""
    alignment, active = selectors.pair_in_force(pk, request.today)
    if alignment is None:
        raise Http404
    guard.in_state(request, alignment.state)
    return alignment, active


def held_code(change: selectors.UnitChange, seen: Container[int]) -> str:
    """The territory a changed unit is in today; empty when it has none, or one may not see it."""
    return change.source.code if change.source is not None and change.source.pk in seen else ""


def may_edit(request: GuardedRequest, alignment: Alignment) -> bool:
    is_open = policy.is_open("alignment", "edit", alignment.state)
    return is_open and guard.may(request, "alignment", "edit")


def editing_json(request: GuardedRequest, draft: Alignment) -> dict[str, Any]:
    """What is locked among what one sees, and whether there is a step to take back or to do again."""
    own, whole = selectors.locked(draft)
    done, undone = selectors.steps_that_stand(draft)
    found: dict[str, Any] = {
        "can_undo": bool(done),
        "can_redo": bool(undone),
        "locked_units": [],
        "locked_territories": [],
    }
    if own:
        rows = AlignmentUnit.objects.filter(alignment=draft, unit__in=own)
        seen = rows.visible_to(request.scope, request.today).order_by("unit__code")
        found["locked_units"] = list(seen.values_list("unit__code", flat=True))
    if whole:
        sides = Territory.objects.filter(pk__in=whole).visible_to(request.scope, request.today)
        found["locked_territories"] = list(sides.order_by("code").values_list("code", flat=True))
    return found


def is_dated(alignment: Alignment) -> bool:
    return alignment.state in (AlignmentState.ACTIVE, AlignmentState.RETIRED)


def base_places(places: Iterable[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Base units and their territories."""
    return [(unit_id, territory) for unit_id, territory, part in places if part == UnitPart.BASE]


def found_unit(request: GuardedRequest, alignment: Alignment, code: str) -> BasicUnit:
    """A unit of the alignment in a territory the caller may see; otherwise it does not exist."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__code=code)
    row = rows.visible_to(request.scope, request.today).select_related("unit").first()
    if row is None:
        raise Http404
    found: BasicUnit = row.unit
    return found


def unit_json(row: UnitRow) -> dict[str, Any]:
    return {
        "code": row.unit.code,
        "name": row.unit.name,
        "territory": row.territory.code,
        "amount_fen": row.amount_fen,
        "customers": row.customers,
    }
