"""Whose customer is it, on which days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import numpy as np
import pyarrow as pa
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from quyu.apps.customers.models import Customer, CustomerTerritory
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors import (
    Owner,
    common_days,
    days_left,
    owner_frame,
    owners_on,
    table,
    unit_territory_frame,
)
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.facts import attribution

OWNERSHIP = pa.schema(
    [
        pa.field("customer_code", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32()),
        pa.field("valid_to", pa.date32()),
        pa.field("territory_code", pa.string()),
        pa.field("person_code", pa.string()),
    ]
)

Claim = tuple[date, date | None, str, str | None]
"""Half-open days, territory code, person code (None: nobody on the seat)."""


@dataclass(frozen=True)
class TerritorySpell:
    """A customer's territory over some days."""

    territory: Territory
    valid_from: date
    valid_to: date | None
    is_named: bool
    is_ruled: bool = False


@dataclass(frozen=True)
class ClaimConflict:
    """Two claims on one customer on the same days; `line` is a product line given apart, "" all others."""

    customer_code: str
    first: Claim
    second: Claim
    line: str = ""


def ownership_frame() -> pa.Table:
    """Territory and person of every customer and every place of delivery on every day, by key and day.

    Keys are those of `attribution`: a named customer, one given by a rule (with one line, or all others), a
    place, a customer by its own place. Who is in no territory has no row; days on which nobody holds the
    position have no person. Rows without a territory tell the products of the lines given apart.
    """
    owners = owner_claims()
    by_unit = unit_claims(owners)
    rows: list[tuple[object, ...]] = []
    for code, is_named, claims in customer_claims(by_unit):
        rows += [(attribution.named_key(code) if is_named else code, *claim) for claim in claims]
    ruled = ruled_claims(owners)
    for (code, line), claims in ruled.items():
        key = attribution.line_key(code, line) if line else attribution.ruled_key(code)
        rows += [(key, *claim) for claim in claims]
    lines = {line for _code, line in ruled if line}
    products = Product.objects.filter(line__code__in=lines).order_by("code").values_list("code", "line__code")
    rows += [(attribution.product_key(*pair), None, None, None, None) for pair in (products if lines else ())]
    for unit in sorted(by_unit):
        rows += [(attribution.place_key(unit), *claim) for claim in by_unit[unit]]
    return table(rows, OWNERSHIP)


def customer_frame() -> pa.Table:
    """Territory and person of every customer on every day, by customer code and day; lines given apart aside."""
    return table([(code, *claim) for (code, line), claim in line_claims() if not line], OWNERSHIP)


def line_claims() -> Iterator[tuple[tuple[str, str], Claim]]:
    """(customer code, product line code or "" for all others) and each claim on it, by customer.

    A rule's claim takes the place of the map's on its days; on the days when a line is not given apart it
    goes with the others.
    """
    owners = owner_claims()
    ruled = ruled_claims(owners)
    lines: dict[str, list[str]] = {}
    for code, line in ruled:
        if line:
            lines.setdefault(code, []).append(line)
    for code, is_named, claims in customer_claims(unit_claims(owners)):
        others = claims if is_named else overlaid(claims, ruled.get((code, ""), []))
        yield from (((code, ""), claim) for claim in others)
        for line in lines.get(code, ()):
            yield from (((code, line), claim) for claim in overlaid(others, ruled[code, line]))


def overlaid(below: list[Claim], above: list[Claim]) -> list[Claim]:
    """The claims above, and those below on the days they leave."""
    if not above:
        return below
    taken = [claim[:2] for claim in above]
    left = [(*days, *claim[2:]) for claim in below for days in days_left(claim[:2], taken)]
    return sorted([*above, *left], key=lambda claim: (claim[0], claim[2], claim[3] or ""))


def ruled_claims(owners: Mapping[str, list[Claim]]) -> dict[tuple[str, str], list[Claim]]:
    """(customer code, product line code or "") -> claims by the rules, of customers that are named for none."""
    fields = ("customer__code", "product_line__code", "valid_from", "valid_to", "territory__code")
    rows = CustomerTerritory.objects.filter(customer__territory_override=None)
    known: dict[tuple[date, date | None, str], list[Claim]] = {}
    found: dict[tuple[str, str], list[Claim]] = {}
    for code, line, start, end, territory in rows.order_by("customer__code", "valid_from", "pk").values_list(
        *fields
    ):
        key = (start, end, territory)
        if key not in known:
            known[key] = clipped((start, end), territory, owners.get(territory, []))
        found.setdefault((code, line or ""), []).extend(known[key])
    return found


