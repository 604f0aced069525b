"""`quyu attain`: rows that add up to the fen and equal the pages, and refusals in words."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import python_calamine
from click.testing import CliRunner, Result
from django.urls import reverse

from quyu.analytics.metrics import METRICS
from quyu.apps.performance import services
from quyu.apps.performance.selectors.by_basis import basis
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.apps.targets.models import PlanVersion
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from quyu.shell.cli.attain import attain
from tests.apps.performance.conftest import WAN, Trading, traded
from tests.apps.performance.conftest import again as trading
from tests.apps.performance.test_fact_kinds import imported
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

__all__ = ["traded", "trading"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON2", "MON1")]
ADDED = ("target_fen", "expected_fen", "actual_fen", "before_fen")
NEXT_DAY = datetime(2026, 6, 16, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(attain, [str(word) for word in words])


def answer(*words: str | Path) -> dict[str, Any]:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def by_key(found: dict[str, Any], *keys: str) -> dict[Any, dict[str, Any]]:
    return {tuple(row["keys"][key] for key in keys): row for row in found["rows"]}


def sums(found: dict[str, Any]) -> dict[str, int]:
    return {name: sum(row[name] or 0 for row in found["rows"]) for name in ADDED}


@pytest.mark.parametrize("period", ["2026", "2026Q2", "2026-03", "2025"])
@pytest.mark.parametrize(
    "by",
    ["region,month", "territory", "quarter", "region,territory,month", "product_line,month", "person,region"],
)
def test_rows_add_up_to_the_whole_and_the_whole_is_the_board(trading: Trading, period: str, by: str) -> None:
    found = answer("--period", period, "--by", by)

    root = board(span_of(CALENDAR.parse(period), today=TODAY), everything(), today=TODAY).standings["HQ"]
    total = {name: found["total"][name] or 0 for name in ADDED}
    assert sums(found) == total
    assert total == {
        "target_fen": root.target, "expected_fen": root.expected, "actual_fen": root.actual, "before_fen": root.before,
    }  # fmt: skip
    assert (found["total"]["attainment_bp"], found["total"]["pace_bp"], found["total"]["growth_bp"]) == (
        root.attainment_bp, root.pace_bp, root.growth_bp,
    )  # fmt: skip


def test_rows_equal_the_export_of_the_page(trading: Trading) -> None:
    client = client_of(trading.company.director)
    answered = client.get(reverse("performance"), {"period": "2026", "export": "1"})
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answered.getvalue()))
    page = {str(row[0]): row for row in book.get_sheet_by_index(0).to_python()[1:]}

    regions = by_key(answer("--period", "2026", "--by", "region"), "region")
    territories = by_key(answer("--period", "2026", "--by", "territory"), "territory")

    for (code,), row in (*regions.items(), *territories.items()):
        if code == "HQ":
            continue
        shown = page[code.removeprefix("T:")]
        yuan = [
            None if row[name] is None else row[name] / 100
            for name in ("target_fen", "expected_fen", "actual_fen")
        ]
        rate = None if row["attainment_bp"] is None else row["attainment_bp"] / 10_000
        assert [shown[3], shown[4], shown[5]] == yuan
        assert (shown[6] if shown[6] != "" else None) == rate
        assert shown[7] == row["before_fen"] / 100
    assert page["HQ"][5] == sum(row["actual_fen"] for row in regions.values()) / 100


def test_a_row_of_a_region_and_month_is_the_page_of_that_month(trading: Trading) -> None:
    found = by_key(answer("--period", "2026", "--by", "region,month", "--level", "2"), "region", "month")

    for month in ("2026-03", "2026-06"):
        shown = board(span_of(CALENDAR.parse(month), today=TODAY), everything(), today=TODAY)
        own = shown.standings["JS"]
        row = found["JS", month]
        assert (row["target_fen"], row["expected_fen"], row["actual_fen"], row["before_fen"]) == (
            own.target, own.expected, own.actual, own.before,
        )  # fmt: skip
    assert found["JS", "2026-03"]["growth_bp"] == 5_000
    assert found["JS", "2026-07"]["actual_fen"] is None
    assert found["JS", "2026-07"]["attainment_bp"] is None


def test_what_is_nobodys_is_a_row_of_its_own_without_target(trading: Trading) -> None:
    found = answer("--period", "2026", "--by", "region")

    own = found["rows"][-1]
    assert (own["keys"], own["actual_fen"], own["target_fen"], own["attainment_bp"]) == (
        {"region": "HQ"}, 7 * WAN, None, None,
    )  # fmt: skip
    assert "未归属" in own["names"]["region"]


def test_growth_by_product_line_compares_the_same_days(trading: Trading) -> None:
    """900 万 of July of the year before are after the cutoff of 12 June, 100 万 of March are not."""
    lines = by_key(answer("--period", "2026", "--by", "product_line"), "product_line")

    assert lines["TEA",]["before_fen"] == 100 * WAN
    assert lines["TEA",]["actual_fen"] == (150 + 300 + 40 - 10 + 7) * WAN
    assert lines["SNACK",]["actual_fen"] == 50 * WAN
    assert lines["SNACK",]["target_fen"] == trading.total // 2


def test_channels_have_no_targets(trading: Trading) -> None:
    found = answer("--period", "2026", "--by", "channel")

    assert [row["target_fen"] for row in found["rows"]] == [None] * len(found["rows"])
    assert sums(found)["actual_fen"] == found["total"]["actual_fen"]
    assert found["total"]["target_fen"] == trading.total


def test_a_level_and_a_region_choose_the_rows(trading: Trading) -> None:
    below = answer("--period", "2026", "--by", "region", "--region", "江苏")
    two = answer("--period", "2026", "--by", "region", "--level", "3")

    assert {row["keys"]["region"] for row in below["rows"]} == {"T:苏南", "T:苏北"}
    assert below["total"]["actual_fen"] == 500 * WAN
    assert {"T:苏南", "T:苏北", "T:粤东", "HQ"} == {row["keys"]["region"] for row in two["rows"]}
    assert sums(two)["actual_fen"] == two["total"]["actual_fen"]


def test_an_account_sees_its_own_part(trading: Trading) -> None:
    found = answer("--period", "2026", "--by", "region", "--as", trading.company.boss.username)

    assert found["total"]["actual_fen"] == 500 * WAN
    assert {row["keys"]["region"] for row in found["rows"]} == {"T:苏南", "T:苏北"}


def test_yesterdays_report_stays_and_history_is_restated(trading: Trading, settings: Any) -> None:
    before = answer("--period", "2026", "--by", "region,month")
    settings.QUYU_TODAY = "2026-06-16"
    trading.company.sunan.valid_to = TODAY
    trading.company.sunan.save()
    late = order_lines(line("LATE", date(2026, 6, 11), 77 * WAN, customer="C2"))
    services.record_orders(late, file_name="b.csv", source_sha256="b" * 64, actor=None, at=NEXT_DAY)
    services.reverse(batch=Batch.objects.order_by("pk")[0], reason="错", actor=None, at=NEXT_DAY)

    then = answer("--period", "2026", "--by", "region,month", "--as-of", TODAY.isoformat())
    was, restated = (answer("--period", "2026", "--by", "territory", *more) for more in ((), ("--restated",)))

    assert then["rows"] == before["rows"]
    assert then["as_of"] == TODAY.isoformat()
    assert was["total"]["actual_fen"] == restated["total"]["actual_fen"] == 77 * WAN
    assert restated["reading"] == "restated"
    assert sums(restated)["target_fen"] == trading.total
    lines = answer("--period", "2026", "--by", "product_line", "--restated")
    assert sums(lines)["actual_fen"] == 77 * WAN
    assert lines["total"]["growth_bp"] is None


def test_other_metrics_name_their_unit_and_are_computed_row_by_row(trading: Trading) -> None:
    found = answer("--period", "2026", "--by", "month", "--metric", "active_customers")

    assert (found["unit"], found["total"]["actual"], found["total"]["target"]) == ("count", 4, None)
    assert [row["actual"] for row in found["rows"]] == [1, 1, 1, 1, 1]
    assert any("不等于合计" in note for note in found["notes"])


def test_by_delivery_an_amount_counts_on_the_day_it_was_shipped(trading: Trading) -> None:
    late = {**line("SHIP", date(2026, 3, 30), 20 * WAN), "shipped_on": date(2026, 4, 2)}
    services.record_orders(order_lines(late), file_name="s.csv", source_sha256="c" * 64, actor=None, at=AT)

    found = answer("--period", "2026", "--by", "month,product_line", "--basis", "delivery")
    rows = by_key(answer("--period", "2026", "--by", "month", "--basis", "delivery"), "month")

    assert (found["basis"], found["total"]["actual_fen"]) == ("delivery", 20 * WAN)
    assert sums(found)["actual_fen"] == 20 * WAN
    assert rows["2026-04",]["actual_fen"] == 20 * WAN


def test_january_and_february_can_be_one_month(trading: Trading) -> None:
    """7 万 in February of 2026, with the festival; 5 万 in January of 2025, with that year's."""
    early = line("FEST", date(2025, 1, 20), 5 * WAN)
    services.record_orders(order_lines(early), file_name="s.csv", source_sha256="c" * 64, actor=None, at=AT)

    found = answer("--period", "2026", "--by", "month", "--metric", "sales_growth_paired")

    assert (found["rows"][0]["keys"], found["rows"][0]["actual"]) == ({"month": "2026-01~02"}, 4_000)
    assert by_key(found, "month")["2026-03",]["actual"] == 5_000
    assert [row["growth_bp"] for row in found["rows"]] == [None] * len(found["rows"])


