"""Where the nodes of the trading company land, and where nothing can be said."""

from datetime import date

import pytest

from quyu.analytics.landing import Landing
from quyu.apps.performance import services
from quyu.apps.performance.selectors.landing import landings
from quyu.apps.performance.selectors.peers import Rank, rank_of
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = pytest.mark.capability("MON2")


def shown(code: str = "2026", today: date = TODAY) -> Board:
    return board(span_of(CALENDAR.parse(code), today=today), everything(), today=today)


def sell_every_month(year: int, fen: int, customer: str = "C2") -> None:
    rows = [line(f"M{year}{month}", date(year, month, 9), fen, customer=customer) for month in range(1, 13)]
    services.record_orders(
        order_lines(*rows), file_name=f"{year}.csv", source_sha256=str(year).ljust(64, "0"), actor=None, at=AT
    )


def test_without_a_whole_year_nothing_is_foretold(trading: Trading) -> None:
    assert set(landings(shown(), today=TODAY).values()) == {None}

    page = client_of(trading.company.boss).get("/performance/?region=JS").content.decode()
    assert "没有完整的上一年" in page


def test_one_year_gives_a_landing_and_no_band(trading: Trading) -> None:
    sell_every_month(2025, 100 * WAN)

    found = landings(shown(), today=TODAY)

    calendar = shown().span.work_calendar
    gone, whole = (
        calendar.count(date(2026, 6, 1), date(2026, month, day)) for month, day in ((6, 13), (7, 1))
    )
    over = 500 * whole + 100 * gone
    expected = 300 + 300 * (1_200 * whole - over) / over
    assert found["T:苏北"] is not None
    assert found["T:苏北"].expected == pytest.approx(expected * WAN, abs=1)
    assert found["T:苏北"].low is None
    assert found["T:粤东"] is None


def test_a_second_year_gives_the_band_its_error(trading: Trading) -> None:
    """Two even years foretell each other without error: the band is as narrow as that."""
    sell_every_month(2024, 100 * WAN)
    sell_every_month(2025, 200 * WAN)

    found = landings(shown(), today=TODAY)["T:苏北"]

    assert found is not None
    assert (found.low, found.high, found.error_bp, found.tested) == (found.expected, found.expected, 0, 1)


def test_a_period_that_is_over_landed_on_its_actual(trading: Trading) -> None:
    past = shown("2025")

    found = landings(past, today=TODAY)

    assert found["HQ"] == Landing(1_000 * WAN, 1_000 * WAN, 1_000 * WAN, 0)


def test_the_board_shows_landings_of_all_below(trading: Trading) -> None:
    sell_every_month(2025, 100 * WAN)

    page = client_of(trading.company.boss).get("/performance/?region=JS").content.decode()

    assert "落点达成" in page
    assert "没有可回测的往年" in page


@pytest.mark.capability("ORG4")
def test_a_rank_is_told_only_to_who_sees_all_siblings(trading: Trading) -> None:
    everywhere = shown()
    own = board(everywhere.span, scope_of(trading.company.owner, at=TODAY), today=TODAY)

    assert rank_of(everywhere, "T:苏北") == Rank(1, 2)
    assert rank_of(everywhere, "T:苏南") == Rank(2, 2)
    assert rank_of(everywhere, "HQ") is None
    assert rank_of(own, "T:苏南") is None
