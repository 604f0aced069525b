"""The market pages: facts with gaps filled visibly, quality, potential with its error, white space; by reach."""

import io
import random
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.apps.market import field, selectors
from quyu.apps.market.models import Indicator, PotentialModel
from quyu.apps.market.selectors.quality import market as read_market
from quyu.apps.market.selectors.white_space import white_space
from quyu.apps.territories import services as territories
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.apps.territories.selectors import unit_values
from quyu.platform.geography.models import BasicUnit, MarketFigure, UnitNeighbour
from quyu.platform.people.scope import everything
from tests.people import START, TODAY, client_of

SIDE = 8


def said(unit, measure, value, day=date(2025, 12, 31), source="统计年鉴"):
    return MarketFigure.objects.create(unit=unit, measure=measure, as_of=day, value=value, source=source)


@pytest.fixture
def grid(company, monkeypatch):
    """64 counties: the western half is 苏南, the eastern 粤东; sales are 150 yuan a head plus noise, five sell nothing."""
    rng = random.Random(7)
    units, people = {}, {}
    alignment = Alignment.objects.create(name="现行", created_at="2024-01-01T00:00:00+08:00", method={})
    for row in range(SIDE):
        for column in range(SIDE):
            code = f"C{row}{column}"
            units[code] = BasicUnit.objects.create(
                code=code,
                name=f"{code}县",
                level="county",
                city=f"{code}市",
                longitude=110 + column,
                latitude=30 + row,
            )
            side = company.sunan if column < SIDE // 2 else company.yuedong
            AlignmentUnit.objects.create(alignment=alignment, unit=units[code], territory=side)
            people[code] = rng.randint(100, 900) * 1000
    for row in range(SIDE):
        for column in range(SIDE - 1):
            UnitNeighbour.objects.create(left=units[f"C{row}{column}"], right=units[f"C{row}{column + 1}"])
    territories.activate(alignment=alignment, valid_from=START, actor=None, at=TODAY)
    for code, count in people.items():
        said(units[code], "population", count * 1000)
    sold = {code: round(count * 150 * 100 * rng.uniform(0.8, 1.25)) for code, count in people.items()}
    for code in ("C00", "C11", "C22", "C07", "C77"):
        del sold[code]
    territories.record_figures(measure="amount", values=sold, period_end=TODAY)
    territories.record_figures(measure="customers", values=dict.fromkeys([*sold, "C22"], 3), period_end=TODAY)
    monkeypatch.setattr(field, "_served", [lambda before: dict.fromkeys(sold, date(2026, 6, 1))])
    return units


@pytest.fixture
def model(grid, company):
    client_of(company.operations).post(reverse("market-potential-fit"))
    return PotentialModel.objects.get()


@pytest.mark.capability("MKT1")
def test_gaps_are_filled_visibly_and_never_stored(grid, company):
    said(grid["C00"], "retail", 50_000_00)
    MarketFigure.objects.filter(unit=grid["C01"], measure="population").delete()

    cells = {one.unit.code: one.cells for one in read_market(everything(), TODAY).counties}

    people = {c: cells[c]["population"].value for c in ("C00", "C02")}
    assert cells["C01"]["population"].how == selectors.How.NEIGHBOURS
    assert cells["C01"]["population"].value == (people["C00"] + people["C02"]) // 2
    assert cells["C00"]["retail"].how == ""
    assert MarketFigure.objects.filter(unit=grid["C01"]).count() == 0
    page = client_of(company.operations).get(reverse("market")).content.decode()
    assert "相邻各县的平均" in page
    county = client_of(company.operations).get(reverse("market-county", args=["C01"])).content.decode()
    assert "相邻各县的平均" in county


