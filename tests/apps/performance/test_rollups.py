"""The rollups by delta equal the rollups by rebuild, bit for bit, and nothing is ever lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.customers import selectors as customers
from quyu.apps.performance import engine, services
from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.people.choices import OrgKind
from quyu.platform.people.models import OrgUnit, Person
from tests.platform.facts.lines import AT, line, order_lines, ownership

START = date(2026, 1, 1)
CUSTOMERS = ("C1", "C2", "C3")
Ownership = dict[tuple[str, int], tuple[str, str | None]]


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Ownership:
    """Three territories, two people, two product lines; who owns which customer from which month is in the dict."""
    settings.QUYU_HOME = tmp_path
    unit = OrgUnit.objects.create(code="HQ", name="总部", kind=OrgKind.HEAD_OFFICE)
    for code in ("T1", "T2", "T3"):
        Territory.objects.create(code=code, name=code, org_unit=unit, valid_from=START)
    for code in ("E1", "E2"):
        Person.objects.create(code=code, name=code)
    for code in ("L1", "L2"):
        Product.objects.create(
            code=f"P{code}", name=code, line=ProductLine.objects.create(code=code, name=code)
        )
    owned: Ownership = {}
    monkeypatch.setattr(customers, "ownership_frame", lambda: frame(owned))
    return owned


def frame(owned: Ownership) -> Any:
    """From the month on until the next month given for that customer."""
    rows = []
    for (customer, month), (territory, person) in sorted(owned.items()):
        later = [other for name, other in owned if name == customer and other > month]
        end = START + timedelta(30 * min(later)) if later else None
        rows.append((customer, START + timedelta(30 * month), end, territory, person))
    return ownership(*rows)


def rollups() -> tuple[list[Any], list[Any]]:
    months = MonthRollup.objects.values_list(
        "month",
        "territory",
        "person",
        "product_line",
        "channel",
        "amount_fen",
        "quantity_milli",
        "line_count",
    )
    days = DayRollup.objects.values_list("day", "territory", "amount_fen", "line_count")
    return sorted(months, key=str), sorted(days, key=str)


def assert_nothing_is_lost() -> None:
    manifest = Batch.objects.aggregate(amount=Sum("amount_fen"), quantity=Sum("quantity_milli"))
    for model in (MonthRollup, DayRollup):
        assert (model.objects.aggregate(amount=Sum("amount_fen"))["amount"] or 0) == (manifest["amount"] or 0)
    months = MonthRollup.objects.aggregate(quantity=Sum("quantity_milli"))
    assert (months["quantity"] or 0) == (manifest["quantity"] or 0)


def record(number: int, rows: list[tuple[str, int, int, str]]) -> Batch:
    lines = [
        line(f"{number}-{index}", START + timedelta(day), amount, customer=customer, product=product)
        for index, (customer, day, amount, product) in enumerate(rows)
    ]
    return services.record_orders(
        order_lines(*lines), file_name="a.csv", source_sha256=f"{number:064d}", actor=None, at=AT
    )


LINES = st.lists(
    st.tuples(
        st.sampled_from((*CUSTOMERS, "C9")),
        st.integers(0, 120),
        st.integers(-5000, 9000),
        st.sampled_from(("PL1", "PL2", "P9")),
    ),
    min_size=1,
    max_size=6,
)
MOVES = st.tuples(
    st.sampled_from(CUSTOMERS),
    st.integers(0, 4),
    st.sampled_from(("T1", "T2", "T3")),
    st.sampled_from(("E1", "E2", None)),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("batch"), LINES),
        st.tuples(st.just("reverse"), st.integers(0, 9)),
        st.tuples(st.just("move"), MOVES),
        st.tuples(st.just("product"), st.sampled_from(("PL1", "PL2"))),
    ),
    min_size=1,
    max_size=8,
)


def take(step: tuple[str, Any], number: int, owned: Ownership) -> None:
    kind, what = step
    if kind == "batch":
        record(number, what)
    elif kind == "reverse":
        open_batches = list(Batch.objects.filter(is_reversed=False, reverses__isnull=True).order_by("pk"))
        if open_batches:
            services.reverse(batch=open_batches[what % len(open_batches)], reason="x", actor=None, at=AT)
    elif kind == "move":
        customer, month, territory, person = what
        owned[customer, month] = (territory, person)
        services.refresh_ownership(at=AT)
    else:
        product = Product.objects.get(code=what)
        product.line = ProductLine.objects.exclude(pk=product.line_id).order_by("pk")[0]
        product.save()


@pytest.mark.capability("MON1", "PLT5")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_delta_equals_rebuild_bit_for_bit(world: Ownership, steps: list[tuple[str, Any]]) -> None:
    world.clear()
    with transaction.atomic():
        for number, step in enumerate(steps):
            take(step, number, world)
        services.refresh_ownership(at=AT)
        by_delta = rollups()
        assert_nothing_is_lost()

        services.rebuild_rollups(at=AT)

        assert rollups() == by_delta
        transaction.set_rollback(True)


@pytest.mark.capability("MON5")
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_delta_equals_what_the_engine_sums_from_nothing(
    world: Ownership, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, Any]]
) -> None:
    monkeypatch.setattr(engine, "FEW_LINES", -1)
    world.clear()
    with transaction.atomic():
        for number, step in enumerate(steps):
            take(step, number, world)
        services.refresh_ownership(at=AT)
        by_delta = rollups()

        services.rebuild_rollups(at=AT)

        assert rollups() == by_delta
        assert_nothing_is_lost()
        transaction.set_rollback(True)


def test_a_line_of_an_unknown_customer_is_counted_as_belonging_nowhere(world: Ownership) -> None:
    record(1, [("C9", 3, 700, "PL1")])

    assert MonthRollup.objects.get().territory is None
    assert_nothing_is_lost()


def test_all_products_of_a_line_are_summed_together(world: Ownership) -> None:
    line_one = ProductLine.objects.get(code="L1")
    for number in range(5):
        Product.objects.create(code=f"X{number}", name=f"X{number}", line=line_one)
    world["C1", 0] = ("T1", "E1")

    record(1, [("C1", 3, 100 + number, f"X{number}") for number in range(5)])

    assert_nothing_is_lost()
    assert MonthRollup.objects.get().line_count == 5


def test_the_same_file_again_changes_no_rollup(world: Ownership) -> None:
    record(1, [("C1", 3, 700, "PL1")])
    before = rollups()

    again = record(1, [("C1", 3, 700, "PL1")])

    assert again.was_present
    assert rollups() == before


def test_undoing_an_import_leaves_no_row_behind(world: Ownership) -> None:
    batch = record(1, [("C1", 3, 700, "PL1"), ("C2", 40, 5, "PL2")])

    services.reverse(batch=batch, reason="错文件", actor=None, at=AT)

    assert rollups() == ([], [])
    assert RollupState.objects.get().last_batch == Batch.objects.latest("pk").pk


def test_moving_a_customer_moves_its_past_lines(world: Ownership) -> None:
    world["C1", 0] = ("T1", "E1")
    record(1, [("C1", 3, 700, "PL1"), ("C2", 3, 5, "PL1")])

    world["C1", 0] = ("T2", None)
    services.refresh_ownership(at=AT)

    rows = MonthRollup.objects.order_by("amount_fen").values_list("territory__code", "person", "amount_fen")
    assert list(rows) == [(None, None, 5), ("T2", None, 700)]
