"""Exactly one territory for every customer, product line and day, whatever rules, moves and dates; and no other is possible."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.customers import selectors
from quyu.apps.customers.division import keeping, owning
from quyu.apps.customers.models import Customer, CustomerTerritory, TerritoryRule
from quyu.apps.territories.models import TerritoryOwner
from quyu.platform.people.scope import scope_of
from tests.apps.customers.division.conftest import Divided, customer, publish, rule_set
from tests.people import START, TODAY

DAYS = [TODAY + timedelta(day) for day in range(-6, 18)]
BY_PLACE = {"J11": "苏南", "J14": "苏北", "G11": "粤东", None: None}
LINES = (None, "TEA", "SNACK")

values = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True),
        "industry": st.just(["餐饮"]),
        "customer": st.lists(st.sampled_from(["C1", "C2", "C3"]), min_size=1, max_size=2, unique=True),
        "place": st.lists(st.sampled_from(["JC", "J11", "G11"]), min_size=1, max_size=2, unique=True),
    },
)
rules = st.lists(
    st.tuples(values, st.sampled_from(LINES), st.sampled_from(["重客组", "休食组", "苏南"])), max_size=4
)
events = st.one_of(
    st.tuples(st.just("publish"), st.integers(-4, 10), rules),
    st.tuples(st.just("tier"), st.sampled_from(["C1", "C2", "C3", "C4"]), st.sampled_from("abc")),
    st.tuples(st.just("move"), st.sampled_from(["C1", "C2", "C3"]), st.sampled_from(["J11", "J14", "G11"])),
    st.tuples(st.just("new"), st.just("C9"), st.sampled_from("abc")),
)
programs = st.lists(st.tuples(st.integers(0, 3), events), min_size=1, max_size=6)


class Oracle:
    """The rules said again in loops over single days: no spans, no queries, no code of the product."""

    def __init__(self) -> None:
        self.sets: list[tuple[date, list[Any]]] = []
        self.ruled: dict[tuple[str, str | None, date], str | None] = {}
        self.seen = {row.code for row in Customer.objects.all()}

    def rule_on(self, row: Customer, line: str | None, day: date) -> str | None:
        begun = [made for start, made in self.sets if start <= day]
        for condition, of_line, territory in begun[-1] if begun else []:
            unit = row.unit.code if row.unit else ""
            place = {unit, "JC"} if unit in ("J11", "J14") else {unit}
            has = {"tier": {row.tier}, "industry": {row.industry}, "customer": {row.code}, "place": place}
            if of_line in (None, line) and all(
                has[name] & set(allowed) for name, allowed in condition.items()
            ):
                return str(territory)
        return None

    def look(self, since: date) -> None:
        """What is from `since` on follows the customers of now; a customer not looked at yet does from the start."""
        for row in Customer.objects.select_related("unit"):
            for line in LINES:
                for day in DAYS:
                    if self.sets and (day >= since or row.code not in self.seen):
                        self.ruled[row.code, line, day] = self.rule_on(row, line, day)
        if self.sets:
            self.seen = {row.code for row in Customer.objects.all()}

    def territory(self, row: Customer, line: str | None, day: date) -> str | None:
        return self.ruled.get((row.code, line, day)) or BY_PLACE[row.unit.code if row.unit else None]


@pytest.mark.capability("ORG3", "TER2", "TER3", "TER4")
@given(program=programs)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_one_territory_for_every_line_and_day(divided: Divided, program: list[Any]) -> None:
    save = transaction.savepoint()
    try:
        assert_alike(divided, run(divided, program))
    finally:
        transaction.savepoint_rollback(save)


def run(divided: Divided, program: list[Any]) -> Oracle:
    territories = {t.name: t for t in (divided.keys, divided.snacks, divided.site.company.sunan)}
    lines = {None: None, "TEA": divided.tea, "SNACK": divided.snack}
    oracle, today = Oracle(), TODAY
    for later, (verb, *args) in program:
        today += timedelta(later)
        if verb == "publish":
            start = today + timedelta(args[0])
            if oracle.sets and start <= oracle.sets[-1][0]:
                continue
            unique = {(repr(sorted(c.items())), n): (c, n, t) for c, n, t in reversed(args[1])}
            kept = list(reversed(unique.values()))
            made = rule_set(*((c, lines[n], territories[t]) for c, n, t in kept))
            publish(made, start, actor=divided.site.company.operations, at=today)
            oracle.sets.append((start, kept))
            oracle.look(min(start, today))
            continue
        if verb == "tier":
            Customer.objects.filter(code=args[0]).update(tier=args[1])
        elif verb == "move":
            Customer.objects.filter(code=args[0]).update(unit=divided.site.unit(args[1]))
        elif not Customer.objects.filter(code="C9").exists():
            customer("C9", "J14", tier=args[1])
        keeping.keep(at=today)
        oracle.look(today)
    return oracle


def assert_alike(divided: Divided, oracle: Oracle) -> None:
    """The claims of the frame, the resolver and the oracle say the same; each day has one claim at most."""
    claims: dict[tuple[str, str], list[Any]] = {}
    for key, claim in selectors.line_claims():
        claims.setdefault(key, []).append(claim)
    lines = {None: None, "TEA": divided.tea, "SNACK": divided.snack}
    for row in Customer.objects.select_related("unit", "territory_override"):
        for name, line in lines.items():
            mine = claims.get((row.code, name or "")) or claims.get((row.code, ""), [])
            for number, day in enumerate(DAYS):
                wanted = oracle.territory(row, name, day)
                held = [c[2] for c in mine if c[0] <= day and (c[1] is None or day < c[1])]
                assert held == ([wanted] if wanted else []), (row.code, name, day)
                if number % 6 == 0:
                    found = owning.owner_of(row, line, day)
                    assert (found.territory.code if found else None) == wanted, (row.code, name, day)


def row_of(divided: Divided) -> CustomerTerritory:
    made = rule_set(({"tier": ["a"]}, None, divided.keys))
    publish(made, date(2026, 5, 1), actor=divided.site.company.operations)
    found: CustomerTerritory = CustomerTerritory.objects.get(customer__code="C1")
    return found


@pytest.mark.capability("ORG3")
@pytest.mark.parametrize("line", [False, True])
def test_the_database_refuses_two_territories_on_one_day(divided: Divided, line: bool) -> None:
    row = row_of(divided)
    rule = TerritoryRule.objects.get()
    of = divided.tea if line else None
    more = {"customer": row.customer, "rule": rule, "territory": divided.snacks, "product_line": of}
    CustomerTerritory.objects.filter(pk=row.pk).update(valid_to=date(2026, 7, 1), product_line=of)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerTerritory.objects.create(valid_from=date(2026, 6, 30), **more)
    after = CustomerTerritory.objects.create(valid_from=date(2026, 7, 1), **more)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerTerritory.objects.filter(pk=after.pk).update(valid_from=date(2026, 6, 30))
    other = {**more, "product_line": divided.snack}
    assert CustomerTerritory.objects.create(valid_from=date(2026, 6, 30), **other).pk


def test_who_is_given_a_customer_sees_it_and_who_gave_all_of_it_does_not(divided: Divided) -> None:
    company = divided.site.company

    def seen(name: str, day: date = TODAY) -> set[str]:
        scope = scope_of(getattr(company, name), at=day)
        return set(Customer.objects.visible_to(scope, day).values_list("code", flat=True))

    made = rule_set(
        ({"customer": ["C3"]}, divided.snack, divided.snacks), ({"tier": ["a"]}, None, divided.keys)
    )
    publish(made, TODAY, actor=company.operations)
    assert seen("owner") == set()
    assert seen("owner", TODAY - timedelta(1)) == {"C1"}
    assert seen("colleague") == {"C2", "C3"}
    assert seen("boss") == {"C1", "C2", "C3"}
    assert seen("neighbour") == set()


@pytest.mark.capability("ORG3")
def test_gaps_and_doubles_are_found_by_customer_line_and_day(divided: Divided) -> None:
    company = divided.site.company
    publish(rule_set(({"tier": ["a"]}, divided.tea, divided.keys)), TODAY, actor=company.operations)
    seat = company.position("colleague")
    TerritoryOwner.objects.filter(territory=divided.keys).update(valid_to=date(2026, 7, 1))
    TerritoryOwner.objects.create(
        territory=company.sunan, position=seat, valid_from=date(2026, 8, 1), valid_to=date(2026, 9, 1)
    )
    found = owning.faults(Customer.objects.order_by("code"), first=START, last=date(2027, 1, 1))
    said = {(f.customer.code, f.line, f.kind, *f.days) for f in found}
    new_year = date(2027, 1, 1)
    assert said == {
        ("C1", "", "double", date(2026, 8, 1), date(2026, 9, 1)),
        ("C1", "TEA", "vacant", date(2026, 7, 1), new_year),
        ("C3", "", "vacant", START, new_year),
        ("C3", "TEA", "vacant", START, TODAY),
        ("C3", "TEA", "vacant", date(2026, 7, 1), new_year),
        ("C4", "", "no_territory", START, new_year),
    }
    [first, *_] = owning.grouped(found)
    assert (first.kind, first.territory, len(first.customers)) == ("double", "苏南", 1)
