"""Who answers for a customer and a product line on a day, and on which days nobody or two do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from quyu.apps.customers import selectors
from quyu.apps.customers.models import Customer, CustomerTerritory, TerritoryRule
from quyu.apps.customers.selectors import Claim
from quyu.apps.territories.models import AlignmentUnit, Territory
from quyu.apps.territories.selectors import Owner, active_alignment, common_days, days_left, owners_on
from quyu.platform.catalog.models import ProductLine

Days = tuple[date, date | None]
NO_TERRITORY, VACANT, DOUBLE = "no_territory", "vacant", "double"


@dataclass(frozen=True)
class Accountable:
    """The territory that answers, who stands for it (None: nobody is accountable), and by which rule, if by one."""

    territory: Territory
    owner: Owner | None
    rule: TerritoryRule | None = None


def owner_of(customer: Customer, product_line: ProductLine | None, day: date) -> Accountable | None:
    """The one who answers for a product line of a customer on a day; None where the customer is in no territory.

    The territory it is named for, over its days; else by the rule for this line, else for all others; else by place.
    """
    territory, rule = territory_of(customer, product_line, day)
    if territory is None:
        return None
    return Accountable(territory, owners_on([territory.pk], day).get(territory.pk), rule)


def territory_of(
    customer: Customer, product_line: ProductLine | None, day: date
) -> tuple[Territory | None, TerritoryRule | None]:
    if named := customer.territory_override:
        lasts = named.valid_to is None or day < named.valid_to
        return (named if named.valid_from <= day and lasts else None), None
    rows = CustomerTerritory.objects.in_force(day).filter(customer=customer)
    ruled = {row.product_line_id: row for row in rows.select_related("territory__org_unit", "rule")}
    row = ruled.get(product_line.pk if product_line else None) or ruled.get(None)
    if row is not None:
        return row.territory, row.rule
    active = active_alignment(day)
    placed = AlignmentUnit.objects.filter(alignment=active, unit=customer.unit_id) if active else None
    found = placed.select_related("territory__org_unit").first() if placed is not None else None
    return (found.territory if found else None), None


@dataclass(frozen=True)
class CoverageFault:
    """Days on which a customer (one product line, or all others: "") has not exactly one person.

    `kind`: no territory, nobody on the seat of the territory, or two at once.
    """

    customer: Customer
    line: str
    kind: str
    days: Days
    territory: str


@dataclass(frozen=True)
class FaultGroup:
    """The same fault of many customers."""

    kind: str
    territory: str
    line: str
    days: Days
    customers: tuple[Customer, ...]


def faults(customers: Iterable[Customer], *, first: date, last: date | None) -> list[CoverageFault]:
    """Every gap and overlap of these customers within `[first, last)` and their own days, by customer."""
    known = {customer.code: customer for customer in customers}
    claims: dict[str, dict[str, list[Claim]]] = {}
    for (code, line), claim in selectors.line_claims():
        if code in known:
            claims.setdefault(code, {}).setdefault(line, []).append(claim)
    found: list[CoverageFault] = []
    for code, customer in known.items():
        own = (max(first, customer.opened_on or first), customer.closed_on)
        whole = common_days((first, last), own) if own[1] is None or own[0] < own[1] else None
        if whole is not None:
            by_line = claims.get(code, {})
            for line in sorted({"", *by_line}):
                found += faults_of(customer, line, whole, by_line.get(line, []))
    return found


def faults_of(customer: Customer, line: str, whole: Days, claims: list[Claim]) -> Iterator[CoverageFault]:
    """The faults of one customer and line, in the order of kinds and days."""
    for gap in days_left(whole, [claim[:2] for claim in claims]):
        yield CoverageFault(customer, line, NO_TERRITORY, gap, "")
    for start, end, territory, person in claims:
        if person is None and (days := common_days(whole, (start, end))):
            yield CoverageFault(customer, line, VACANT, days, territory)
    for one, other in combinations(claims, 2):
        both = common_days(one[:2], other[:2])
        if both is not None and (days := common_days(whole, both)):
            yield CoverageFault(customer, line, DOUBLE, days, one[2])


def grouped(found: Iterable[CoverageFault]) -> list[FaultGroup]:
    """Faults of the same kind, territory, line and days together, the largest group first."""
    groups: dict[tuple[str, str, str, Days], list[Customer]] = {}
    for one in found:
        groups.setdefault((one.kind, one.territory, one.line, one.days), []).append(one.customer)
    rows = [FaultGroup(*key, tuple(customers)) for key, customers in groups.items()]
    order = (DOUBLE, NO_TERRITORY, VACANT)
    return sorted(
        rows, key=lambda g: (order.index(g.kind), -len(g.customers), g.territory, g.line, g.days[0])
    )