def test_without_facts_of_a_metric_a_target_stands_alone(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METRICS, "visits", replace(METRICS["visits"], expression=None))
    version = PlanVersion.objects.get()
    version.plan.measure = "visits"
    version.plan.save()

    found = answer("--period", "2026", "--by", "region", "--metric", "visits")

    assert found["total"]["target"] == trading.total
    assert found["total"]["actual"] is None
    assert found["total"]["attainment_bp"] is None


def test_a_target_of_receipts_stands_beside_what_came_in(trading: Trading, tmp_path: Path) -> None:
    """Within reach, up to the last day with receipts, and equal to the board by cash."""
    version = PlanVersion.objects.get()
    version.plan.measure = "receipts"
    version.plan.save()
    receipts = (
        "收款单号,到账日期,客户编码,回款金额\nHK1,2026-02-02,C1,1200.51\nHK2,2026-05-02,C2,99.99\n"
        "HK3,2026-05-03,C3,7\nHK4,2026-05-04,C9,0.07\nHK5,2025-02-02,C1,600\n"
    )
    imported("receipts", tmp_path / "r.csv", receipts)

    found = answer("--period", "2026", "--by", "region,month", "--metric", "receipts")
    boss = answer("--period", "2026", "--by", "region", "--metric", "receipts", "--as", "boss")
    source = basis("cash", today=TODAY)
    span = span_of(CALENDAR.parse("2026"), today=TODAY, source=source)
    shown = board(span, everything(), today=TODAY, source=source)

    assert found["total"]["target_fen"] == trading.total
    assert found["total"]["actual_fen"] == shown.standings["HQ"].actual == 130_757
    assert found["total"]["before_fen"] == 60_000
    assert sum(row["actual_fen"] or 0 for row in found["rows"]) == 130_757
    assert by_key(found, "region", "month")["EAST", "2026-06"]["actual_fen"] is None, (
        "nothing came in after May"
    )
    assert boss["total"]["actual_fen"] == shown.standings["JS"].actual == 130_050


