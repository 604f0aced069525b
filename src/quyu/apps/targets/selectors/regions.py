"""Sums per region node of a version and what stands beside them: customers, outlets, people, market potential."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Max, Q, Sum

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.customers.models import Customer
from quyu.apps.targets.axes import TERRITORY, Axes, Cells, Mask
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.geography.choices import MarketMeasure
from quyu.platform.geography.models import MarketFigure

Sums = Mapping[str, int]


def sums_of(axes: Axes, cells: Cells, mask: Mask | None = None) -> dict[str, int]:
    """Region code -> sum of its cells, of those in `mask` where it is given; exact."""
    places = axes.coordinate("region")
    leaf = np.zeros(len(axes.leaves), np.int64)
    if mask is None:
        np.add.at(leaf, places, cells)
    else:
        np.add.at(leaf, places[mask], cells[mask])
    return rolled_up(axes, leaf)


def rolled_up(axes: Axes, leaf: Cells) -> dict[str, int]:
    """Region code -> sum, from one value per leaf region."""
    prefix = [0, *np.cumsum(leaf).tolist()]
    return {code: prefix[axes.spans[code][1]] - prefix[axes.spans[code][0]] for code in axes.regions}


def strategic_codes(axes: Axes) -> frozenset[str]:
    """The leaves of the product dimension that are strategic: flagged lines, flagged products, products of flagged lines."""
    lines = set(ProductLine.objects.filter(is_strategic=True).values_list("code", flat=True))
    flagged = Q(is_strategic=True) | Q(line__is_strategic=True)
    products = set(Product.objects.filter(flagged).values_list("code", flat=True))
    known = set(ProductLine.objects.values_list("code", flat=True))
    return frozenset(code for code in axes.lines if code in lines or (code in products and code not in known))


def strategic_mask(axes: Axes, codes: frozenset[str] | None = None) -> Mask:
    """True for the cells of strategic products."""
    found = strategic_codes(axes) if codes is None else codes
    flags = np.array([code in found for code in axes.lines], np.bool_)
    mask: Mask = flags[axes.coordinate("product")]
    return mask


@dataclass(frozen=True)
class Counts:
    """Per region node: open customers, open outlets, A customers, people who own territories, market potential in fen."""

    customers: Sums
    outlets: Sums
    new_a: Sums
    people: Sums
    potential: Sums


def counts_of(axes: Axes, at: date) -> Counts:
    """What stands beside the targets on a day; market figures are the latest up to it."""
    place = territory_of_unit(at)
    customers, outlets, new_a = _customers(at, place)
    return Counts(
        customers=_of_leaves(axes, customers),
        outlets=_of_leaves(axes, outlets),
        new_a=_of_leaves(axes, new_a),
        people=_people(axes),
        potential=_of_leaves(axes, _potential(at, place)),
    )


def territory_of_unit(at: date) -> dict[int, str]:
    """Basic unit -> territory code, by the alignment in force."""
    placed = AlignmentUnit.objects.filter(alignment__in=Alignment.objects.in_force(at))
    return dict(placed.values_list("unit_id", "territory__code"))


def _customers(at: date, place: Mapping[int, str]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    counts: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    is_open = Q(closed_on__isnull=True) | Q(closed_on__gt=at)
    begun = Q(opened_on__isnull=True) | Q(opened_on__lte=at)
    rows = Customer.objects.filter(is_open & begun).values_list(
        "territory_override__code", "unit_id", "kind", "tier", "tier_since", "opened_on"
    )
    year_ago = date(at.year - 1, at.month, min(at.day, 28))
    for named, unit, kind, tier, tier_since, opened_on in rows:
        territory = named or place.get(unit, "")
        counts[0][territory] += 1
        counts[1][territory] += kind == CustomerKind.OUTLET
        since = tier_since or opened_on
        counts[2][territory] += tier == CustomerTier.A and since is not None and year_ago < since <= at
    return counts


def _of_leaves(axes: Axes, by_territory: Mapping[str, int]) -> dict[str, int]:
    """Rolled up the tree; what belongs to no territory of the version counts at the root."""
    leaf = np.array([by_territory.get(code.removeprefix(TERRITORY), 0) for code in axes.leaves], np.int64)
    found = rolled_up(axes, leaf)
    found[axes.tree.root] = sum(by_territory.values())
    return found


def _people(axes: Axes) -> dict[str, int]:
    """How many different people own a leaf below each node, as frozen in the version."""
    found: dict[str, int] = {}
    people = {code: str(axes.owners.get(code, {}).get("person") or "") for code in axes.leaves}
    for code in axes.regions:
        first, last = axes.spans[code]
        found[code] = len({people[leaf] for leaf in axes.leaves[first:last]} - {""})
    return found


def _potential(at: date, place: Mapping[int, str]) -> Counter[str]:
    figures = MarketFigure.objects.filter(measure=MarketMeasure.POTENTIAL, as_of__lte=at)
    latest = figures.aggregate(day=Max("as_of"))["day"]
    found: Counter[str] = Counter()
    if latest is not None:
        rows = figures.filter(as_of=latest).values_list("unit_id").annotate(value=Sum("value"))
        for unit, value in rows:
            found[place.get(unit, "")] += value
    return found
