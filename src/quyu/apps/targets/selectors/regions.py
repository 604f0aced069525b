"""Sums per region node of a version and what stands beside them: customers, outlets, people, market potential."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from quyu.apps.customers.choices import CustomerKind, CustomerTier
from quyu.apps.customers.models import Customer
from quyu.apps.customers.selectors import territory_given
from quyu.apps.targets.axes import TERRITORY, Axes, Cells, Mask
from quyu.apps.targets.selectors.extra_dimensions import PRODUCT_LEAF
from quyu.apps.targets.selectors.potential import potential_of
from quyu.apps.targets.sums import node_sums, region_sums
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.geography.choices import MarketMeasure

Sums = Mapping[str, int]


def sums_of(axes: Axes, cells: Cells, mask: Mask | None = None) -> dict[str, int]:
    """Region code -> sum of its cells, of those in `mask` where it is given; exact."""
    inside = cells if mask is None else np.where(mask, cells, 0)
    return dict(zip(axes.regions, region_sums(axes, inside).tolist(), strict=True))


def rolled_up(axes: Axes, leaf: Cells) -> dict[str, int]:
    """Region code -> sum, from one value per leaf region."""
    return dict(zip(axes.regions, node_sums(axes.region, leaf).tolist(), strict=True))


def strategic_codes(axes: Axes) -> frozenset[str]:
    """The leaves of the product dimension that are strategic: flagged lines, flagged products, products of flagged lines."""
    flagged = Product.objects.filter(Q(is_strategic=True) | Q(line__is_strategic=True))
    codes = {PRODUCT_LEAF + code for code in flagged.values_list("code", flat=True)}
    codes.update(ProductLine.objects.filter(is_strategic=True).values_list("code", flat=True))
    return frozenset(codes.intersection(axes.lines))


def strategic_mask(axes: Axes, codes: frozenset[str] | None = None) -> Mask:
    """True for the cells of strategic products."""
    found = strategic_codes(axes) if codes is None else codes
    flags = np.array([code in found for code in axes.lines], np.bool_)
    mask: Mask = flags[axes.coordinate("product")]
    return mask


@dataclass(frozen=True)
class Counts:
    """Per region node: open customers, open outlets, customers new in class A, people who own territories."""

    customers: Sums
    outlets: Sums
    new_a: Sums
    people: Sums


def counts_of(axes: Axes, at: date) -> Counts:
    """What stands beside the targets on a day; new in class A since a year."""
    customers, outlets, new_a = _customers(at)
    return Counts(
        customers=_of_leaves(axes, customers),
        outlets=_of_leaves(axes, outlets),
        new_a=_of_leaves(axes, new_a),
        people=_people(axes),
    )


def potential_sums(axes: Axes, at: date) -> dict[str, int]:
    """The market potential of every region in fen; 0 where that of a territory in it is not known."""
    by_leaf = potential_of(axes, MarketMeasure.POTENTIAL, at=at)
    whole = rolled_up(axes, np.rint(np.nan_to_num(by_leaf)).astype(np.int64))
    unknown = rolled_up(axes, np.isnan(by_leaf).astype(np.int64))
    return {code: 0 if unknown[code] else whole[code] for code in axes.regions}


def _customers(at: date) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Open customers, open outlets and customers new in class A by territory, counted per unit."""
    is_open = Q(closed_on__isnull=True) | Q(closed_on__gt=at)
    begun = Q(opened_on__isnull=True) | Q(opened_on__lte=at)
    is_new = Q(tier=CustomerTier.A, since__gt=at - timedelta(365), since__lte=at)
    rows = (
        Customer.objects.filter(is_open & begun)
        .order_by()
        .annotate(since=Coalesce("tier_since", "opened_on"), named=territory_given(at))
        .values_list("named", "unit_id")
        .annotate(
            every=Count("pk"), outlets=Count("pk", Q(kind=CustomerKind.OUTLET)), new=Count("pk", is_new)
        )
    )
    place = territory_of_unit(at)
    counts: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for named, unit, *found in rows:
        for counter, number in zip(counts, found, strict=True):
            counter[named or place.get(unit, "")] += number
    return counts


def territory_of_unit(at: date) -> dict[int, str]:
    """Basic unit -> territory code, by the alignment in force."""
    placed = AlignmentUnit.objects.filter(alignment__in=Alignment.objects.in_force(at))
    return dict(placed.values_list("unit_id", "territory__code"))


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