def test_of_facts_that_nobody_imported_nothing_is_said(trading: Trading) -> None:
    found = answer("--period", "2026", "--by", "region", "--metric", "visits")

    assert found["total"]["actual"] is None
    assert any("还没有任何实绩" in note for note in found["notes"])


def test_actuals_without_targets_have_no_attainment(trading: Trading) -> None:
    version = PlanVersion.objects.get()
    version.state = "approved"
    version.save()

    found = answer("--period", "2026", "--by", "region")

    assert {row["target_fen"] for row in found["rows"]} == {None}
    assert {row["attainment_bp"] for row in found["rows"]} == {None}
    assert any("1 个未发布" in note for note in found["notes"])
    assert "—" in call("--period", "2026", "--by", "region").stdout


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "targets.csv"
    rows = (
        "region,month,target",
        "JS,2026-03,300万",
        "苏南,2026-04,0",
        "广东,2026-05,1000000.50",
        "JS,2025-03,5",
    )
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_targets_of_a_file_stand_in_for_a_plan(trading: Trading, given: Path) -> None:
    found = answer("--period", "2026", "--by", "region,month", "--level", "2", "--targets", given)
    rows = by_key(found, "region", "month")

    assert rows["JS", "2026-03"]["attainment_bp"] == 5_000
    assert rows["JS", "2026-04"]["target_fen"] == 0
    assert rows["JS", "2026-04"]["attainment_bp"] is None
    assert rows["GD", "2026-05"]["target_fen"] == 100_000_050
    assert found["total"]["target_fen"] == 300 * WAN + 100_000_050
    assert found["plan"] == "targets.csv"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("火星,2026-03,5", "没有“火星”"),
        ("JS,2026-13,5", "第 2 行“2026-13”"),
        ("JS,2026Q1,5", "第 2 行“2026Q1”"),
        ("JS,2026-03,五", "第 2 行“五”"),
        ("JS,2026-03,5\nJS,2026-03,6", "第 3 行"),
    ],
)
def test_a_wrong_file_of_targets_is_named_by_line(
    trading: Trading, tmp_path: Path, row: str, said: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"region,month,target\n{row}\n", encoding="utf-8")

    result = call("--period", "2026", "--targets", path)

    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--period", "去年"), "“去年”不是期间"),
        (("--period", "2026-W05"), "没有目标"),
        (("--period", "2026", "--by", "city"), "不能按“city”分行"),
        (("--period", "2026", "--metric", "销售"), "没有指标“销售”"),
        (("--period", "2026", "--as-of", "2026-06-31"), "不是今天或以前的日期"),
        (("--period", "2026", "--as-of", "2026-06-16"), "不是今天或以前的日期"),
        (("--period", "2026", "--as-of", "2020-01-01"), "还没有任何数据"),
        (("--period", "2026", "--as-was", "--restated"), "只能用一个"),
        (("--period", "2026", "--restated", "--by", "person"), "只有按下单、按当时归属"),
        (("--period", "2026", "--restated", "--metric", "quantity"), "只有按下单、按当时归属"),
        (("--period", "2026", "--basis", "cash"), "还没有回款数据"),
        (("--period", "2026", "--basis", "delivery"), "还没有发货数据"),
        (("--period", "2026", "--region", "火星"), "没有“火星”"),
        (("--period", "2026", "--as", "nobody"), "没有账号 nobody"),
        (("--period", "2026", "--out", "/no/such/folder/a.csv"), "不存在"),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(
    trading: Trading, words: tuple[str, ...], said: str
) -> None:
    plain, as_json = call(*words), call(*words, "--json")

    assert plain.exit_code == as_json.exit_code == 1
    assert said in plain.stderr
    assert "Traceback" not in plain.output
    assert json.loads(as_json.stdout)["status"] == "refused"


def test_a_file_holds_what_the_json_says(trading: Trading, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    found = answer("--period", "2026", "--by", "region,month", "--out", out)

    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert len(rows) == len(found["rows"])
    for row, said in zip(rows, found["rows"], strict=True):
        assert (row["region"], row["month"]) == (said["keys"]["region"], said["keys"]["month"])
        for name in (*ADDED, "attainment_bp", "pace_bp", "growth_bp"):
            assert row[name] == ("" if said[name] is None else str(said[name]))


def test_people_read_a_table_in_ten_thousand_yuan(trading: Trading) -> None:
    text = call("--period", "2026", "--by", "region").stdout

    assert "2026 · 销售额（万元）· 按下单 · 按当时归属 · 数据截至 2026-06-12 · 目标：2026 v1" in text
    assert "合计" in text
    assert "36,000.00" in text
    assert "537.00" in text
