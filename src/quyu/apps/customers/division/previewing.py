"""What a set of rules would do if it were in force today: whom each rule takes, from whom, and what is wrong.

Customers named one by one, and those whom a ruling in force gives away, are out of reach of every rule.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from quyu.apps.customers import sales
from quyu.apps.customers.division import reading, rulings
from quyu.apps.customers.division.matching import ALL_LINES, Matched, Taken
from quyu.apps.customers.division.reading import Known
from quyu.apps.customers.models import CustomerTerritory, TerritoryRule
from quyu.apps.territories.models import AlignmentUnit
from quyu.apps.territories.selectors import active_alignment, owners_on
from quyu.platform.catalog.models import ProductLine

SHOWN = 5


@dataclass(frozen=True)
class Bought:
    """A customer and what it bought in the twelve months before, in fen."""

    code: str
    name: str
    amount_fen: int


@dataclass(frozen=True)
class Losing:
    """What a rule takes from a territory; "" is none."""

    territory: str
    customers: int
    amount_fen: int


@dataclass(frozen=True)
class RuleView:
    """One rule: who fulfils it, whom it takes, from which earlier rules and territories.

    `faults`: `empty` (nobody fulfils it), `shadowed` (earlier rules take all), `ended` (the territory ends
    or has not begun), `vacant` (nobody stands for the territory), `disputed` (a customer named here is named
    for another territory too).
    """

    rule: TerritoryRule
    fulfil: int
    taken: int
    amount_fen: int
    first: tuple[Bought, ...]
    losing: tuple[Losing, ...]
    staying: int
    earlier: tuple[tuple[int, int], ...]
    named: int
    ruled: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """All rules, and what they leave: customers named one by one or ruled, those on the map, those in no territory."""

    rules: tuple[RuleView, ...]
    customers: int
    amount_fen: int
    by_map: int
    by_map_fen: int
    named: int
    named_fen: int
    ruled: int
    ruled_fen: int
    nowhere: tuple[Bought, ...]


@dataclass
class Books:
    """What each customer bought by product line, and what of it is not given away yet."""

    amounts: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of_year_before(cls, day: date) -> "Books":
        found: dict[str, dict[str, int]] = {}
        for (customer, line), fen in sales.year_before(day).items():
            found.setdefault(customer, {})[line] = fen
        return cls(found)

    def take(self, customer: str, line: str) -> int:
        """What the customer bought of a line (of all that is left), once."""
        left = self.amounts.get(customer, {})
        if line != ALL_LINES:
            return left.pop(line, 0)
        whole = sum(left.values())
        left.clear()
        return whole


def preview(rows: Sequence[TerritoryRule], at: date) -> Preview:
    """The rules in this order against the customers, their sales and the owners of today."""
    known = reading.known_customers()
    found = reading.matched(rows, known, skips_named=True)
    books = Books.of_year_before(at)
    total = sum(fen for lines in books.amounts.values() for fen in lines.values())
    named_fen = sum(
        books.take(code, ALL_LINES) for code, named in zip(known.codes, known.named, strict=True) if named
    )
    ruled = Ruled.on(at, known)
    ruled_fen = ruled.fen(known, books, whole=False)
    present = Present(known, at)
    owners = owners_on({row.territory_id for row in rows}, at)
    disputed = disputed_rules(rows)
    taken, kept_away = shared_out(found, ruled, len(rows))
    views = []
    for number, row in enumerate(rows):
        owner = owners.get(row.territory_id)
        faults = faults_of(number, row, found, len(taken[number]) + kept_away[number], at)
        faults += ["vacant"] if owner is None or owner.person is None else []
        faults += ["disputed"] if number in disputed else []
        view = view_of(number, row, known, found, taken, books, present, tuple(faults))
        views.append(replace(view, ruled=kept_away[number]))
    ruled_fen += ruled.fen(known, books, whole=True)
    nowhere, on_map, on_map_fen = rest(known, found, ruled, books, present)
    return Preview(
        rules=tuple(views),
        customers=len(known.codes),
        amount_fen=total,
        by_map=on_map,
        by_map_fen=on_map_fen,
        named=sum(1 for code in known.named if code),
        named_fen=named_fen,
        ruled=ruled.customers,
        ruled_fen=ruled_fen,
        nowhere=nowhere,
    )


def rest(
    known: Known, found: Matched, ruled: "Ruled", books: Books, present: "Present"
) -> tuple[tuple[Bought, ...], int, int]:
    """What no rule takes whole: those in no territory, and of those on the map how many and what they bought."""
    whole = {spot for spot, line in ruled.keys if line == ALL_LINES}
    whole |= {one.customer for one in found.taken if one.line == ALL_LINES}
    left = [spot for spot in range(len(known.codes)) if spot not in whole and known.named[spot] is None]
    nowhere = [spot for spot in left if not present.by_place(spot)]
    lost = [Bought(known.codes[s], known.names[s], books.take(known.codes[s], ALL_LINES)) for s in nowhere]
    on_map = set(left) - set(nowhere)
    on_map_fen = sum(books.take(known.codes[spot], ALL_LINES) for spot in on_map)
    return tuple(sorted(lost, key=lambda one: (-one.amount_fen, one.code))), len(on_map), on_map_fen


def shared_out(found: Matched, ruled: "Ruled", rules: int) -> tuple[list[list[Taken]], list[int]]:
    """By rule: what it takes, and how many a ruling keeps from it."""
    taken: list[list[Taken]] = [[] for _ in range(rules)]
    kept_away = [0] * rules
    for one in found.taken:
        if (one.customer, one.line) in ruled.keys:
            kept_away[one.rule] += 1
        else:
            taken[one.rule].append(one)
    return taken, kept_away


@dataclass(frozen=True)
class Ruled:
    """Customer (its place in `known`) and product line code that rulings in force give; not of those named."""

    keys: frozenset[tuple[int, str]]

    @classmethod
    def on(cls, at: date, known: Known) -> "Ruled":
        spots = {int(pk): spot for spot, pk in enumerate(known.ids)}
        given = [key for key in rulings.given_on(at) if known.named[spots[key[0]]] is None]
        named = ProductLine.objects.filter(pk__in=[line for _customer, line in given])
        lines: dict[int | None, str] = dict(named.values_list("pk", "code"))
        return cls(frozenset((spots[customer], lines.get(line, ALL_LINES)) for customer, line in given))

    @property
    def customers(self) -> int:
        return len({spot for spot, _line in self.keys})

    def fen(self, known: Known, books: Books, *, whole: bool) -> int:
        """What they bought of single lines, or (`whole`) of all that is left."""
        wanted = [key for key in sorted(self.keys) if (key[1] == ALL_LINES) == whole]
        return sum(books.take(known.codes[spot], line) for spot, line in wanted)


class Present:
    """Whose customer it is today, by territory code; "" for nobody's."""

    def __init__(self, known: Known, at: date) -> None:
        self._known = known
        active = active_alignment(at)
        placed = AlignmentUnit.objects.filter(alignment=active) if active else AlignmentUnit.objects.none()
        self._units = dict(placed.values_list("unit__code", "territory__code"))
        rows = CustomerTerritory.objects.in_force(at)
        self._ruled = {
            (customer, line or ALL_LINES): territory
            for customer, line, territory in rows.values_list(
                "customer_id", "product_line__code", "territory__code"
            )
        }

    def by_place(self, spot: int) -> str:
        return self._units.get(self._known.units[spot] or "", "")

    def of(self, spot: int, line: str) -> str:
        customer = int(self._known.ids[spot])
        whole = self._ruled.get((customer, ALL_LINES)) or self.by_place(spot)
        return self._ruled.get((customer, line)) or whole


