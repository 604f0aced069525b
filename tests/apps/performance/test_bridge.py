"""The bridge of the trading company: equal to the board at every node and month, moves told apart, bars that open."""

from datetime import date
from io import BytesIO

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from quyu.analytics.bridge import CAUSES
from quyu.analytics.outliers import is_outlying
from quyu.apps.customers.models import Customer
from quyu.apps.performance import services, waterfall
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors import series, target_gap
from quyu.apps.performance.selectors.bridge import Bars, Bridge, bridge_of, named
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.conftest import again as trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines, ownership

__all__ = ["trading"]

PERIODS = ("2026", "2025", "2026Q1", "2026Q2", *(f"2026-{month:02d}" for month in range(1, 8)))


def told(code: str = "2026", today: date = TODAY) -> tuple[Board, Bridge]:
    shown = board(span_of(CALENDAR.parse(code), today=today), everything(), today=today)
    return shown, bridge_of(shown, directory(), today=today)


def sell(*rows: dict[str, object], name: str = "more") -> None:
    services.record_orders(
        order_lines(*rows), file_name=f"{name}.csv", source_sha256=name.ljust(64, "0"), actor=None, at=AT
    )


def hand_over(monkeypatch: pytest.MonkeyPatch, on: date) -> None:
    """C1 was with 苏南 until the day and is with 苏北 since; the others stay."""
    frame = ownership(
        ("C1", date(2020, 1, 1), on, "苏南", None),
        ("C1", on, None, "苏北", None),
        ("C2", date(2020, 1, 1), None, "苏北", None),
        ("C3", date(2020, 1, 1), None, "粤东", None),
    )
    monkeypatch.setattr("quyu.apps.customers.selectors.ownership_frame", lambda: frame)
    services.refresh_ownership(at=AT)


def agree(shown: Board, bridge: Bridge) -> None:
    for region in shown.axes.regions:
        bars, standing = bridge.bars(region), shown.standings[region]
        assert (bars.before, bars.now) == (standing.before, standing.actual), region
        assert sum(bars.causes.values()) == bars.change, region
        for by in ("customer", "product", "line"):
            rows = bridge.explained(region, by)
            assert sum(row.bars.before for row in rows) == bars.before
            assert sum(row.bars.now for row in rows) == bars.now
            for cause in CAUSES:
                assert sum(row.bars.causes[cause] for row in rows) == bars.causes[cause], (region, by, cause)


@pytest.mark.capability("MON5", "B13")
@pytest.mark.parametrize("code", PERIODS)
def test_the_bridge_leads_from_one_figure_of_the_board_to_the_other(trading: Trading, code: str) -> None:
    agree(*told(code))


@pytest.mark.capability("MON5", "B13")
def test_a_parent_is_the_sum_of_its_children(trading: Trading) -> None:
    shown, bridge = told()

    below = [bridge.bars(code) for code in shown.children("JS")]

    for cause in CAUSES:
        assert bridge.bars("JS").causes[cause] == sum(bars.causes[cause] for bars in below)


@pytest.mark.capability("MON5")
def test_new_lost_price_volume_and_returns_are_told_apart(trading: Trading) -> None:
    """C1 sold 100 at 100 last spring and 150 at 150 in this one; C2 and C3 never bought before."""
    Customer.objects.create(code="C4", name="旧客户", territory_override=trading.company.subei)
    sell(line("OLD", date(2025, 5, 5), 60 * WAN, customer="C4"))

    causes = told()[1].bars("HQ").causes

    assert causes["new"] == (300 + 40 - 10 + 7) * WAN
    assert causes["lost"] == -60 * WAN
    assert causes["price"] == 50 * WAN
    assert causes["volume"] + causes["calendar"] == 50 * WAN
    assert causes["moves"] == causes["other"] == 0


@pytest.mark.capability("MON5", "ADJ3")
@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2026, 5, 1)])
def test_a_customer_that_changed_hands_is_a_move_and_no_growth(
    trading: Trading, monkeypatch: pytest.MonkeyPatch, on: date
) -> None:
    """100 of last year went over; in May so did 150 of this year, which then still counts for 苏南."""
    still = told()[1].bars("HQ")

    hand_over(monkeypatch, on)
    shown, bridge = told()

    agree(shown, bridge)
    moves = {code: bridge.bars(code).causes["moves"] for code in ("T:苏南", "T:苏北", "JS", "HQ")}
    stayed = 150 * WAN if on > date(2026, 3, 10) else 0
    assert moves == {"T:苏南": stayed - 100 * WAN, "T:苏北": 100 * WAN - stayed, "JS": 0, "HQ": 0}
    assert bridge.bars("HQ").causes == still.causes
    assert bridge.bars("T:苏南").causes["lost"] == 0


