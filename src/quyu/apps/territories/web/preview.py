"""The answer to a selection on the map: every measure of every territory touched, before and after."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from quyu.apps.territories import selectors, services
from quyu.apps.territories.measures import Measure
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.selectors import Level, Standing, Touched
from quyu.kernel.measure import format_value, say_exactly, say_value
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

WARNINGS = {
    "apart": gettext_lazy("%(territory)s：所选单元与它不相连。"),
    "split": gettext_lazy("%(territory)s：会分成不相连的 %(count)s 块。"),
    "empty": gettext_lazy("%(territory)s：不再有任何单元。"),
    "locked": gettext_lazy("%(territory)s 已锁定。"),
    "units": gettext_lazy("所选单元里有 %(count)s 个已锁定。"),
}


@require_POST
@guard.require("alignment", "edit")
def what_if(request: GuardedRequest, pk: int) -> HttpResponse:
    """What would change if the named units went to a territory; nothing is written. Without one: where they are."""
    alignment = get_object_or_404(Alignment, pk=pk)
    codes = {code for code in request.POST.get("units", "").splitlines() if code}
    sides = Territory.objects.visible_to(request.scope, request.today)
    visible = {row[0]: row[1:] for row in sides.values_list("pk", "code", "name")}
    code = request.POST.get("territory", "")
    target = next((key for key, (own, _name) in visible.items() if own == code), None)
    standing = selectors.standing_of(alignment)
    if not codes or (code and target is None) or not within(standing, codes, set(visible)):
        raise Http404
    found = selectors.what_if(standing, alignment, codes, target)
    return JsonResponse(
        {
            "version": alignment.version,
            "moved": found.moved,
            "selected": dict(zip(standing.measures, found.weights, strict=True)),
            "told": [
                {
                    "label": str(one.label),
                    "shown": format_value(value, one.unit)
                    if one.unit == "count"
                    else say_value(value, one.unit),
                }
                for one, value in zip(selectors.measured_of(alignment), found.weights, strict=True)
            ],
            "territories": touched_json(alignment, found.touched, visible),
            "near": [
                {"code": visible[key][0], "borders": count} for key, count in found.near if key in visible
            ],
            "warnings": warnings(alignment, standing, codes, found.touched, visible, target),
        }
    )


@require_POST
@guard.require("alignment", "edit")
def reoptimise(request: GuardedRequest, pk: int) -> HttpResponse:
    """The territories of the named units divided better among themselves; nothing is written."""
    alignment = get_object_or_404(Alignment, pk=pk)
    codes = {code for code in request.POST.get("units", "").splitlines() if code}
    sides = Territory.objects.visible_to(request.scope, request.today)
    visible = {row[0]: row[1:] for row in sides.values_list("pk", "code", "name")}
    if not codes or not within(selectors.standing_of(alignment), codes, set(visible)):
        raise Http404
    keep = request.POST.get("keep", "1") != "0"
    try:
        found = services.reoptimised(alignment=alignment, codes=codes, visible=visible, keep=keep)
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code, "message": spoken(refusal)}, status=409)
    return JsonResponse(
        {
            "version": alignment.version,
            "places": {code: visible[side][0] for code, side in found.places.items()},
            "territories": touched_json(alignment, found.touched, visible),
        }
    )


def within(standing: Standing, codes: set[str], visible: set[int]) -> bool:
    """Whether all are units of the draft in territories one sees."""
    spots = [standing.spot_of.get(code) for code in codes]
    held = {int(standing.territories[standing.place[spot]]) for spot in spots if spot is not None}
    return None not in spots and held <= visible


def touched_json(
    alignment: Alignment, touched: Iterable[Touched], visible: Mapping[int, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Territories before and after, by every measure that is told of them."""
    measures, balanced = selectors.measured_of(alignment), selectors.balanced_of(alignment)
    known = [(one, selectors.tolerance_of(balanced, one)) for one in measures]
    return [
        {
            "code": visible[row.territory_id][0],
            "name": visible[row.territory_id][1],
            "units": row.units,
            "pieces": row.pieces,
            "measures": [
                {
                    "measure": str(measure),
                    "label": str(measure.label),
                    "tolerance_bp": tolerance_bp,
                    "before": level_json(before, measure, tolerance_bp),
                    "after": level_json(after, measure, tolerance_bp),
                }
                for (measure, tolerance_bp), before, after in zip(known, row.before, row.after, strict=True)
            ],
        }
        for row in touched
    ]


def level_json(level: Level, measure: Measure, tolerance_bp: int) -> dict[str, Any]:
    balance = level.balance(tolerance_bp)
    return {
        "value": level.value,
        "shown": format_value(level.value, measure.unit),
        "exact": say_exactly(level.value, measure.measured_in),
        "mean": level.mean,
        "deviation_bp": level.deviation_bp,
        "balance": balance,
        "word": str(selectors.BALANCE_WORDS[balance]),
    }


def warnings(
    alignment: Alignment,
    standing: Standing,
    codes: set[str],
    touched: tuple[Touched, ...],
    visible: dict[int, tuple[str, str]],
    target: int | None,
) -> list[str]:
    """What the move would tear apart, and the locks that would refuse it."""
    found = []
    for row in touched if target is not None else ():
        name, (before, after) = visible[row.territory_id][1], row.pieces
        if not row.units[1]:
            found.append(WARNINGS["empty"] % {"territory": name})
        elif after > before and row.units[0]:
            kind = "apart" if row.territory_id == target else "split"
            found.append(WARNINGS[kind] % {"territory": name, "count": after})
    units, sides = selectors.locked(alignment)
    ids = {int(standing.ids[standing.spot_of[code]]) for code in codes} if units else set()
    if ids & units:
        found.append(WARNINGS["units"] % {"count": len(ids & units)})
    locked = [visible[row.territory_id][1] for row in touched if row.territory_id in sides]
    return [*found, *(WARNINGS["locked"] % {"territory": name} for name in locked)]
