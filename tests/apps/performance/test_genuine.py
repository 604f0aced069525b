"""真实达成 of a small company: who was stuffed, what comes off at every node, what was seen in outlets, for whom."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors.genuine import Genuine, genuine
from quyu.apps.performance.selectors.outlets import outlets
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.facts.models import Batch
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import Trading
from tests.apps.performance.test_by_basis import NEXT_DAY, record, shipped
from tests.apps.performance.test_fact_kinds import imported
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT

pytestmark = pytest.mark.capability("B8", "CHN10")
BOUGHT_FROM = (2025, 7)
MONTHS = [f"2025-{month:02d}" for month in range(7, 13)] + [f"2026-{month:02d}" for month in range(1, 6)]
STUFFED = {"D0": "sunan", "D1": "sunan", "D2": "sunan"}
HONEST = {
    "D3": "subei", "D4": "subei", "D5": "subei", "D6": "yuedong", "D7": "yuedong", "D8": "yuedong", "D9": "yuedong",
}  # fmt: skip
FEN = 10_000
"""The price of a piece."""
ENDS = {"2026-03": "2026-03-31", "2026-05": "2026-05-31"}


def stocks(code: str) -> dict[str, int]:
    """Pieces at the month ends counted, after 100 a month bought from an opening 120: 65 or 96 sold from December on."""
    monthly = 100 - (65 if code in STUFFED else 96)
    return {"2026-03": 120 + 4 * monthly, "2026-05": 120 + 6 * monthly}


@pytest.fixture
def dealing(trading: Trading, tmp_path: Path) -> Trading:
    for code, place in (STUFFED | HONEST).items():
        Customer.objects.create(
            code=code, name=f"{code}商贸", kind="dealer", territory_override=getattr(trading.company, place)
        )
    services.refresh_ownership(at=AT)
    rows = [
        {
            **shipped(f"S-{code}-{month}", day, day, 100 * FEN, customer=code),
            "quantity_milli": 100_000,
        }
        for month in MONTHS
        for day in [date.fromisoformat(f"{month}-15")]
        for code in STUFFED | HONEST
    ]
    record(*rows, sha="s")
    report(tmp_path)
    return trading


def report(folder: Path) -> None:
    """Sell-through of half a year and two counts, as dealers send them."""
    ends = ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    sold = [
        f"{end},{code},P1,{65 if code in STUFFED else 96}"
        for end in ends
        for code in STUFFED | HONEST
        if code != "D9" or end < "2026-04"
    ]
    imported("sell-through", folder / "t.csv", "\n".join(("销售日期,客户编码,产品编码,销售数量", *sold)))
    counted = [
        f"{ENDS[month]},{code},P1,{pieces}"
        for code in STUFFED | HONEST
        for month, pieces in stocks(code).items()
        if code != "D8" or month == "2026-03"
    ]
    imported("stock", folder / "s.csv", "\n".join(("盘点日期,客户编码,产品编码,库存数量", *counted)))


def shown(period: str = "2026", user: User | None = None) -> Board:
    scope = everything() if user is None else scope_of(user, at=TODAY)
    return board(span_of(CALENDAR.parse(period), today=TODAY), scope, today=TODAY)


def found(period: str = "2026") -> Genuine:
    return genuine(shown(period), directory())


def excess_of(code: str, month: str, normal: int, days: int, months: int) -> int:
    sold = 65 * months * FEN
    return stocks(code)[month] * FEN - (2 * normal * sold + days) // (2 * days)


def test_the_stuffed_are_found_and_nobody_else(dealing: Trading) -> None:
    told = {one.code: one for one in found().dealers("HQ")}

    assert {code for code, one in told.items() if one.excess} == set(STUFFED)
    normal = int(found().now.normal_days[0])
    assert told["D0"].excess == excess_of("D0", "2026-05", normal, 182, 6)
    assert (told["D0"].sell_in, told["D0"].sell_through) == (600 * FEN, 390 * FEN)
    assert (told["D3"].sell_in, told["D3"].sell_through, told["D3"].closing) == (
        600 * FEN,
        576 * FEN,
        144 * FEN,
    )
    assert (told["D8"].reason, told["D8"].counted_on) == ("", date(2026, 3, 31)), (
        "the count of March serves in May"
    )
    assert (told["D9"].reason, told["D9"].excess) == ("", 0), "and so does what was reported up to March"


def test_what_comes_off_adds_up_over_nodes_and_quarters(dealing: Trading) -> None:
    company, year = dealing.company, found()
    tree = year.board.axes.tree
    for node in year.board.axes.regions:
        own = year.own.get(node)
        below = sum(year.below[child].change for child in tree.children(node))
        assert year.below[node].change == below + (own.change if own else 0)
        plain = year.board.standings[node]
        assert year.adjusted(node).actual == plain.actual - year.below[node].change
        assert year.adjusted(node).target == plain.target
    assert year.below[f"T:{company.yuedong.code}"].change == year.below[f"T:{company.subei.code}"].change == 0
    assert year.below["HQ"].change == year.below[f"T:{company.sunan.code}"].change > 0
    quarters = [found(f"2026Q{number}").below["HQ"].change for number in (1, 2)]
    assert sum(quarters) == year.below["HQ"].change
    assert quarters[1] == year.below["HQ"].change - quarters[0] != year.below["HQ"].change


def sheet(dealing: Trading, name: str, user: User) -> list[list[Any]]:
    answer = client_of(user).get(reverse("performance-genuine"), {"period": "2026", "export": name})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return rows


def test_the_files_hold_what_the_page_tells(dealing: Trading) -> None:
    director, told = dealing.company.director, found()
    rows = {row[1].strip(): row for row in sheet(dealing, "nodes", director)[1:]}
    root = rows[told.board.axes.name("HQ")]
    assert root[6] == told.adjusted("HQ").actual / 100
    assert root[9:] == [3, told.below["HQ"].judged, told.below["HQ"].dealers]

    dealers = sheet(dealing, "dealers", director)[1:]
    assert [row[0] for row in dealers if row[3] == "压货"] == sorted(STUFFED)
    assert len(dealers) == told.below["HQ"].dealers
    assert {row[0] for row in sheet(dealing, "dealers", dealing.company.boss)[1:]}.isdisjoint({"D6", "D7"})
    assert len(sheet(dealing, "sightings", director)) == 1


def test_what_is_kept_in_memory_follows_the_facts(dealing: Trading, tmp_path: Path) -> None:
    before = found()
    assert found().book is before.book

    imported("sell-through", tmp_path / "u.csv", "销售日期,客户编码,产品编码,销售数量\n2026-05-30,D0,P1,35")

    assert found().book is not before.book
    told = {one.code: one.sell_through for one in found().dealers("HQ")}
    assert told["D0"] == (390 + 35) * FEN


def test_an_area_is_flagged_where_stuffing_is_and_not_elsewhere(dealing: Trading) -> None:
    company, below = dealing.company, found().below
    assert below[f"T:{company.sunan.code}"].is_stuffed
    assert below[company.jiangsu.code].is_stuffed
    for node in (f"T:{company.subei.code}", f"T:{company.yuedong.code}", company.guangdong.code):
        assert not below[node].is_stuffed


def test_without_reports_nobody_is_judged_and_the_page_says_what_to_do(trading: Trading) -> None:
    page = client_of(trading.company.director).get(reverse("performance-genuine")).content.decode()

    for text in ("需要数据", "quyu import sell-through", "quyu import stock", "quyu import prices"):
        assert text in page
    assert "调整后达成率" not in page


def test_a_count_taken_back_is_not_used(dealing: Trading) -> None:
    batch = Batch.objects.get(kind="stock_count")
    services.reverse(batch=batch, reason="错", actor=None, at=NEXT_DAY)

    assert not any(one.excess for one in found().dealers("HQ"))
    assert {one.reason for one in found().dealers("HQ")} == {"no_count"}


def test_a_count_far_from_the_month_end_is_not_used(dealing: Trading, tmp_path: Path) -> None:
    services.reverse(batch=Batch.objects.get(kind="stock_count"), reason="错", actor=None, at=NEXT_DAY)
    header = "盘点日期,客户编码,产品编码,库存数量\n"
    text = f"{header}2026-05-25,D0,P1,330\n2026-05-28,D1,P1,300\n2026-06-02,D1,P1,330\n2026-06-07,D2,P1,330\n"
    imported("stock", tmp_path / "b.csv", text)

    told = {one.code: one for one in found().dealers("HQ")}

    assert [told[code].reason for code in STUFFED] == ["no_count", "", "no_count"]
    assert told["D1"].closing == 330 * FEN, "two days after is nearer than three before"


def test_everybody_sees_his_own_part(dealing: Trading) -> None:
    company = dealing.company
    page = reverse("performance-genuine")
    mine = client_of(company.owner).get(page).content.decode()
    other = client_of(company.neighbour).get(page).content.decode()

    assert "D0商贸" in mine
    assert "D3商贸" not in client_of(company.owner).get(f"{page}?list=normal").content.decode()
    assert "没有压货的经销商" in other
    assert "D0商贸" not in other
    assert client_of(company.neighbour).get(f"{page}?region=T:{company.sunan.code}").status_code == 404
    dealer = reverse("performance-genuine-dealer", args=["D0"])
    assert client_of(company.neighbour).get(dealer).status_code == 404
    assert client_of(company.stranger).get(dealer).status_code in (403, 404)
    told = client_of(company.owner).get(dealer).content.decode()
    for text in ("6,500.00", "33,000.00", "压货：", "kind=sell_through"):
        assert text in told
    assert client_of(company.owner).get(f"{page}?period=2026Q9").status_code == 404
    assert client_of(company.owner).get(f"{page}?list=nonsense&page=99&basis=cash").status_code == 200
    assert client_of(company.owner).get(f"{page}?basis=delivery").status_code == 200


PLACES = {
    "320102": ("玄武区", "江苏省", "南京市", "sunan"),
    "440106": ("天河区", "广东省", "广州市", "yuedong"),
}


def see_prices(trading: Trading, folder: Path) -> None:
    """Goods of D6 (粤东) in Nanjing four times, and P2 too cheap in Guangzhou three times of five."""
    alignment = Alignment.objects.create(
        name="一", state="active", valid_from=date(2025, 1, 1), created_at=AT
    )
    for code, (name, province, city, territory) in PLACES.items():
        unit = BasicUnit.objects.create(code=code, name=name, level="county", province=province, city=city)
        AlignmentUnit.objects.create(
            alignment=alignment, unit=unit, territory=getattr(trading.company, territory)
        )
    services.refresh_ownership(at=AT)
    nanjing, guangzhou = "江苏省,南京市,玄武区", "广东省,广州市,天河区"
    rows = [f"2026-05-0{day},D6,P1,{nanjing},店{day},4.4,5" for day in range(1, 5)]
    rows += [
        f"2026-05-1{day},D7,P2,{guangzhou},店{day},{price},5"
        for day, price in enumerate((4, 4.2, 4.4, 4.6, 5))
    ]
    rows += [f"2026-05-2{day},D0,P1,{nanjing},店{day},5,5" for day in range(3)]
    rows += [f"2026-05-2{day},D3,P1,{nanjing},店{day},5,5" for day in range(5, 7)]
    header = "巡价日期,货源客户编码,产品编码,省,市,区县,门店,实际价格,指导价"
    imported("prices", folder / "p.csv", "\n".join((header, *rows)))


def told_to(user: User | None, region: str) -> tuple[list[Any], list[Any]]:
    seen = outlets(shown(user=user), directory(), region)
    return (
        [(one.subject, one.area, one.count, one.price_bp) for one in seen.diversions],
        [(one.subject, one.area, one.count, one.seen, one.price_bp) for one in seen.disorders],
    )


def test_diversion_and_disorder_are_told_to_both_sides_and_open_to_their_rows(
    dealing: Trading, tmp_path: Path
) -> None:
    company = dealing.company
    see_prices(dealing, tmp_path)
    diversion = ("D6", company.jiangsu.code, 4, 8_800)
    disorder = ("P2", company.guangdong.code, 3, 5, 8_400)

    assert told_to(None, "HQ") == ([diversion], [disorder])
    assert told_to(company.owner, f"T:{company.sunan.code}") == ([diversion], [])
    assert told_to(company.neighbour, company.guangdong.code) == ([diversion], [disorder])
    assert told_to(company.colleague, f"T:{company.subei.code}") == ([], [])
    client = client_of(company.director)
    rows = reverse("performance-facts") + f"?kind=price_observation&period=2026&region={company.jiangsu.code}"
    page = client.get(f"{rows}&customer=D6").content.decode()
    assert "江苏" in page
    assert "4 行" in page
    assert "只看：D6商贸" in page
    other = reverse("performance-facts") + "?kind=shipment&period=2026&customer=D0"
    assert "D0商贸" not in client_of(company.neighbour).get(other).content.decode(), "no name out of reach"
    home = client_of(company.neighbour).get(reverse("performance-genuine")).content.decode()
    assert "在管辖范围之外看到" in home
    assert "玄武区" not in home


def test_a_dealer_who_buys_for_a_place_is_at_home_there(dealing: Trading, tmp_path: Path) -> None:
    see_prices(dealing, tmp_path)
    day = date(2026, 1, 20)
    record({**shipped("HOME", day, day, 100, customer="D6"), "place_code": "320102"}, sha="h", at=NEXT_DAY)

    assert told_to(None, "HQ")[0] == []
