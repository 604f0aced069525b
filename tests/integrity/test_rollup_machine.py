"""Whatever happens in whatever order: the rollups are what the facts add up to, and nothing is lost.

A random life of a company: files come and are taken back, people change seats, customers are named for other
territories, counties change hands, regions move. After each step an oracle that shares nothing with the product
but the rows says for whom each line counts, on its own day and restated to today.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.models import (
    DayRollup,
    MonthRollup,
    MonthSums,
    RestatedDay,
    RestatedMonth,
    Watermark,
)
from quyu.apps.performance.rollup_rows import DAY_NAMES, MONTH_NAMES
from quyu.apps.performance.selectors.sources import AS_IT_WAS, AS_RESTATED, Past, Stored, sums_at
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory, TerritoryOwner
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.geography.choices import UnitLevel
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import services as people
from quyu.platform.people.models import Assignment, OrgLink, OrgUnit, Person
from quyu.platform.people.scope import everything
from tests import factories
from tests.integrity.invariants import expected, months_of_days, stored
from tests.people import START, TODAY, build_company
from tests.platform.facts.lines import AT, line, order_lines

FIRST = date(2026, 1, 1)
UNITS, CUSTOMERS = 4, 6
LINES = st.lists(
    st.tuples(st.integers(0, CUSTOMERS), st.integers(0, 165), st.integers(-5000, 9000), st.sampled_from(["P1", "P2", "P9"])),
    min_size=1,
    max_size=8,
)  # fmt: skip
DAYS = st.integers(1, 160).map(lambda day: FIRST + timedelta(day))


class CompanyLife(RuleBasedStateMachine):
    """Each rule changes something and lets the rollups follow, as the product does."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.files = 0
        self.sold: dict[int, list[tuple[str, date, int]]] = {}

    @initialize()
    def found(self) -> None:
        self.company = build_company()
        for code in ("L1", "L2"):
            made = ProductLine.objects.create(code=code, name=code)
            Product.objects.create(code=f"P{code[1]}", name=code, line=made)
        self.territories = list(Territory.objects.order_by("pk"))
        for number in range(UNITS):
            BasicUnit.objects.create(code=f"U{number}", name=f"U{number}", level=UnitLevel.COUNTY)
        for number in range(CUSTOMERS):
            unit = BasicUnit.objects.filter(code=f"U{number % 5}").first()
            Customer.objects.create(code=f"C{number}", name=f"C{number}", unit=unit)
        self._divide(START, [0, 1, 2, 0])

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def _divide(self, day: date, places: list[int]) -> None:
        made = Alignment.objects.create(name="x", state=AlignmentState.ACTIVE, valid_from=day, created_at=AT)
        for number, place in enumerate(places):
            unit = BasicUnit.objects.get(code=f"U{number}")
            AlignmentUnit.objects.create(alignment=made, unit=unit, territory=self.territories[place])

    @rule(rows=LINES)
    def batch(self, rows: list[tuple[int, int, int, str]]) -> None:
        self.files += 1
        made = [(f"C{customer}", FIRST + timedelta(day), fen) for customer, day, fen, _ in rows]
        lines = [
            line(f"{self.files}-{index}", day, fen, customer=code, product=rows[index][3])
            for index, (code, day, fen) in enumerate(made)
        ]
        found = services.record_orders(
            order_lines(*lines), file_name="a.csv", source_sha256=f"{self.files:064d}", actor=None, at=AT
        )
        self.sold[found.pk] = made

    @rule(which=st.integers(0, 9))
    def reversal(self, which: int) -> None:
        left = sorted(self.sold)
        if left:
            taken = left[which % len(left)]
            services.reverse(batch=Batch.objects.get(pk=taken), reason="x", actor=None, at=AT)
            del self.sold[taken]

    @rule(seat=st.integers(0, 1), day=DAYS)
    def person_moves(self, seat: int, day: date) -> None:
        """Somebody new takes a seat; who held it leaves it on that day."""
        position = self.company.position(("owner", "colleague")[seat])
        held = Assignment.objects.filter(position=position, valid_to=None).get()
        if held.valid_from < day:
            Assignment.objects.filter(pk=held.pk).update(valid_to=day)
            newcomer = factories.person(f"N{Person.objects.count()}")
            factories.assignment(newcomer, position, valid_from=day)
        services.refresh_ownership(at=AT)

    @rule(which=st.integers(0, CUSTOMERS - 1), place=st.integers(-1, 2))
    def customer_is_named(self, which: int, place: int) -> None:
        named = None if place < 0 else self.territories[place]
        Customer.objects.filter(code=f"C{which}").update(territory_override=named)
        services.refresh_ownership(at=AT)

    @rule(which=st.integers(0, CUSTOMERS - 1), unit=st.integers(0, UNITS))
    def customer_moves_house(self, which: int, unit: int) -> None:
        Customer.objects.filter(code=f"C{which}").update(
            unit=BasicUnit.objects.filter(code=f"U{unit}").first()
        )
        services.refresh_ownership(at=AT)

    @rule(day=DAYS, places=st.lists(st.integers(0, 2), min_size=UNITS, max_size=UNITS))
    def counties_change_hands(self, day: date, places: list[int]) -> None:
        current = Alignment.objects.get(valid_to=None)
        if current.valid_from is not None and current.valid_from < day:
            Alignment.objects.filter(pk=current.pk).update(state=AlignmentState.RETIRED, valid_to=day)
            self._divide(day, places)
        services.refresh_ownership(at=AT)

    @rule(day=DAYS, to_south=st.booleans())
    def region_moves(self, day: date, to_south: bool) -> None:
        """江苏 reports to another area from a day on."""
        link = OrgLink.objects.get(unit=self.company.jiangsu, valid_to=None)
        if link.valid_from < day:
            OrgLink.objects.filter(pk=link.pk).update(valid_to=day)
            parent = self.company.south if to_south else self.company.east
            OrgLink.objects.create(unit=self.company.jiangsu, parent=parent, valid_from=day)
            people.rebuild_closure()
        services.refresh_ownership(at=AT)

    @rule(which=st.integers(0, 2), unit=st.sampled_from(["JS", "ZJ", "GD", "EAST"]))
    def territory_moves(self, which: int, unit: str) -> None:
        moved = Territory.objects.filter(pk=self.territories[which].pk)
        moved.update(org_unit=OrgUnit.objects.get(code=unit))
        services.refresh_ownership(at=AT)

    @rule(which=st.sampled_from(["P1", "P2"]), to=st.sampled_from(["L1", "L2"]))
    def product_changes_line(self, which: str, to: str) -> None:
        Product.objects.filter(code=which).update(line=ProductLine.objects.get(code=to))
        services.refresh_ownership(at=AT)

    @invariant()
    def every_line_counts_for_who_answered_for_it(self) -> None:
        if not Batch.objects.exists():
            return
        services.restate(today=TODAY)
        was, restated = Counter[Any](), Counter[Any]()
        for lines in self.sold.values():
            for customer, day, fen in lines:
                was[day.replace(day=1), *owner(customer, day)] += fen
                restated[day.replace(day=1), *owner(customer, TODAY)] += fen
        assert amounts(MonthRollup) == nonzero(was)
        assert amounts(RestatedMonth) == nonzero(restated)

    @invariant()
    def rollups_equal_a_rebuild(self) -> None:
        mark = Watermark.objects.order_by("pk").last()
        if mark is not None:
            made = sums_at(mark)
            assert stored(MonthRollup.objects.all(), MONTH_NAMES) == expected(made, "months")
            assert stored(DayRollup.objects.all(), DAY_NAMES) == expected(made, "days")

    @invariant()
    def both_readings_reconcile_to_the_manifest_at_every_level(self) -> None:
        if not Batch.objects.exists():
            return
        services.restate(today=TODAY)
        mark = Watermark.objects.order_by("pk").last()
        assert mark is not None
        whole = Batch.objects.aggregate(fen=Sum("amount_fen"))["fen"]
        for source in (AS_IT_WAS, AS_RESTATED, Past(mark)):
            assert_adds_up(source, whole)
        for months, days in ((MonthRollup, DayRollup), (RestatedMonth, RestatedDay)):
            for model in (months, days):
                assert (model._default_manager.aggregate(fen=Sum("amount_fen"))["fen"] or 0) == whole
        assert months_of_days() == []


