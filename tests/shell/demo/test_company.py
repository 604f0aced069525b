"""The demo company looks like a company: the patterns a planner knows are in its order lines."""

import itertools
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quyu.kernel.workdays import WorkCalendar
from quyu.platform.calendar.selectors import spring_festival
from quyu.platform.facts.schema import ORDER_LINE
from quyu.shell.demo import company, market, sales, staff

FIRST, TODAY = date(2023, 6, 1), date(2026, 6, 15)


def counties() -> list[market.County]:
    return [
        market.County(f"{area.code}{province}{n}", f"{province}{n}区", province, area.code)
        for area in company.AREAS
        for province, _weight in area.provinces
        for n in range(12)
    ]


def generate(seed: int = 1) -> tuple[market.Market, pa.Table]:
    chance = np.random.default_rng(seed)
    people = market.settle(counties(), first_day=FIRST, today=TODAY, rng=chance)
    festivals = tuple(spring_festival(year) for year in range(2023, 2028))
    history = sales.History(FIRST, TODAY, WorkCalendar({}), festivals)
    return people, sales.order_lines(people, history, chance)


@pytest.fixture(scope="module")
def made() -> tuple[market.Market, pa.Table]:
    return generate()


def amount(lines: pa.Table, start: date, end: date, customers: set[str] | None = None) -> int:
    keep = pc.and_(pc.greater_equal(lines["ordered_on"], start), pc.less(lines["ordered_on"], end))
    if customers is not None:
        keep = pc.and_(keep, pc.is_in(lines["customer_code"], pa.array(sorted(customers))))
    return int(pc.sum(lines.filter(keep)["amount_fen"]).as_py() or 0)


def customers_of(people: market.Market, area: str) -> set[str]:
    return {code for code, county in zip(people.codes, people.counties, strict=True) if county.area == area}


def test_three_years_of_about_300_000_lines_up_to_yesterday(made: tuple[market.Market, pa.Table]) -> None:
    people, lines = made

    assert lines.schema == ORDER_LINE
    assert 280_000 < lines.num_rows < 320_000
    assert len(people.codes) == 3_000
    days = pc.min_max(lines["ordered_on"]).as_py()
    assert FIRST <= days["min"] < FIRST + timedelta(4)
    assert days["max"] < TODAY


def test_order_lines_are_named_once(made: tuple[market.Market, pa.Table]) -> None:
    _people, lines = made

    keys = pc.binary_join_element_wise(lines["order_no"], lines["line_no"], "-")
    assert len(pc.unique(keys)) == lines.num_rows


def test_the_dip_follows_the_spring_festival(made: tuple[market.Market, pa.Table]) -> None:
    _people, lines = made

    for year in (2024, 2025, 2026):
        festival = spring_festival(year)
        before = amount(lines, festival - timedelta(28), festival - timedelta(7))
        after = amount(lines, festival, festival + timedelta(12))
        assert after / 12 < 0.4 * before / 21


def test_one_area_crowds_its_quarter_ends(made: tuple[market.Market, pa.Table]) -> None:
    people, lines = made

    def crowding(area: str) -> float:
        inside = customers_of(people, area)
        last = amount(lines, date(2025, 9, 22), date(2025, 10, 1), inside) / 9
        return last / (amount(lines, date(2025, 8, 1), date(2025, 9, 1), inside) / 31)

    assert crowding(company.STUFFING_AREA) > 2 * crowding("HD")


def test_one_area_falls_behind_this_year(made: tuple[market.Market, pa.Table]) -> None:
    people, lines = made

    def growth(area: str) -> float:
        inside = customers_of(people, area)
        now = amount(lines, date(2026, 3, 1), date(2026, 6, 1), inside)
        return now / amount(lines, date(2025, 3, 1), date(2025, 6, 1), inside)

    assert growth(company.UNDERSELLING_AREA) < 0.97
    assert growth("HD") > 1.0


def test_returns_are_negative_lines_of_their_own(made: tuple[market.Market, pa.Table]) -> None:
    _people, lines = made

    returned = lines.filter(pc.less(lines["amount_fen"], 0))
    assert 0.005 < returned.num_rows / lines.num_rows < 0.03
    assert pc.all(pc.starts_with(returned["order_no"], "T")).as_py()


def test_the_same_day_gives_the_same_company(made: tuple[market.Market, pa.Table]) -> None:
    assert generate()[1].equals(made[1])


@pytest.mark.capability("ORG1")
def test_about_120_seats_are_held_by_one_person_at_a_time_and_people_come_and_go() -> None:
    found = staff.hire(first_day=FIRST, today=TODAY, rng=np.random.default_rng(3))

    assert 110 <= len(found.seats) <= 130
    assert sum(one.left_on is not None for one in found.employees) >= 10
    by_seat: dict[str, list[staff.Sitting]] = {}
    for sitting in found.sittings:
        by_seat.setdefault(sitting.seat, []).append(sitting)
    for sittings in by_seat.values():
        ordered = sorted(sittings, key=lambda s: s.start)
        assert all(a.end is not None and a.end <= b.start for a, b in itertools.pairwise(ordered))
    moved = Counter(s.employee for s in found.sittings)
    assert sum(count > 1 for count in moved.values()) >= 4
