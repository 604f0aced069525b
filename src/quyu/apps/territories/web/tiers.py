"""The levels above the territories: outlines, colours and the table of the org units of one kind."""

import json
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from quyu.apps.territories import selectors
from quyu.apps.territories.selectors import TierLoad
from quyu.apps.territories.web.layers import answer
from quyu.apps.territories.web.shapes import found_alignment
from quyu.platform.geography import selectors as geography
from quyu.platform.people import guard
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.guard import GuardedRequest


@guard.require("territory", "view")
def tier(request: GuardedRequest, pk: int, kind: str) -> HttpResponseBase:
    """Org units of a kind with the territories in them, their outlines and the rows of the table."""
    if kind not in selectors.TIERS:
        raise Http404
    reading = selectors.read(found_alignment(request, pk), scope=request.scope, at=request.today)
    loads = selectors.loads(reading.alignment, scope=request.scope, at=request.today, reading=reading)
    rows = selectors.tier_loads(reading, loads, kind, scope=request.scope, at=request.today)
    held = reading.base_units
    groups = {row.org_unit.code: [u for t in row.territories for u in held.get(t, [])] for row in rows}
    place = [(unit, row.org_unit.pk) for row in rows for unit in groups[row.org_unit.code]]
    hues = selectors.read_colours(place) if place else {}
    shapes = geography.outlines(groups)
    codes = {territory.pk: territory.code for territory in reading.seen.values()}
    context = {"rows": [row_of(row) for row in rows], "kind": OrgKind(kind).label}
    body = {
        "groups": [
            {
                "code": row.org_unit.code,
                "name": row.org_unit.name,
                "colour": hues.get(row.org_unit.pk, 0),
                "territories": [codes[t] for t in row.territories],
            }
            for row in rows
        ],
        "outlines": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": code, "label_at": shape.label_at},
                    "geometry": json.loads(shape.geometry),
                }
                for code, shape in sorted(shapes.items())
            ],
        },
        "table": render_to_string("territories/tier.html.jinja", context, request=request),
    }
    return answer(request, body)


def row_of(row: TierLoad) -> dict[str, Any]:
    return {
        "code": row.org_unit.code,
        "name": row.org_unit.name,
        "territories": len(row.territories),
        "customers": row.customers,
        "amount_fen": row.amount_fen,
        "out_of_balance": row.out_of_balance,
        "deviation_bp": row.deviation_bp,
        "tolerance_bp": row.tolerance_bp,
        "balance": row.balance,
        "word": row.word,
    }
