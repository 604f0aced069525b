"""Workload: the formula against a slow oracle, and what must hold of it whatever the numbers."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.workload import InvalidStandard, Standard, Travel, Workload, capacity_minutes, workload

STANDARD = Standard(visits=(24, 12, 4, 2), minutes=(60, 45, 30, 30))
counts = st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=8)
travels = st.builds(Travel, st.floats(1, 3), st.floats(5, 120), st.integers(1, 12))
standards = st.builds(
    Standard,
    st.tuples(*[st.integers(0, 60)] * 4),
    st.tuples(*[st.integers(0, 240)] * 4),
    travels,
)


def floats(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def oracle(customers: list[int], standard: Standard, km: float, area: float) -> tuple[int, int, int]:
    """One unit, visit by visit, without arrays."""
    onsite, out, between, visited, drive = 0, 0.0, 0.0, 0, standard.travel
    per_km = drive.detour / drive.speed_kmh * 60
    for number, visits in zip(customers, standard.visits, strict=True):
        visited += number if visits else 0
    for number, visits, minutes in zip(customers, standard.visits, standard.minutes, strict=True):
        for _customer in range(number):
            for _visit in range(visits):
                onsite += minutes
                out += 2 / drive.stops * per_km * math.hypot(km, math.sqrt(area / 2 / math.pi))
                leg = 0.7124 * math.sqrt(area / visited) * per_km
                between += leg - leg / drive.stops
    return onsite, round(out), round(between)


@pytest.mark.capability("TER11")
@settings(max_examples=150, deadline=None)
@given(counts, standards, st.floats(0, 300), st.floats(1, 20_000))
def test_the_minutes_are_those_counted_visit_by_visit(
    customers: list[list[int]], standard: Standard, km: float, area: float
) -> None:
    found = run(customers, standard, km, area)

    for unit, numbers in enumerate(customers):
        onsite, out, between = oracle(numbers, standard, km, area)
        assert found.onsite[unit] == onsite
        assert found.from_home[unit] == pytest.approx(out, abs=1)
        assert found.between[unit] == pytest.approx(between, abs=1)
    assert found.total.tolist() == (found.onsite + found.from_home + found.between).tolist()


def run(customers: list[list[int]], standard: Standard, km: float, area: float) -> Workload:
    size = len(customers)
    return workload(
        np.array(customers),
        standard,
        home_km=floats([km] * size),
        area_km2=floats([area] * size),
    )


@settings(max_examples=80, deadline=None)
@given(counts, standards, st.floats(0, 300), st.floats(1, 20_000))
def test_more_of_anything_that_costs_time_is_never_less_work(
    customers: list[list[int]], standard: Standard, km: float, area: float
) -> None:
    base = run(customers, standard, km, area).total
    slower = replace(standard, travel=replace(standard.travel, speed_kmh=standard.travel.speed_kmh / 2))
    longer = replace(standard, minutes=tuple(one + 5 for one in standard.minutes))

    assert (run(customers, standard, km + 10, area).total >= base).all()
    assert (run(customers, standard, km, area * 2).total >= base).all()
    assert (run(customers, slower, km, area).total >= base).all()
    assert (run(customers, longer, km, area).total >= base).all()
    assert (run([[n + 1 for n in row] for row in customers], standard, km, area).total >= base).all()


@given(counts)
def test_units_do_not_depend_on_each_other(customers: list[list[int]]) -> None:
    together = run(customers, STANDARD, 20, 900).total.tolist()

    assert together == [run([row], STANDARD, 20, 900).total.tolist()[0] for row in customers]
    assert run([[0, 0, 0, 0]], STANDARD, 500, 900).total.tolist() == [0]


def test_the_example_of_the_formula_page() -> None:
    found = workload(
        np.array([[2, 10]]),
        Standard(visits=(24, 4), minutes=(60, 30)),
        home_km=floats([40]),
        area_km2=floats([900]),
    )

    parts = (found.visits, found.onsite, found.from_home, found.between, found.total)
    assert [int(part[0]) for part in parts] == [88, 4080, 2866, 847, 7793]


def test_a_known_travel_time_stands_in_place_of_the_estimate() -> None:
    found = workload(
        np.array([[1, 0, 0, 0], [1, 0, 0, 0]]),
        STANDARD,
        home_km=floats([10, 10]),
        area_km2=floats([400, 400]),
        home_minutes=floats([50, math.nan]),
        leg_minutes=floats([10, math.nan]),
    )

    assert found.from_home[0] == 24 * 2 * 50 // 5
    assert found.between[0] == round(24 * 10 * 4 / 5)
    assert found.one_way[1] == pytest.approx(60 * 1.3 / 40 * math.sqrt(100 + 400 / (2 * math.pi)))


def test_what_is_unknown_counts_nothing_and_is_seen_to_be_unknown() -> None:
    found = workload(np.array([[2, 0, 0, 0]]), STANDARD)

    assert found.total.tolist() == [2 * 24 * 60]
    assert np.isnan(found.one_way).all()
    assert np.isnan(found.leg).all()


def test_a_leg_is_about_what_a_good_tour_through_scattered_customers_has() -> None:
    """0.7124 sqrt(A/n) is the limit; the border makes 120 customers some 12 % longer, 2-opt some 5 to 10 more."""
    chance, side, number = random.Random(7), 30.0, 120
    places = [(chance.random() * side, chance.random() * side) for _ in range(number)]
    tour = shortened(places)
    legs = sum(math.dist(tour[at - 1], tour[at]) for at in range(number)) / number

    free = Standard((1,), (0,), Travel(detour=1, speed_kmh=60, stops=5))
    found = workload(np.array([[number]]), free, area_km2=floats([side * side]))

    assert found.leg[0] < legs < 1.3 * found.leg[0]


def shortened(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The nearest neighbour each time, then 2-opt until nothing helps."""
    tour, left = [places[0]], places[1:]
    while left:
        tour.append(min(left, key=lambda place: math.dist(place, tour[-1])))
        left.remove(tour[-1])
    better = True
    while better:
        better = False
        for i in range(len(tour) - 1):
            for j in range(i + 2, len(tour)):
                a, b, c, d = tour[i], tour[i + 1], tour[j], tour[(j + 1) % len(tour)]
                if math.dist(a, c) + math.dist(b, d) < math.dist(a, b) + math.dist(c, d) - 1e-9:
                    tour[i + 1 : j + 1] = reversed(tour[i + 1 : j + 1])
                    better = True
    return tour


def test_capacity_is_days_by_hours_by_the_share_left_for_customers() -> None:
    assert capacity_minutes(250, 480, 6_000) == 250 * 480 * 6 // 10


def test_numbers_without_sense_are_refused() -> None:
    for make in (
        lambda: Travel(detour=0.9),
        lambda: Travel(speed_kmh=0),
        lambda: Travel(stops=0),
        lambda: Travel(speed_kmh=math.nan),
        lambda: Standard((1, 2), (3,)),
        lambda: Standard((-1,), (3,)),
        lambda: capacity_minutes(-1, 480, 6_000),
        lambda: capacity_minutes(250, 480, 10_001),
        lambda: workload(np.array([[-1]]), Standard((1,), (1,))),
        lambda: workload(np.array([[1]]), Standard((1,), (1,)), home_km=floats([-3])),
        lambda: workload(np.array([[1]]), Standard((1,), (1,)), area_km2=floats([1, 2])),
    ):
        with pytest.raises(InvalidStandard):
            make()