@pytest.mark.capability("MKT1")
def test_the_rest_of_a_city_is_shared_by_people_and_an_index_is_taken_from_it(units):
    said(units["320500"], "retail", 1_000)
    said(units["320500"], "transport", 80)
    said(units["320583"], "retail", 400)
    for code, people in (("320583", 5), ("320585", 1), ("320582", 2)):
        said(units[code], "population", people)
    known = {one.code: one for one in selectors.indicators()}

    retail = selectors.filled(known["retail"], TODAY)
    transport = selectors.filled(known["transport"], TODAY)

    assert retail.values == {"320582": 400, "320583": 400, "320585": 200}
    assert set(retail.how) == {"320582", "320585"}
    assert transport.values == dict.fromkeys(("320582", "320583", "320585"), 80)


@pytest.mark.capability("MKT1")
def test_quality_counts_what_is_missing_old_odd_and_contradicts(units, grid):
    for unit in grid.values():
        said(unit, "retail", 1_000_000 + int(unit.code[1:]) * 997)
    MarketFigure.objects.filter(unit=grid["C33"], measure="retail").update(value=900_000_000)
    MarketFigure.objects.filter(unit=grid["C44"]).update(as_of=date(2019, 1, 1))
    MarketFigure.objects.filter(unit=grid["C55"], measure="retail").delete()

    rows = {one.unit.code: one for one in read_market(everything(), TODAY).counties}

    assert rows["C33"].cells["retail"].is_odd
    assert rows["C33"].lost["odd"] > 0
    assert rows["C44"].lost["age"] == 25
    assert rows["C55"].lost["coverage"] == 25
    assert rows["C66"].score == 100


@pytest.mark.capability("MKT2")
def test_potential_is_learnt_with_its_error_told_and_explained(grid, company, model):
    assert model.report["markets"] == 59
    assert 0 < model.report["wape_bp"] < 2_000
    assert set(model.values) == set(grid)
    people = MarketFigure.objects.get(unit=grid["C00"], measure="population").value // 1000
    assert model.values["C00"] == pytest.approx(people * 150 * 100, rel=0.1)
    parts = selectors.parts_of(model, "C00")
    assert sum(part.fen for part in parts) == pytest.approx(model.values["C00"], abs=len(parts) + 1)
    page = client_of(company.operations).get(reverse("market-potential")).content.decode()
    assert "按人口分摊" in page
    assert "不明显比“按人口分摊”准" in page or model.report["is_better"]
    assert (
        "为什么是这个潜力"
        in client_of(company.operations).get(reverse("market-county", args=["C00"])).content.decode()
    )
    assert unit_values("potential", "county", TODAY)["C00"] == model.values["C00"]


def test_without_sales_or_people_the_page_says_what_is_missing(company):
    client = client_of(company.operations)
    assert "先导入订单" in client.post(reverse("market-potential-fit"), follow=True).content.decode()
    assert not PotentialModel.objects.exists()
    assert "还没有潜力模型" in client.get(reverse("white-space")).content.decode()


@pytest.mark.capability("MKT7")
def test_white_space_is_what_nobody_works_most_unwon_first(grid, company, model):
    found = white_space(everything(), TODAY)

    assert {one.unit.code: one.why for one in found} == {
        "C00": "no_customer", "C11": "no_customer", "C22": "no_sale", "C07": "no_customer", "C77": "no_customer",
    }  # fmt: skip
    assert [one.unwon for one in found] == sorted((one.unwon for one in found), reverse=True)
    assert len(white_space(everything(), TODAY, days=7)) == 64
    page = client_of(company.operations).get(reverse("white-space")).content.decode()
    assert "安排拜访 3 家客户" in page
    assert "开发经销商" in page