def faults_of(number: int, row: TerritoryRule, found: Matched, taken: int, at: date) -> list[str]:
    """What is wrong with one rule by itself and by its place in the order."""
    faults = []
    if not found.holds[number].any():
        faults.append("empty")
    elif not taken:
        faults.append("shadowed")
    ends = row.territory.valid_to
    if row.territory.valid_from > at or (ends is not None and ends <= at):
        faults.append("ended")
    return faults


def disputed_rules(rows: Sequence[TerritoryRule]) -> set[int]:
    """Rules that name a customer for one territory while another names it, for the same line, for another."""
    naming: dict[tuple[str, int | None], dict[int, list[int]]] = {}
    for number, row in enumerate(rows):
        for code in row.condition.get("customer", ()):
            naming.setdefault((code, row.product_line_id), {}).setdefault(row.territory_id, []).append(number)
    return {n for by in naming.values() if len(by) > 1 for numbers in by.values() for n in numbers}


def view_of(
    number: int,
    row: TerritoryRule,
    known: Known,
    found: Matched,
    taken: Sequence[Sequence[Taken]],
    books: Books,
    present: Present,
    faults: tuple[str, ...],
) -> RuleView:
    mine = taken[number]
    bought = [
        Bought(
            known.codes[one.customer],
            known.names[one.customer],
            books.take(known.codes[one.customer], one.line),
        )
        for one in mine
    ]
    count: Counter[str] = Counter()
    amount: Counter[str] = Counter()
    for one, what in zip(mine, bought, strict=True):
        territory = present.of(one.customer, one.line)
        count[territory] += 1
        amount[territory] += what.amount_fen
    staying = count.pop(row.territory.code, 0)
    losing = [Losing(code, count[code], amount[code]) for code in count]
    return RuleView(
        rule=row,
        fulfil=int(found.holds[number].sum()),
        taken=len(mine),
        amount_fen=sum(what.amount_fen for what in bought),
        first=tuple(sorted(bought, key=lambda what: (-what.amount_fen, what.code))[:SHOWN]),
        losing=tuple(sorted(losing, key=lambda one: (-one.customers, one.territory))),
        staying=staying,
        earlier=earlier_rules(number, row, found, taken),
        named=int((found.holds[number] & known.is_named).sum()),
        ruled=0,
        faults=faults,
    )


def earlier_rules(
    number: int, row: TerritoryRule, found: Matched, taken: Sequence[Sequence[Taken]]
) -> tuple[tuple[int, int], ...]:
    """(place in the order from 1, customers) of the earlier rules that take what this one would."""
    line = row.product_line.code if row.product_line else ALL_LINES
    counts: Mapping[int, int] = {
        earlier: sum(1 for one in taken[earlier] if found.holds[number][one.customer])
        for earlier in range(number)
        if not taken[earlier] or taken[earlier][0].line in (ALL_LINES, line)
    }
    return tuple((earlier + 1, count) for earlier, count in counts.items() if count)
