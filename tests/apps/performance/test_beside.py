"""Two periods side by side: which days are compared, and the same figures on the board, in 多维分析 and `quyu attain`."""

import json
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from quyu.apps.performance import services
from quyu.apps.performance.selectors.beside import Beside, beside, pair_of
from quyu.apps.performance.selectors.sources import AS_IT_WAS
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.people.scope import everything
from quyu.shell.cli.attain import attain
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.conftest import again as trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

__all__ = ["trading"]

pytestmark = pytest.mark.capability("MON2", "MON5")


def shown(code: str) -> Board:
    return board(span_of(CALENDAR.parse(code), today=TODAY), everything(), today=TODAY)


def put_beside(code: str, other: str) -> tuple[Board, Beside]:
    seen = shown(code)
    return seen, beside(seen, pair_of(seen.span, other, today=TODAY, source=AS_IT_WAS))


def sell(*rows: dict[str, object]) -> None:
    services.record_orders(order_lines(*rows), file_name="b.csv", source_sha256="b" * 64, actor=None, at=AT)


def answer(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(attain, [*words, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def sheet(trading: Trading, url: str) -> list[list[Any]]:
    answered = client_of(trading.company.operations).get(url)
    book = CalamineWorkbook.from_filelike(BytesIO(answered.getvalue()))
    return book.get_sheet_by_index(0).to_python()


def test_two_finished_periods_are_compared_whole(trading: Trading) -> None:
    _seen, found = put_beside("2026Q1", "2025Q1")

    assert found.nodes["HQ"].actual == 157 * WAN
    assert found.nodes["HQ"].before == 100 * WAN
    assert found.nodes["T:苏南"].growth_bp == 5_000
    assert "全期" in found.pair.said


def test_a_running_month_is_compared_by_as_many_working_days(trading: Trading) -> None:
    """June stands after 10 working days; those of March end on the 13th."""
    sell(
        line("ORD-B1", date(2026, 3, 13), 3 * WAN, customer="C1"),
        line("ORD-B2", date(2026, 3, 14), 5 * WAN, customer="C1"),
    )
    _seen, found = put_beside("2026-06", "2026-03")

    assert found.pair.then.last_day == date(2026, 3, 13)
    assert found.nodes["HQ"].actual == 50 * WAN
    assert found.nodes["HQ"].before == 153 * WAN
    assert found.pair.said.count("10 个工作日") == 2


def test_a_holiday_moves_the_day_on_which_the_other_month_is_cut(trading: Trading) -> None:
    """1 to 5 May 2026 are off and Saturday the 9th is worked: the tenth working day is Monday the 18th."""
    sell(
        line("ORD-B1", date(2026, 5, 18), 3 * WAN, customer="C1"),
        line("ORD-B2", date(2026, 5, 19), 5 * WAN, customer="C1"),
    )
    _seen, found = put_beside("2026-06", "2026-05")

    assert found.nodes["T:苏南"].before == 3 * WAN


@pytest.mark.parametrize(("code", "other"), [("2026", "2025"), ("2026Q2", "2025Q2"), ("2026-06", "2025-06")])
def test_the_same_period_of_last_year_is_what_growth_is_told_on(
    trading: Trading, code: str, other: str
) -> None:
    sell(
        line("ORD-B1", date(2025, 6, 12), 3 * WAN, customer="C1"),
        line("ORD-B2", date(2025, 6, 13), 5 * WAN, customer="C1"),
    )
    seen, found = put_beside(code, other)

    for node, standing in seen.standings.items():
        assert (found.nodes[node].actual, found.nodes[node].before) == (standing.actual, standing.before)
    assert "相同的日期" in found.pair.said


def test_a_finished_period_beside_a_running_one_is_cut_itself(trading: Trading) -> None:
    sell(line("ORD-B1", date(2026, 3, 31), 3 * WAN, customer="C1"))
    seen, found = put_beside("2026Q1", "2026Q2")

    assert found.pair.is_held
    assert seen.standings["HQ"].actual == 160 * WAN
    assert found.nodes["HQ"].actual == 157 * WAN
    assert found.nodes["HQ"].before == 380 * WAN
    page = client_of(trading.company.boss).get("/performance/?period=2026Q1&compare=2026Q2").content.decode()
    assert "2026Q1 可比" in page


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("2026", "不一样长"),
        ("2026Q2", "正是在看的期间"),
        ("2026Q4", "还没有一个有实绩的工作日"),
        ("二季度", "不是期间"),
        ("2026-W05", "不一样长"),
    ],
)
@pytest.mark.parametrize("path", ["/performance/", "/performance/analysis/"])
def test_what_cannot_be_compared_is_told_on_the_page(
    trading: Trading, path: str, other: str, told: str
) -> None:
    answered = client_of(trading.company.operations).get(path, {"period": "2026Q2", "compare": other})

    assert answered.status_code == 200
    assert told in answered.content.decode()


def test_board_command_and_pivot_tell_the_same(trading: Trading) -> None:
    words = ("--period", "2026Q2", "--compare", "2026Q1")
    command = {row["keys"]["territory"]: row for row in answer(*words, "--by", "territory")["rows"]}
    page = {row[0]: row for row in sheet(trading, "/performance/?period=2026Q2&compare=2026Q1&export=1")[1:]}
    pivot = {
        row[0]: row
        for row in sheet(
            trading, "/performance/analysis/?row=territory&period=2026Q2&compare=2026Q1&export=1"
        )[1:]
    }

    assert command["T:苏南"]["comparable_fen"] == 50 * WAN
    assert command["T:苏南"]["other_fen"] == 150 * WAN
    assert command["T:苏南"]["change_fen"] == -100 * WAN
    assert command["T:苏南"]["change_bp"] == -6_667
    assert page["苏南"][-3:] == [500_000, 1_500_000, -0.6667]
    assert pivot["苏南"][2:5] == [500_000, 1_500_000, -0.6667]
    assert pivot["苏北"][2:5] == [3_000_000, 0, ""]
    assert pivot["未归属"][1:5] == ["", 0, 70_000, -1]


@pytest.mark.parametrize("by", ["region", "territory", "product_line", "channel", "person", ""])
@pytest.mark.parametrize("metric", ["amount", "orders"])
def test_rows_beside_another_period_add_up(trading: Trading, by: str, metric: str) -> None:
    found = answer("--period", "2026Q2", "--compare", "2026Q1", "--by", by, "--metric", metric)

    unit = "_fen" if metric == "amount" else ""
    assert found["total"][f"comparable{unit}"] == (380 * WAN if metric == "amount" else 3)
    assert found["total"][f"other{unit}"] == (157 * WAN if metric == "amount" else 2)
    assert found["other_days"][0] == "2026-01-01"
    for name in (f"comparable{unit}", f"other{unit}"):
        assert sum(row[name] for row in found["rows"]) == found["total"][name]


def test_a_rate_changes_by_points(trading: Trading) -> None:
    found = answer("--period", "2026Q2", "--compare", "2026Q1", "--metric", "new_customer_share")["total"]

    assert found["change_bp"] == found["comparable"] - found["other"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--by", "month", "--compare", "2026Q1"), "不能按“月份”分行"),
        (("--compare", "2026-W05"), "这样的周没有目标"),
        (("--compare", "2025"), "不一样长"),
    ],
)
def test_the_command_refuses_in_words(trading: Trading, words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(attain, ["--period", "2026Q2", *words])

    assert result.exit_code == 1
    assert told in result.output