def assert_adds_up(source: Stored | Past, whole: int) -> None:
    """Every node is what is below it and its own; the root is the manifest."""
    shown = board(
        span_of(CALENDAR.parse("2026"), today=TODAY, source=source), everything(), today=TODAY, source=source
    )
    for code in shown.axes.regions:
        children = shown.children(code)
        if children:
            own = shown.direct[code].actual if code in shown.direct else 0
            assert shown.standings[code].actual == own + sum(
                shown.standings[child].actual for child in children
            )
    assert shown.standings[shown.axes.tree.root].actual == whole


def amounts(model: type[MonthSums]) -> Counter[Any]:
    rows = model._default_manager.values_list("month", "territory__code", "person__code")
    return nonzero(Counter({tuple(key): fen for *key, fen in rows.annotate(fen=Sum("amount_fen"))}))


def nonzero(found: Counter[Any]) -> Counter[Any]:
    return Counter({key: fen for key, fen in found.items() if fen})


def owner(customer: str, day: date) -> tuple[str | None, str | None]:
    """Territory and person by the rows alone: named for one that exists on the day, else by the county."""
    row = Customer.objects.filter(code=customer).select_related("territory_override").first()
    if row is None:
        return None, None
    territory = row.territory_override
    if territory is None:
        for place in AlignmentUnit.objects.filter(unit=row.unit_id).select_related("alignment", "territory"):
            if holds(place.alignment.valid_from, place.alignment.valid_to, day):
                territory = place.territory
    elif not holds(territory.valid_from, territory.valid_to, day):
        territory = None
    return (None, None) if territory is None else (territory.code, next(seated(territory, day), None))


def seated(territory: Territory, day: date) -> Iterator[str]:
    for held in TerritoryOwner.objects.filter(territory=territory):
        if holds(held.valid_from, held.valid_to, day):
            for sitting in Assignment.objects.filter(position=held.position_id).select_related("person"):
                if holds(sitting.valid_from, sitting.valid_to, day):
                    yield sitting.person.code


def holds(start: date | None, end: date | None, day: date) -> bool:
    return start is not None and start <= day and (end is None or day < end)


@pytest.fixture
def life(db: None, settings: Any, tmp_path: Any) -> None:
    settings.QUYU_HOME = tmp_path


def live(examples: int, steps: int) -> None:
    checks = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(CompanyLife, settings=checks)


@pytest.mark.capability("MON1", "MON5", "PLT5")
def test_a_random_life_of_a_company_loses_nothing(life: None) -> None:
    live(examples=8, steps=10)


@pytest.mark.slow
def test_many_random_lives_of_a_company_lose_nothing(life: None) -> None:
    live(examples=150, steps=25)
