"""What a closed month said it says for ever: whatever moves afterwards, by delta, from nothing and by the engine."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.customers.models import Customer
from quyu.apps.performance import closed, engine, restated, services
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import directory
from quyu.apps.performance.models import DayRollup, MonthRollup, RestatedMonth, RollupState, TallyMonth
from quyu.apps.performance.rollup_rows import DAY_NAMES, MONTH_NAMES
from quyu.platform.approvals import services as approvals
from quyu.platform.facts import closing
from quyu.platform.facts.models import Batch, ClosedMonth
from quyu.platform.people.models import Assignment, Person
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.test_rollups import (
    Ownership,
    assert_nothing_is_lost,
    record,
    rollups,
    world,  # noqa: F401 - a fixture
)
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))


def close(month: date) -> ClosedMonth:
    return closed.close(month, expected_version=None, reason="结清", actor=None, at=AT, today=TODAY)


def reopened(month: date, trading: Trading) -> None:
    asked = closed.ask_to_reopen(month, reason="补录", actor=trading.company.operations, at=AT)
    approvals.approve(approval=asked, actor=trading.company.director, at=AT)
    services.refresh_ownership(at=AT)


def of_month(month: date) -> list[list[Any]]:
    """Every row of the month as it was, by whoever it counts for, of every tally too."""
    span = {"year": month.year, "month": month.month}
    found = [
        MonthRollup.objects.filter(month=month).values_list(*MONTH_NAMES),
        DayRollup.objects.filter(day__year=span["year"], day__month=span["month"]).values_list(*DAY_NAMES),
        TallyMonth.objects.filter(month=month)
        .exclude(tally__endswith="@")
        .values_list("tally", *MONTH_NAMES),
    ]
    return [sorted(rows, key=str) for rows in found]


@pytest.mark.capability("ADJ3", "MON1")
def test_a_customer_moved_in_the_past_leaves_closed_months_and_moves_open_ones(trading: Trading) -> None:
    """C2 has 300 万 in April; C3 40 - 10 万 in May; March is open, with 150 万 of C1."""
    close(APRIL)
    close(MAY)
    before = of_month(APRIL), of_month(MAY)

    Customer.objects.update(territory_override=trading.company.yuedong)
    services.refresh_ownership(at=AT)

    assert (of_month(APRIL), of_month(MAY)) == before
    assert MonthRollup.objects.get(month=MARCH).territory == trading.company.yuedong
    services.rebuild_rollups(at=AT)
    assert (of_month(APRIL), of_month(MAY)) == before

    services.restate(today=TODAY)
    assert {row.territory for row in RestatedMonth.objects.all()} == {trading.company.yuedong}
    assert restated.is_current(TODAY)


@pytest.mark.capability("ADJ3")
def test_the_engine_sums_closed_months_as_they_were_too(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(MAY)
    before = of_month(MAY)
    Customer.objects.update(territory_override=trading.company.sunan)
    monkeypatch.setattr(engine, "FEW_LINES", -1)

    services.rebuild_rollups(at=AT)

    assert of_month(MAY) == before
    assert MonthRollup.objects.get(month=APRIL).territory == trading.company.sunan


@pytest.mark.capability("ADJ3")
def test_a_seat_that_changed_hands_long_ago_and_a_new_number_leave_closed_months(trading: Trading) -> None:
    seat = Assignment.objects.get(person__user=trading.company.owner)
    trading.company.sunan.position = seat.position
    trading.company.sunan.save()
    services.refresh_ownership(at=AT)
    close(MARCH)
    before = of_month(MARCH)
    assert before[0][0][2] == seat.person_id

    newcomer = Person.objects.create(code="E-new", name="新来")
    Person.objects.filter(pk=seat.person_id).update(code="E-old")
    seat.person = newcomer
    seat.save()
    services.refresh_ownership(at=AT)

    assert of_month(MARCH) == before
    assert MonthRollup.objects.get(month=date(2026, 6, 1)).person == newcomer
    services.rebuild_rollups(at=AT)
    assert of_month(MARCH) == before


@pytest.mark.capability("ADJ3")
def test_opened_again_a_month_follows_and_closing_it_tells_what_changed(trading: Trading) -> None:
    company = trading.company
    first = close(APRIL)
    assert first.changes == []
    assert [one["fen"] for one in first.figures.values()] == [300 * WAN]
    Customer.objects.filter(code="C2").update(territory_override=company.yuedong)
    services.refresh_ownership(at=AT)
    assert MonthRollup.objects.get(month=APRIL).territory == company.subei

    reopened(APRIL, trading)
    assert MonthRollup.objects.get(month=APRIL).territory == company.yuedong
    again = close(APRIL)

    told = {str(one["region"]): (one["before_fen"], one["after_fen"]) for one in again.changes}
    assert told == {"江苏 · 苏北": (300 * WAN, 0), "广东 · 粤东": (0, 300 * WAN)}
    assert sum(after - before for before, after in told.values()) == 0


def by_line(column: str = "territory_code") -> dict[tuple[str, str], int]:
    """(month, territory) -> fen, as drill-downs read it from the lines."""
    with attributed_lines(directory()) as connection:
        rows = connection.sql(
            f"SELECT strftime(ordered_on, '%Y-%m'), coalesce({column}, ''), sum(amount_fen)::BIGINT "
            "FROM attributed_line GROUP BY ALL"
        ).fetchall()
    return {(month, code): fen for month, code, fen in rows if fen}


def by_rollup() -> dict[tuple[str, str], int]:
    rows = MonthRollup.objects.order_by().values_list("month", "territory__code").annotate(Sum("amount_fen"))
    return {(f"{month:%Y-%m}", code or ""): fen for month, code, fen in rows if fen}


@pytest.mark.capability("ADJ3", "MON1")
def test_an_import_taken_back_late_counts_today_and_leaves_the_closed_months(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the only batch April (300) and May (40 - 10) are closed: June gives them back, all else goes at once."""
    close(APRIL)
    close(MAY)
    before = of_month(APRIL), of_month(MAY)

    reversal = services.reverse(batch=Batch.objects.get(), reason="重复", actor=None, at=AT)

    assert reversal.booked == {"2026-04": [1, -300 * WAN], "2026-05": [2, -30 * WAN]}
    assert reversal.booked_on == TODAY
    expected = {
        ("2026-04", "苏北"): 300 * WAN,
        ("2026-05", "粤东"): 30 * WAN,
        ("2026-06", "苏北"): -300 * WAN,
        ("2026-06", "粤东"): -30 * WAN,
    }
    for _path in ("by delta", "from nothing", "by the engine"):
        assert (of_month(APRIL), of_month(MAY)) == before
        assert by_rollup() == by_line() == expected
        assert_nothing_is_lost()
        monkeypatch.setattr(engine, "FEW_LINES", engine.FEW_LINES if _path == "by delta" else -1)
        services.rebuild_rollups(at=AT)

    text = client_of(trading.company.director).get(reverse("performance-why") + "?period=2026&figure=actual")
    assert "已关账的 2026-04、2026-05 不改" in text.content.decode()
    text = client_of(trading.company.operations).get(reverse("data-quality"))
    assert "2026-05 已关账，不改；它的 2 行、-300,000.00 元计入 2026-06-15" in text.content.decode()


