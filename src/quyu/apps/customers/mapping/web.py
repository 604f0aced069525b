"""JSON about customers for the map, limited to those the caller may see."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from quyu.apps.customers.mapping.reading import SHOWN, at_place, find, places, position
from quyu.apps.customers.models import Customer
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.require("customer", "view")
def points(request: GuardedRequest) -> HttpResponse:
    """One point for each unit with customers, with their number; `missing` have no position."""
    found, missing = places(request.scope, request.today)
    features = [
        {
            "type": "Feature",
            "properties": {"unit": place.unit.code, "name": place.unit.name, "count": place.count},
            "geometry": {"type": "Point", "coordinates": place.position},
        }
        for place in found
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features, "missing": missing})


@guard.require("customer", "view")
def here(request: GuardedRequest, code: str) -> HttpResponse:
    """The first customers of one unit by class and name, and how many there are."""
    rows = at_place(code, request.scope, request.today)
    return JsonResponse({"count": rows.count(), "customers": [row_of(row) for row in rows[:SHOWN]]})


@guard.require("customer", "view")
def search(request: GuardedRequest) -> HttpResponse:
    """Up to eight customers whose name contains `q` or whose code begins with it, with their position."""
    words = request.GET.get("q", "").strip()[:60]
    rows = find(words, request.scope, request.today) if words else []
    bare = {row.unit.parent_code for row in rows if row.unit and row.unit.longitude is None}
    above = {unit.code: unit for unit in BasicUnit.objects.filter(code__in=bare)} if bare else {}
    found = []
    for row in rows:
        known = position(row.unit) or position(above.get(row.unit.parent_code) if row.unit else None)
        said = {"unit": row.unit.code if row.unit else "", "place": row.unit.name if row.unit else ""}
        found.append({**row_of(row), **said, "at": known})
    return JsonResponse({"customers": found})


def row_of(customer: Customer) -> dict[str, Any]:
    return {
        "code": customer.code,
        "name": customer.name,
        "tier": customer.get_tier_display(),
        "url": reverse("customer-detail", args=[customer.pk]),
    }
