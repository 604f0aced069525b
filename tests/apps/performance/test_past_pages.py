"""The pivot, the customers, the bridge and their files as of a past day: what the board of that day adds up to."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from quyu.analytics.bridge import CAUSES
from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.selectors import cuts, drill, series, sources
from quyu.apps.performance.selectors.bridge import Bridge, bridge_of
from quyu.apps.performance.selectors.by_basis import basis
from quyu.apps.performance.selectors.past_names import directory_on
from quyu.apps.performance.selectors.sold_lines import LineBasis
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import WAN, Trading
from tests.apps.performance.conftest import again as trading
from tests.apps.performance.test_fact_kinds import SAMPLES, imported
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

__all__ = ["trading"]

pytestmark = [pytest.mark.capability("MON1"), pytest.mark.django_db]
NEXT_DAY = datetime(2026, 6, 16, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PAGES = (
    "customers/",
    "customers/C2/",
    "analysis/?row=territory",
    "bridge/",
    "bridge/?by=product&basis=delivery",
)


def everything_changes(trading: Trading) -> None:
    """The day after: a late order with a delivery, the first import taken back, C1 moved, a territory renamed."""
    late = {**line("LATE", date(2026, 6, 11), 77 * WAN, customer="C2"), "shipped_on": date(2026, 6, 12)}
    services.record_orders(
        order_lines(late), file_name="b.csv", source_sha256="b" * 64, actor=None, at=NEXT_DAY
    )
    services.reverse(batch=Batch.objects.order_by("pk")[0], reason="错", actor=None, at=NEXT_DAY)
    Customer.objects.filter(code="C1").update(territory_override=trading.company.yuedong)
    services.refresh_ownership(at=NEXT_DAY)


def shipped(trading: Trading) -> None:
    rows = [
        {**line("D1", date(2026, 3, 30), 30 * WAN, customer="C1"), "shipped_on": date(2026, 4, 2)},
        {**line("D2", date(2026, 3, 30), 5 * WAN, customer="C2"), "shipped_on": None},
        {**line("D3", date(2026, 4, 1), -2 * WAN, customer="C2"), "shipped_on": date(2026, 4, 3)},
        {**line("D4", date(2025, 4, 1), 9 * WAN, customer="C2"), "shipped_on": date(2025, 4, 2)},
    ]
    services.record_orders(order_lines(*rows), file_name="d.csv", source_sha256="d" * 64, actor=None, at=AT)


def told(name: LineBasis, day: date | None) -> tuple[Board, Bridge]:
    source = basis(name, today=TODAY, as_of=day)
    span = span_of(CALENDAR.parse("2026"), today=TODAY, source=source)
    shown = board(span, everything(), today=TODAY, source=source, known_on=day)
    return shown, bridge_of(shown, directory_on(day), source=source, basis=name, today=day or TODAY)


def agree(shown: Board, bridge: Bridge) -> None:
    for region in shown.axes.regions:
        bars, standing = bridge.bars(region), shown.standings[region]
        assert (bars.before, bars.now) == (standing.before, standing.actual), region
        assert sum(bars.causes.values()) == bars.change, region
        for by in ("customer", "product", "line"):
            rows = bridge.explained(region, by)
            for cause in CAUSES:
                assert sum(row.bars.causes[cause] for row in rows) == bars.causes[cause], (region, by, cause)


@pytest.mark.capability("MON5", "B13")
@pytest.mark.parametrize("name", ["order", "delivery"])
def test_the_bridge_leads_from_one_figure_of_the_board_to_the_other_on_every_day(
    trading: Trading, name: LineBasis
) -> None:
    shipped(trading)
    now = told(name, None)
    agree(*now)
    then = {region: now[1].bars(region) for region in now[0].axes.regions}

    everything_changes(trading)

    agree(*told(name, None))
    past = told(name, TODAY)
    agree(*past)
    assert {region: past[1].bars(region) for region in past[0].axes.regions} == then
    assert past[1].explained("HQ", "customer") == now[1].explained("HQ", "customer")
    assert told(name, None)[1].bars("HQ") != then["HQ"]


def test_shipments_stand_for_the_orders_from_their_first_month_on(trading: Trading, tmp_path: Path) -> None:
    """D1 and D3 were shipped in April as orders; the delivery note of that month says what left indeed."""
    shipped(trading)
    assert told("delivery", None)[1].bars("HQ").now == 28 * WAN

    imported("shipments", tmp_path / "a.csv", SAMPLES["shipments"][0])

    shown, bridge = told("delivery", None)
    agree(shown, bridge)
    assert (bridge.bars("HQ").before, bridge.bars("HQ").now) == (9 * WAN, 35_000)
    assert {row.code: row.bars.now for row in bridge.explained("T:苏南", "product")} == {
        "P1": 30_000,
        "P2": 5_000,
    }


@pytest.mark.capability("MON5")
def test_customers_and_pivot_of_a_past_day_add_up_to_its_board(trading: Trading) -> None:
    everything_changes(trading)
    source = sources.past(TODAY)
    span = span_of(CALENDAR.parse("2026"), today=TODAY, source=source)
    shown = board(span, everything(), today=TODAY, source=source, known_on=TODAY)
    names = directory_on(TODAY)
    days = (span.start, span.cutoff)

    for region in shown.axes.regions:
        reach = series.reach_below(shown, everything(), [region], names)
        rows = drill.customers(reach, names, days=days, before=span.before)
        standing = shown.standings[region]
        assert sum(row.actual for row in rows) == standing.actual, region
        assert sum(row.before for row in rows) == standing.before, region
        found = cuts.cut("amount", "territory", "product_line", reach, names, days=days)
        assert (found.whole or 0) == sum(found.cells.values()) == standing.actual, region


def test_attributions_that_were_cleared_away_are_made_again(trading: Trading) -> None:
    before = told("order", TODAY)[1].explained("HQ", "customer")
    everything_changes(trading)
    attribution.sweep([], grace=NEXT_DAY - NEXT_DAY)

    names = directory_on(TODAY)
    shown = told("order", TODAY)[0]
    reach = series.reach_below(shown, everything(), ["T:苏南"], names)
    days = (shown.span.start, shown.span.cutoff)

    rows = drill.customers(reach, names, days=days, before=shown.span.before)
    assert [(row.code, row.actual) for row in rows] == [("C1", 200 * WAN)]
    assert told("order", TODAY)[1].explained("HQ", "customer") == before


def _page(trading: Trading, address: str) -> str:
    joined = f"{address}{'&' if '?' in address else '?'}period=2026&as_of={TODAY.isoformat()}"
    answer = client_of(trading.company.director).get(f"/performance/{joined}")
    assert answer.status_code == 200, joined
    text: str = answer.content.decode()
    return text[text.index("<table") : text.rindex("</table>")]


@pytest.mark.parametrize("address", PAGES)
def test_a_past_page_is_made_again_table_for_table(trading: Trading, settings: Any, address: str) -> None:
    shipped(trading)
    settings.QUYU_TODAY = "2026-06-16"
    before = _page(trading, address)

    everything_changes(trading)

    assert _page(trading, address) == before


def _sheet(trading: Trading, address: str) -> list[list[Any]]:
    answer = client_of(trading.company.director).get(f"/performance/{address}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return rows


@pytest.mark.parametrize(
    "address", ["customers/?export=xlsx", "analysis/?export=xlsx", "bridge/?export=nodes"]
)
def test_the_file_of_a_past_page_says_the_day_and_stays(
    trading: Trading, settings: Any, address: str
) -> None:
    settings.QUYU_TODAY = "2026-06-16"
    asked = f"{address}&period=2026&as_of={TODAY.isoformat()}"
    before = _sheet(trading, asked)

    everything_changes(trading)

    assert _sheet(trading, asked) == before
    assert before[-1][0] == "截至 2026-06-15 日终所知。"
    assert _sheet(trading, f"{address}&period=2026") != before


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("analysis/?metric=price_realisation", "“价格实现率”不能重现过去某一天所知"),
        ("analysis/?metric=receipts", "“回款”不能重现过去某一天所知"),
        ("true/", "这一页不能按过去某天所知重现"),
        ("receivables/", "这一页不能按过去某天所知重现"),
        ("facts/", "这一页不能按过去某天所知重现"),
    ],
)
def test_what_is_not_kept_of_a_past_day_is_said(
    trading: Trading, tmp_path: Path, address: str, said: str
) -> None:
    shipped(trading)
    imported("receipts", tmp_path / "a.csv", SAMPLES["receipts"][0])
    joined = f"{address}{'&' if '?' in address else '?'}as_of=2026-06-15"
    answer = client_of(trading.company.director).get(f"/performance/{joined}")

    assert said in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bridge/?basis=cash", "回款不分产品，没有数量和价格"),
        ("bridge/?basis=delivery", "还没有发货数据"),
        ("customers/?basis=cash", "只按下单"),
        ("analysis/?as=restated", "按今天归属重述只在业绩页有"),
        ("customers/?as_of=2020-01-01", "还没有任何数据"),
    ],
)
def test_a_basis_or_reading_that_a_page_has_not_is_told(trading: Trading, address: str, said: str) -> None:
    answer = client_of(trading.company.director).get(f"/performance/{address}")

    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_metrics_that_rest_on_the_master_data_of_now_are_known_as_such() -> None:
    kept = {name for name, metric in METRICS.items() if metric.has_facts and cuts.is_kept(metric)}

    assert {"amount", "orders", "active_customers", "sales_growth", "lost_customers"} <= kept
    assert not kept & {"price_realisation", "a_customers", "strategic_share", "receipts", "market_share"}