def test_a_month_closed_before_this_was_kept_keeps_what_it_showed_last(trading: Trading) -> None:
    ClosedMonth.objects.create(month=MAY, closed_at=AT)
    before = of_month(MAY)
    Customer.objects.update(territory_override=trading.company.sunan)

    services.refresh_ownership(at=AT)

    assert of_month(MAY) == before
    assert RollupState.objects.get(pk=1).held_months == ["2026-05-01"]


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("move"),
            st.tuples(
                st.sampled_from(("C1", "C2", "C3")),
                st.integers(0, 5),
                st.sampled_from(("T1", "T2", "T3")),
                st.sampled_from(("E1", "E2", None)),
            ),
        ),
        st.tuples(st.just("forget"), st.integers(0, 20)),
        st.tuples(st.just("close"), st.integers(1, 5)),
        st.tuples(st.just("open"), st.integers(1, 5)),
    ),
    min_size=2,
    max_size=10,
)
DAILY = [
    (customer, day, 100 + day, "PL1") for customer in ("C1", "C2", "C3", "C9") for day in range(0, 150, 7)
]


@pytest.mark.capability("ADJ3", "MON1")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_moves_closings_and_openings_changes_a_closed_month(
    world: Ownership,  # noqa: F811
    steps: list[tuple[str, Any]],
) -> None:
    world.clear()
    with transaction.atomic():
        record(1, DAILY)
        kept: dict[date, list[list[Any]]] = {}
        for kind, what in steps:
            if kind == "move":
                customer, month, territory, person = what
                world[customer, month] = (territory, person)
            elif kind == "forget" and world:
                world.pop(sorted(world)[what % len(world)])
            elif kind == "close" and date(2026, what, 1) not in kept:
                close(date(2026, what, 1))
                kept[date(2026, what, 1)] = of_month(date(2026, what, 1))
            elif kind == "open" and kept.pop(date(2026, what, 1), None):
                closing.reopen(date(2026, what, 1), reason="x", actor=None, at=AT)
            services.refresh_ownership(at=AT)
            assert {month: of_month(month) for month in kept} == kept
        by_delta = rollups()
        assert_nothing_is_lost()
        services.rebuild_rollups(at=AT)
        assert rollups() == by_delta
        transaction.set_rollback(True)