@pytest.mark.capability("MKT7", "MKT1")
def test_a_manager_sees_the_counties_in_reach_only(grid, company, model):
    boss = client_of(company.boss)
    page = boss.get(reverse("white-space")).content.decode()
    assert "C00县" in page
    assert "C77县" not in page
    assert boss.get(reverse("market-county", args=["C00"])).status_code == 200
    assert boss.get(reverse("market-county", args=["C77"])).status_code == 404
    assert boss.post(reverse("market-potential-fit")).status_code == 403
    assert boss.post(reverse("market-indicators"), {"code": "x", "name": "X"}).status_code == 403
    assert client_of(company.owner).get(reverse("market")).status_code == 403
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(b"".join(boss.get(reverse("white-space-export")).streaming_content))
    )
    codes = {row[0] for row in book.get_sheet_by_index(0).to_python()[1:]}
    assert codes == {"C00", "C11", "C22"}
    scope_layers = {one.id: one for one in selectors.layers(everything(), TODAY)}
    assert set(scope_layers) == {"potential", "white_space", "market:population"}


@pytest.mark.capability("MKT1")
def test_an_indicator_is_added_once_and_not_under_a_name_in_use(company):
    client, url = client_of(company.operations), reverse("market-indicators")
    form = {"code": "schools", "name": "中小学数", "kind": "number", "direction": "more", "adds_up": "on"}

    assert "中小学数" in client.post(url, form, follow=True).content.decode()
    assert (
        "已有这个指标" in client.post(url, {**form, "code": "people2", "name": "常住人口"}).content.decode()
    )
    assert list(Indicator.objects.values_list("code", flat=True)) == ["schools"]


@pytest.mark.capability("MKT1")
@pytest.mark.parametrize(("field", "word"), [("code", "Value"), ("code", "source"), ("name", "数据来源")])
def test_no_indicator_takes_the_name_of_another_column_of_the_file(company, field, word):
    """Two columns of one name would stop every import of facts."""
    form = {"code": "schools", "name": "中小学数", "kind": "number", "direction": "more", field: word}
    page = client_of(company.operations).post(reverse("market-indicators"), form).content.decode()
    assert "已有这个列名" in page
    assert not Indicator.objects.exists()


@pytest.mark.capability("MKT1")
def test_an_indicator_is_changed_and_taken_back_while_nothing_is_known_under_it(grid, company):
    client, listed = client_of(company.operations), reverse("market-indicators")
    form = {"code": "schools", "name": "中小学数", "kind": "number", "direction": "more", "adds_up": "on"}
    client.post(listed, form)
    page, gone = (
        reverse("market-indicator", args=["schools"]),
        reverse("market-indicator-remove", args=["schools"]),
    )
    assert page in client.get(listed).text
    changed = {**form, "name": "学校数", "kind": "index", "adds_up": "", "code": "other", "version": "1"}
    assert client.post(page, changed).url == listed
    row = Indicator.objects.get()
    assert (row.code, row.name, row.kind, row.adds_up, row.version) == (
        "schools",
        "学校数",
        "index",
        False,
        2,
    )
    assert "已被他人修改" in client.post(page, {**changed, "name": "旧页"}).text
    assert "已有这个指标" in client.post(page, {**changed, "version": "2", "name": "常住人口"}).text

    unit = BasicUnit.objects.filter(level="county").first()
    fact = MarketFigure.objects.create(unit=unit, measure="schools", as_of=TODAY, value=3, source="教育局")
    assert client.post(page, {**changed, "version": "2", "kind": "number", "name": "学校"}).url == listed
    row.refresh_from_db()
    assert (row.name, row.kind) == ("学校", "index")
    assert gone not in client.get(page).text
    assert "不能删除" in client.post(gone, {"version": "3"}, follow=True).text
    fact.delete()
    client.post(gone, {"version": "2"})
    assert Indicator.objects.exists()
    assert client_of(company.boss).post(gone, {"version": "3"}).status_code == 403
    client.post(gone, {"version": "3"})
    assert not Indicator.objects.exists()


def test_what_is_exported_can_be_imported_again(grid, company, market_files):
    answer = client_of(company.operations).get(reverse("market-export"))
    path = market_files.folder / "again.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))

    found = market_files.judged_file(path)

    assert found.errors == ()
    assert found.findings.preview["unchanged"] == 64
