"""Where customers are. A customer stands where its unit has its centre; one without place cannot be drawn."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from quyu.apps.customers.models import Customer
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import Scope

SHOWN = 50
"""Customers named at one place."""
FOUND = 8


@dataclass(frozen=True)
class Place:
    """A unit with the open customers in it."""

    unit: BasicUnit
    count: int
    position: tuple[float, float]


def open_customers(scope: Scope, at: date) -> QuerySet[Customer]:
    """The customers within reach that are not closed on a day."""
    found: QuerySet[Customer] = Customer.objects.visible_to(scope, at).exclude(closed_on__lte=at)
    return found


def places(scope: Scope, at: date) -> tuple[list[Place], int]:
    """Every unit with customers, by code, and how many customers have no position on a map."""
    rows = open_customers(scope, at).order_by().values("unit").annotate(count=Count("pk", distinct=True))
    counts: dict[int | None, int] = dict(rows.values_list("unit", "count"))
    missing = counts.pop(None, 0)
    units = list(BasicUnit.objects.filter(pk__in=[pk for pk in counts if pk is not None]).order_by("code"))
    bare = {unit.parent_code for unit in units if unit.longitude is None}
    above = {unit.code: unit for unit in BasicUnit.objects.filter(code__in=bare)} if bare else {}
    found = []
    for unit in units:
        known = position(unit) or position(above.get(unit.parent_code))
        if known is None:
            missing += counts[unit.pk]
        else:
            found.append(Place(unit, counts[unit.pk], known))
    return found, missing


def position(unit: BasicUnit | None) -> tuple[float, float] | None:
    """Longitude and latitude of a unit's centre in degrees."""
    if unit is None or unit.longitude is None or unit.latitude is None:
        return None
    return unit.longitude, unit.latitude


def at_place(code: str, scope: Scope, at: date) -> QuerySet[Customer]:
    return open_customers(scope, at).filter(unit__code=code).order_by("tier", "name", "code").distinct()


def find(words: str, scope: Scope, at: date) -> list[Customer]:
    """Customers by part of the name, or the beginning of the code; whose name begins so come first."""
    hits = open_customers(scope, at).filter(Q(name__icontains=words) | Q(code__istartswith=words))
    begins = hits.filter(Q(name__istartswith=words) | Q(code__istartswith=words))
    ordered = [rows.select_related("unit").order_by("name", "code").distinct() for rows in (begins, hits)]
    found = {customer.pk: customer for rows in ordered for customer in rows[:FOUND]}
    return list(found.values())[:FOUND]