@pytest.mark.capability("MON5", "ORG4")
def test_who_reads_a_region_names_nobody_that_came_since_and_is_out_of_his_reach(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C1 counts for 苏北 since yesterday; its place still lies in 苏南, which the owner of 苏北 does not reach."""
    hand_over(monkeypatch, date(2026, 6, 14))
    url = "/performance/bridge/?region=T:苏北&by=customer"

    own, boss = (client_of(one).get(url).text for one in (trading.company.colleague, trading.company.boss))

    assert "苏南商贸" in boss
    assert "苏南商贸" not in own
    assert "转入后不在管辖范围内的客户" in own
    assert "苏北商贸" in own
    bridge = told()[1]
    every = bridge.explained("T:苏北", "customer")
    kept = named(every, bridge.counted("T:苏北"))
    assert [row.code for row in kept] == ["C2", ""]
    for cause in CAUSES:
        assert sum(row.bars.causes[cause] for row in kept) == sum(row.bars.causes[cause] for row in every)


@pytest.mark.capability("MON5", "B13")
@pytest.mark.parametrize("code", PERIODS)
def test_target_to_date_and_actual_differ_by_lines_and_by_months_to_the_fen(
    trading: Trading, code: str
) -> None:
    shown, bridge = told(code)
    for region in shown.axes.regions:
        standing = shown.standings[region]
        lines = target_gap.by_line(bridge, shown, region)
        months = target_gap.by_month(shown, series.series_of(shown, region), region)
        for rows in (lines, months):
            assert sum(row.actual for row in rows) == standing.actual
            assert sum(row.due for row in rows) == standing.expected


@pytest.mark.capability("MON5", "B13")
def test_the_page_shows_the_bridge_and_opens_a_bar(trading: Trading) -> None:
    client = client_of(trading.company.boss)

    page = client.get("/performance/bridge/?region=JS").content.decode()
    opened = client.get("/performance/bridge/?region=JS&bar=new&by=customer").content.decode()
    target = client.get("/performance/bridge/?region=JS&against=target").content.decode()

    assert "苏北商贸" in page
    assert "粤东商贸" not in page
    assert "苏北商贸" in opened
    assert "苏南商贸" not in opened
    assert "目标要求的增长" in target


def test_wrong_wishes_fall_back_or_are_not_found(trading: Trading) -> None:
    client = client_of(trading.company.boss)

    assert client.get("/performance/bridge/?bar=nonsense&by=moon&against=x&page=9999").status_code == 200
    assert client.get("/performance/bridge/?period=2026Q9").status_code == 404
    assert client.get("/performance/bridge/?region=GD").status_code == 404
    assert "没有可比的业绩" in client.get("/performance/bridge/?period=2026Q4").content.decode()


@pytest.mark.capability("MON5", "ORG4")
def test_nodes_and_rows_are_exported_in_yuan(trading: Trading) -> None:
    client = client_of(trading.company.operations)

    nodes = sheet(client.get("/performance/bridge/?export=nodes"))
    rows = sheet(client.get("/performance/bridge/?export=rows&by=customer"))

    shown, bridge = told()
    assert len(nodes) == len(shown.axes.regions) + 1
    for row in (*nodes[1:], *rows[1:]):
        assert round(sum(row[2:-1]) * 100) == round(row[-1] * 100)  # type: ignore[arg-type]
    assert round(nodes[1][-1] * 100) == bridge.bars("HQ").now  # type: ignore[operator]


def sheet(answer: object) -> list[list[object]]:
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()  # type: ignore[return-value]


@pytest.mark.capability("MON5")
def test_growth_unlike_the_rest_is_found_and_ordinary_growth_is_not() -> None:
    before = np.array([100, 200, 300, 400, 500, 600, 700, 800, 900, 0], np.int64)
    now = np.array([103, 207, 300, 420, 511, 603, 690, 822, 9_000, 50], np.int64)

    assert is_outlying(before, now).tolist() == [False] * 8 + [True, False]
    assert not is_outlying(before[:5], now[:5]).any()
    assert not is_outlying(before, before).any()


def test_a_waterfall_across_zero_has_every_piece() -> None:
    option = waterfall.option([("a", 300), ("b", -500), ("c", 100), ("d", -100)])

    floor, up, down = (one["data"] for one in option["series"])
    assert floor == [0, 0, -0.0001, 0]
    assert [one["value"] * 1e4 for one in up] == pytest.approx([3, 3, 0, 0])
    assert [one["value"] * 1e4 for one in down] == pytest.approx([0, -2, -1, -1])


def test_bars_say_their_main_cause() -> None:
    none = dict.fromkeys(CAUSES, 0)

    assert Bars(5, 3, {**none, "price": 1, "volume": -3}).main == "volume"
    assert Bars(0, 0, none).main == ""
