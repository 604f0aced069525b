from datetime import date

import pytest

from quyu.apps.performance import services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors import series
from quyu.apps.performance.selectors.attain import Asked, attain
from quyu.apps.performance.selectors.bridge import bridge_of
from quyu.apps.performance.selectors.span import CALENDAR, Span, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines


def span(code: str = "2026") -> Span:
    return span_of(CALENDAR.parse(code), today=TODAY)


def seen_by(user: User, code: str = "2026") -> Board:
    return board(span(code), scope_of(user, at=TODAY), today=TODAY)


@pytest.mark.capability("MON2", "MON5")
def test_every_region_is_the_sum_of_what_is_below_and_the_root_holds_everything(trading: Trading) -> None:
    shown = board(span(), everything(), today=TODAY)

    root = shown.standings["HQ"]
    assert root.target == trading.total
    assert root.actual == (150 + 50 + 300 + 40 - 10 + 7) * WAN
    assert shown.direct["HQ"].actual == 7 * WAN
    for code in shown.axes.regions:
        below = sum(shown.standings[child].actual for child in shown.children(code))
        own = shown.direct[code].actual if code in shown.direct else 0
        if shown.children(code):
            assert shown.standings[code].actual == below + own


@pytest.mark.capability("MON2")
def test_the_year_before_counts_the_same_days_only(trading: Trading) -> None:
    shown = board(span(), everything(), today=TODAY)

    assert shown.span.last_day == date(2026, 6, 12)
    assert shown.standings["T:苏南"].before == 100 * WAN


@pytest.mark.capability("MON2")
def test_what_is_due_follows_working_days_not_calendar_days(trading: Trading) -> None:
    shown = board(span(), everything(), today=TODAY)

    month = trading.total // 12
    june = shown.span.work_calendar
    gone, whole = (
        june.count(date(2026, 6, 1), date(2026, 6, 13)),
        june.count(date(2026, 6, 1), date(2026, 7, 1)),
    )
    assert abs(shown.standings["HQ"].expected - (5 * month + month * gone // whole)) <= 6


def test_each_person_sees_his_own_part(trading: Trading) -> None:
    company = trading.company

    assert seen_by(company.owner).reach.tops == ("T:苏南",)
    assert seen_by(company.boss).reach.tops == ("JS",)
    assert seen_by(company.stranger).reach.tops == ()
    assert not seen_by(company.owner).covers("T:苏北")


def test_months_and_lines_add_up_to_the_node(trading: Trading) -> None:
    shown = board(span(), everything(), today=TODAY)

    sold = series.series_of(shown, "JS")
    months, lines = sold.months(), sold.lines()
    assert sum(value or 0 for value in months.actual) == shown.standings["JS"].actual
    assert sum(months.target) == shown.standings["JS"].target
    assert sum(standing.actual for _, _, standing in lines) == shown.standings["JS"].actual
    assert sum(standing.expected for _, _, standing in lines) == pytest.approx(
        shown.standings["JS"].expected, abs=4
    )


@pytest.mark.capability("MON2")
def test_product_lines_grow_as_the_command_line_tells_it(trading: Trading) -> None:
    """Of June 2025 only the days that June 2026 has reached are compared, line by line."""
    rows = (
        line("B1", date(2025, 6, 5), 30 * WAN, customer="C1"),
        line("B2", date(2025, 6, 20), 500 * WAN, customer="C1"),
        line("B3", date(2025, 6, 6), 40 * WAN, customer="C2", product="P2"),
    )
    services.record_orders(order_lines(*rows), file_name="b.csv", source_sha256="b" * 64, actor=None, at=AT)
    told = attain(Asked("2026", by=("product_line",)), everything(), today=TODAY)
    expected = {row.names[0]: row.before for row in told.rows}
    shown = board(span(), everything(), today=TODAY)

    before = bridge_of(shown, directory(), today=TODAY).by_line("HQ", is_before=True)
    lines = series.series_of(shown, "HQ").lines(before)

    assert {name: row.before for _code, name, row in lines if name} == expected
    assert expected == {"茶饮料": 130 * WAN, "休闲食品": 40 * WAN}
    assert sum(row.before for _, _, row in lines) == shown.standings["HQ"].before
    assert {row.before for _, _, row in series.series_of(shown, "HQ").lines()} == {0}, "unknown until asked"


@pytest.mark.capability("MON2")
def test_the_year_before_of_product_lines_comes_after_the_page(trading: Trading) -> None:
    client = client_of(trading.company.director)

    page = client.get("/performance/?period=2026").content.decode()
    part = client.get("/performance/?period=2026&part=lines").content.decode()

    assert "part=lines" in page
    assert "<html" not in part
    assert "part=lines" not in part
    assert "387.00%" in part, "487 of tea against 100"
    assert "part=lines" not in client.get("/performance/?period=2026Q1").content.decode()


def test_a_quarter_has_its_own_target_and_a_period_ahead_has_no_actuals(trading: Trading) -> None:
    second, last = (
        board(span("2026Q2"), everything(), today=TODAY),
        board(span("2026Q4"), everything(), today=TODAY),
    )

    assert second.standings["HQ"].target == trading.total // 4
    assert second.standings["HQ"].actual == (50 + 300 + 40 - 10) * WAN
    assert last.standings["HQ"].actual == last.standings["HQ"].expected == 0