def customer_claims(by_unit: Mapping[str, list[Claim]]) -> Iterator[tuple[str, bool, list[Claim]]]:
    """Each customer's code, whether it is named for a territory, and its claims, by code."""
    named = territory_claims(owner_claims())
    fields = ("code", "unit__code", "territory_override__code")
    for code, unit, override in Customer.objects.order_by("code").values_list(*fields):
        yield code, bool(override), named.get(override, []) if override else by_unit.get(unit, [])


def owner_claims() -> dict[str, list[Claim]]:
    """Territory code -> who answers for it when."""
    found: dict[str, list[Claim]] = {}
    for row in owner_frame().to_pylist():
        claim = (row["valid_from"], row["valid_to"], row["territory_code"], row["person_code"])
        found.setdefault(row["territory_code"], []).append(claim)
    return found


def clipped(days: tuple[date, date | None], territory: str, claims: list[Claim]) -> list[Claim]:
    """The claims within some days; the rest of the days belongs to the territory without a person."""
    found: list[Claim] = []
    for start, end, code, person in claims:
        if both := common_days(days, (start, end)):
            found.append((*both, code, person))
    found += [(*gap, territory, None) for gap in days_left(days, [(c[0], c[1]) for c in claims])]
    return sorted(found, key=lambda claim: (claim[0], claim[2], claim[3] or ""))


def unit_claims(owners: Mapping[str, list[Claim]]) -> dict[str, list[Claim]]:
    """Unit code -> claims through the alignments."""
    known: dict[tuple[date, date | None, str], list[Claim]] = {}
    found: dict[str, list[Claim]] = {}
    for row in unit_territory_frame().to_pylist():
        key = (row["valid_from"], row["valid_to"], row["territory_code"])
        if key not in known:
            known[key] = clipped(key[:2], key[2], owners.get(key[2], []))
        found.setdefault(row["unit_code"], []).extend(known[key])
    return found


def territory_claims(owners: Mapping[str, list[Claim]]) -> dict[str, list[Claim]]:
    """Territory code -> claims for customers named for it, over the life of the territory."""
    dated = Territory.objects.order_by("code").values_list("code", "valid_from", "valid_to")
    return {code: clipped((start, end), code, owners.get(code, [])) for code, start, end in dated}


def claimed_frame() -> pa.Table:
    """`customer_frame`, and beside it each product line that a rule gave apart as a customer of its own."""
    apart = [
        (f"{code}{attribution.BETWEEN}{line}", *claim)
        for (code, line), claims in ruled_claims(owner_claims()).items()
        if line
        for claim in claims
    ]
    return pa.concat_tables([customer_frame(), table(apart, OWNERSHIP)])


def claim_conflicts() -> list[ClaimConflict]:
    """Customers or lines of them claimed twice on one day, by customer and day; none when all is well."""
    order = [(name, "ascending") for name in ("customer_code", "valid_from", "territory_code")]
    owned = claimed_frame().sort_by(order)
    codes = owned["customer_code"].to_numpy(zero_copy_only=False)
    start = owned["valid_from"].cast(pa.int32()).to_numpy()
    end = owned["valid_to"].cast(pa.int32()).fill_null(np.iinfo(np.int32).max).to_numpy()
    twice = set(codes[overlaps(codes, start, end)])
    claims: dict[str, list[Claim]] = {}
    for row in owned.filter(pa.array([code in twice for code in codes], type=pa.bool_())).to_pylist():
        claim = (row["valid_from"], row["valid_to"], row["territory_code"], row["person_code"])
        claims.setdefault(row["customer_code"], []).append(claim)
    return [
        ClaimConflict(code, one, two, line)
        for key, held in claims.items()
        for code, _sign, line in [key.partition(attribution.BETWEEN)]
        for one, two in combinations(held, 2)
        if common_days(one[:2], two[:2])
    ]


