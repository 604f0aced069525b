"""Which overlay shares the credit of a customer and product line on which days; how an amount is shared.

The first overlay that holds, product line by product line, as with rules. One that names territories holds on
the days on which one of them is accountable for the customer (with its line; with all lines: for the others).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from quyu.apps.customers import selectors
from quyu.apps.customers.division import owning, reading, rulings
from quyu.apps.customers.division.matching import ALL_LINES
from quyu.apps.customers.division.reading import Known
from quyu.apps.customers.division.timeline import Span
from quyu.apps.customers.models import Customer, CustomerCredit, Overlay, RuleSet
from quyu.apps.territories.models import Territory
from quyu.apps.territories.selectors import Owner, common_days, days_left, owners_on
from quyu.platform.catalog.models import ProductLine

Days = tuple[date, date | None]
Key = tuple[int, int | None]
"""Customer and product line, by id; without a line: all lines that have no row of their own."""
Held = Mapping[tuple[str, str], Sequence[tuple[Days, str]]]
"""(customer code, line code or "") -> days and the territory that is accountable on them."""


def wanted_credit(sets: Iterable[RuleSet]) -> dict[Key, list[Span]]:
    """What the overlays, each set over its own days, say about the customers as they are now; rulings go before."""
    found: dict[Key, list[Span]] = {}
    known: Known | None = None
    for one in sets:
        rows = reading.overlays_of(one)
        if one.valid_from is None or not rows:
            continue
        known = known or reading.known_customers()
        for key, days, row in caught(rows, known, (one.valid_from, one.valid_to)):
            found.setdefault(key, []).append(Span(*days, territory=0, rule=row.pk))
    ordered = {key: sorted(spans) for key, spans in found.items()}
    return rulings.laid_over(ordered, rulings.sharing())


def caught(rows: Sequence[Overlay], known: Known, whole: Days) -> Iterator[tuple[Key, Days, Overlay]]:
    """What each overlay shares within `whole`: nothing that an earlier one has on the same day."""
    held = held_days() if any(row.condition.get(reading.TERRITORY) for row in rows) else {}
    taken: dict[Key, list[Days]] = {}
    for row in rows:
        condition = {
            name: frozenset(values)
            for name, values in row.condition.items()
            if values and name != reading.TERRITORY
        }
        among = frozenset(row.condition.get(reading.TERRITORY, ()))
        for spot in np.flatnonzero(known.attributes.fulfilling(condition)):
            customer = int(known.ids[spot])
            key = (customer, row.product_line_id)
            wanted = days_among(held, known.codes[spot], reading.line_of(row), among) if among else [whole]
            before = [*taken.get(key, ()), *(taken.get((customer, None), ()) if key[1] else ())]
            for days in wanted:
                inside = common_days(days, whole)
                for free in days_left(inside, before) if inside else ():
                    taken.setdefault(key, []).append(free)
                    yield key, free, row


def held_days() -> Held:
    found: dict[tuple[str, str], list[tuple[Days, str]]] = {}
    for key, (start, end, territory, _person) in selectors.line_claims():
        found.setdefault(key, []).append(((start, end), territory))
    return found


def days_among(held: Held, code: str, line: str, among: frozenset[str]) -> list[Days]:
    """The days on which one of the territories is accountable for the line; ranges that meet become one."""
    claims = held.get((code, line)) or held.get((code, ALL_LINES), ())
    found: list[Days] = []
    for days, territory in sorted(claims, key=lambda claim: claim[0][0]):
        if territory not in among:
            continue
        last = found[-1] if found else None
        if last is None or (last[1] is not None and last[1] < days[0]):
            found.append(days)
        else:
            end = None if None in (last[1], days[1]) else max(last[1] or days[0], days[1] or days[0])
            found[-1] = (last[0], end)
    return found


@dataclass(frozen=True)
class Part:
    """What a territory has of the credit; `is_accountable`: because it answers for the customer."""

    territory: Territory | None
    owner: Owner | None
    share_bp: int
    is_accountable: bool


@dataclass(frozen=True)
class Credit:
    """How the credit of a line ("" all others) is shared over some days."""

    line: ProductLine | None
    overlay: Overlay
    days: Days
    parts: tuple[Part, ...]


def credit_of(customer: Customer, line: ProductLine | None, day: date) -> tuple[Part, ...]:
    """Who has what of the credit on a day; all of it is the accountable one's where no overlay shares it."""
    rows = CustomerCredit.objects.in_force(day).filter(customer=customer).select_related("overlay")
    by_line = {row.product_line_id: row for row in rows}
    row = by_line.get(line.pk if line else None) or by_line.get(None)
    return parts_of(row.overlay if row else None, customer, line, day)


def parts_of(
    overlay: Overlay | None, customer: Customer, line: ProductLine | None, day: date
) -> tuple[Part, ...]:
    accountable = owning.owner_of(customer, line, day)
    mine = accountable.territory if accountable else None
    shares = overlay.shares.select_related("territory").order_by("pk") if overlay else ()
    told = [(share.territory, share.share_bp) for share in shares] or [(None, reading.WHOLE_BP)]
    owners = owners_on({territory.pk for territory, _bp in told if territory}, day)
    if accountable and accountable.owner:
        owners[accountable.territory.pk] = accountable.owner
    return tuple(
        Part(place, owners.get(place.pk) if place else None, share_bp, territory is None)
        for territory, share_bp in told
        for place in [territory or mine]
    )


def credits_of(customer: Customer, at: date) -> list[Credit]:
    """The shares of a customer's credit, those in force on `at` first, then the newest."""
    rows = CustomerCredit.objects.filter(customer=customer).select_related("overlay", "product_line")
    found = [
        Credit(
            row.product_line,
            row.overlay,
            (row.valid_from, row.valid_to),
            parts_of(row.overlay, customer, row.product_line, max(row.valid_from, at)),
        )
        for row in rows.order_by("-valid_from", "pk")
    ]
    return sorted(
        found, key=lambda one: not (one.days[0] <= at and (one.days[1] is None or at < one.days[1]))
    )