def overlaps(codes: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Whether each row begins before an earlier row of the same customer has ended (rows sorted)."""
    found = np.zeros(len(codes), dtype=bool)
    furthest: dict[str, int] = {}
    for index, code in enumerate(codes):
        found[index] = furthest.get(code, -1) > start[index]
        furthest[code] = max(furthest.get(code, -1), int(end[index]))
    return found


def territory_spells(customer: Customer) -> list[TerritorySpell]:
    """The customer's territories, newest first; product lines that a rule gave apart aside."""
    if named := customer.territory_override:
        return [TerritorySpell(named, named.valid_from, named.valid_to, is_named=True)]
    ruled = ruled_spells(customer).get(None, [])
    taken = [(spell.valid_from, spell.valid_to) for spell in ruled]
    left = [
        replace(spell, valid_from=start, valid_to=end)
        for spell in placed_spells(customer)
        for start, end in days_left((spell.valid_from, spell.valid_to), taken)
    ]
    return joined(sorted([*ruled, *left], key=lambda spell: spell.valid_from, reverse=True))


def ruled_spells(customer: Customer) -> dict[ProductLine | None, list[TerritorySpell]]:
    """Product line (None: all others) -> the territories the rules gave it to, newest first."""
    rows = CustomerTerritory.objects.filter(customer=customer).select_related(
        "territory__org_unit", "product_line"
    )
    found: dict[ProductLine | None, list[TerritorySpell]] = {}
    for row in rows.order_by("product_line", "-valid_from"):
        spell = TerritorySpell(row.territory, row.valid_from, row.valid_to, is_named=False, is_ruled=True)
        found.setdefault(row.product_line, []).append(spell)
    return {line: joined(spells) for line, spells in found.items()}


def ruled_lines(customer: Customer, at: date) -> list[tuple[ProductLine, TerritorySpell, Owner | None]]:
    """The product lines that a rule gave apart and does on `at`, with who answers for them."""
    if customer.territory_override_id:
        return []
    found = [
        (line, spell)
        for line, spells in ruled_spells(customer).items()
        for spell in spells
        if line and spell.valid_from <= at and (spell.valid_to is None or at < spell.valid_to)
    ]
    owners = owners_on({spell.territory.pk for _line, spell in found}, at)
    return [(line, spell, owners.get(spell.territory.pk)) for line, spell in found]


def placed_spells(customer: Customer) -> list[TerritorySpell]:
    """The territories of the customer's unit in the alignments, newest first."""
    rows = AlignmentUnit.objects.filter(unit=customer.unit_id, alignment__valid_from__isnull=False)
    placed = rows.filter(alignment__state__in=("active", "retired")).select_related(
        "alignment", "territory__org_unit"
    )
    spells = [
        TerritorySpell(row.territory, row.alignment.valid_from, row.alignment.valid_to, is_named=False)
        for row in placed.order_by("-alignment__valid_from")
        if row.alignment.valid_from
    ]
    return joined(spells)


def joined(spells: list[TerritorySpell]) -> list[TerritorySpell]:
    """Neighbouring spells in the same territory become one (newest first)."""
    found: list[TerritorySpell] = []
    for spell in spells:
        last = found[-1] if found else None
        is_same = last and (last.territory, last.is_ruled) == (spell.territory, spell.is_ruled)
        if last and is_same and last.valid_from == spell.valid_to:
            found[-1] = replace(spell, valid_to=last.valid_to)
        else:
            found.append(spell)
    return found


def unplaced_count(at: date) -> int:
    """Open customers that belong to no territory on a day."""
    placed = AlignmentUnit.objects.filter(alignment__in=Alignment.objects.in_force(at)).values("unit")
    ruled = CustomerTerritory.objects.in_force(at).filter(product_line=None).values("customer")
    loose = Customer.objects.filter(territory_override=None).exclude(unit__in=placed).exclude(pk__in=ruled)
    return loose.exclude(closed_on__lte=at).count()


def territory_given(at: date) -> Coalesce:
    """An expression over customers: the code of the territory each is named for, or given to by a rule whole."""
    ruled = CustomerTerritory.objects.in_force(at).filter(customer=OuterRef("pk"), product_line=None)
    return Coalesce("territory_override__code", Subquery(ruled.values("territory__code")[:1]))


def given_away(at: date) -> list[tuple[str, str]]:
    """(customer code, product line code or "" for all) of what on `at` does not go by its place: named, or by a rule."""
    named = Customer.objects.exclude(territory_override=None).order_by("code").values_list("code", flat=True)
    ruled = CustomerTerritory.objects.in_force(at).filter(customer__territory_override=None)
    rows = ruled.order_by("customer__code", "pk").values_list("customer__code", "product_line__code")
    return [(code, "") for code in named] + [(code, line or "") for code, line in rows]
