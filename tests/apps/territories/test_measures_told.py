"""Whatever a plan was balanced by is told wherever it is looked at: on the map, in the workbook, in the document."""

from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from quyu.apps.territories import plan_document, selectors, services
from quyu.apps.territories.selectors.scenarios import compare
from quyu.apps.territories.services import Criteria
from quyu.apps.territories.workbook import workbook
from quyu.kernel.measure import format_value
from quyu.platform.people.scope import everything
from tests.apps.territories.test_criteria import POPULATION, people  # noqa: F401
from tests.people import TODAY, client_of

GRID = [f"J{r}{c}" for r in (1, 2, 3) for c in (1, 2, 3, 4)]
TOLD = ["amount", "customers", "composite", POPULATION, "workload"]
pytestmark = pytest.mark.capability("TER5", "TER7")


@pytest.fixture
def draft(site, people):  # noqa: F811
    """Balanced by an index of two criteria, by inhabitants and by work; not by sales."""
    services.record_figures(measure="workload", values=dict.fromkeys(GRID, 60), period_end=TODAY)
    return services.propose(
        name="多指标", actor=None, at=TODAY, only=["JS"],
        criteria=Criteria(((POPULATION, 2_000), ("workload", 500)), (("amount", 6_000), ("customers", 4_000)), 3_000),
    )  # fmt: skip


def loads(draft):
    return {load.territory.code: load for load in selectors.loads(draft, scope=everything(), at=TODAY)}


def test_a_move_is_judged_on_every_measure_before_it_is_made(site, draft):
    away = next(code for code in GRID if site.territory_of(code, draft) == site.company.sunan)
    url = reverse("alignment-what-if", args=[draft.pk])
    answer = client_of(site.company.operations).post(url, {"units": away, "territory": "苏北"}).json()
    assert list(answer["selected"]) == TOLD
    told = {row["code"]: {one["measure"]: one for one in row["measures"]} for row in answer["territories"]}
    now = loads(draft)
    tolerances = {"composite": 3_000, POPULATION: 2_000, "workload": 500}
    for code in ("苏南", "苏北"):
        assert list(told[code]) == TOLD
        for measure, one in told[code].items():
            assert one["before"]["value"] == now[code].totals[measure], (code, measure)
            assert one["before"]["deviation_bp"] == now[code].deviations_bp[measure]
            assert one["tolerance_bp"] == tolerances.get(measure, 3_000)
    services.move_units(
        alignment=draft, units=[site.unit(away)], territory=site.company.subei,
        expected_version=draft.version, actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    then = loads(draft)
    for code in ("苏南", "苏北"):
        for measure, one in told[code].items():
            assert one["after"]["value"] == then[code].totals[measure]
    population = told["苏北"][POPULATION]["after"]
    assert population["shown"] == format_value(population["value"], "milli")


def test_the_workbook_and_the_document_carry_every_measure_with_its_own_tolerance(site, draft):
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(draft, scope=everything(), at=TODAY)))
    head, *rows = book.get_sheet_by_name("销售区域").to_python()
    labels = [str(one.label) for one in selectors.measured_of(draft)]
    assert [word for word in head if "：" not in word][5:-2] == ["近 12 个月销售额（元）", *labels[1:]]
    now = loads(draft)
    for row in rows:
        load, told = now[row[0]], dict(zip(head, row, strict=True))
        assert told["综合指数"] == load.totals.get("composite", 0)
        assert told["拜访工作量（分钟）：公差"] == 0.05
        assert told["综合指数：公差"] == 0.3
        assert told["客户数：公差"] == ""
        assert told["均衡"] == load.verdict
    units = book.get_sheet_by_name("单元").to_python(skip_empty_area=False)
    assert units[3][5:-1] == ["近 12 个月销售额（元）", *labels[1:]]
    row = next(row for row in units[4:] if row[0] == "J21")
    assert row[8] == 400

    data = plan_document.content(draft, [], [], scope=everything(), at=TODAY)
    assert [word for word in data["head"] if word != "偏差"][4:-1] == [
        "近 12 个月销售额（万元）",
        *labels[1:],
    ]
    assert all(len(line) == len(data["head"]) for region in data["regions"] for line in region["rows"])
    assert "公差 5.0%，按拜访工作量（分钟）" in str(data["cards"])


def test_a_territory_beyond_the_second_measure_is_out_of_balance(site, draft):
    """The first measure alone does not make a plan balanced."""
    services.record_figures(
        measure="workload", values=dict.fromkeys(GRID, 60) | {"J11": 600}, period_end=TODAY
    )
    heavy = site.territory_of("J11", draft).code
    load = loads(draft)[heavy]
    assert load.is_out
    assert "拜访工作量（分钟）偏重" in load.verdict
    card = plan_document.content(draft, [], [], scope=everything(), at=TODAY)["cards"][-1]
    assert int(card["value"]) >= 1


def test_a_territory_is_judged_by_the_measure_that_strains_its_tolerance_most(site, draft):
    """The composite index is balanced within 30 %; the work is not within 5 %: that is what counts."""
    away = next(code for code in GRID if site.territory_of(code, draft) == site.company.sunan)
    services.move_units(
        alignment=draft, units=[site.unit(away)], territory=site.company.subei,
        expected_version=draft.version, actor=site.company.operations, at=TODAY,
    )  # fmt: skip
    client = client_of(site.company.operations)
    [found] = compare([draft], scope=everything(), at=TODAY, effective=TODAY, with_targets=False)
    for load in loads(draft).values():
        strains = {
            str(one.measure): abs(deviation or 0) / one.tolerance_bp for one, _t, deviation, _w in load.levels
        }
        assert strains[load.worst.measure] == max(strains.values())
        assert load.deviation_bp == load.deviations_bp[load.worst.measure]
        assert (load.balance in ("heavy", "light")) == load.is_out
    heavy = loads(draft)["苏北"]
    assert (heavy.balance, heavy.worst.measure, heavy.tolerance_bp) == ("heavy", "workload", 500)
    assert heavy.word == "拜访工作量（分钟）偏重"
    assert found.worst_bp == abs(heavy.deviation_bp)
    page = client.get(reverse("alignment", args=[draft.pk])).text
    chooser = page[page.index('id="balance-measure"') :].split("</select>")[0]
    assert [f'value="{one}"' in chooser for one in ("", "composite", POPULATION, "workload")] == [True] * 4
    assert heavy.word in page
    answer = client.post(reverse("alignment-what-if", args=[draft.pk]), {"units": "J11"}).json()
    assert [one["label"] for one in answer["told"]] == [
        str(one.label) for one in selectors.measured_of(draft)
    ]
    assert answer["told"][-1]["shown"] == "60"


def test_the_levels_above_are_judged_by_the_measure_that_strains_its_tolerance_most(site, draft):
    def province():
        reading = selectors.read(draft, scope=everything(), at=TODAY)
        loads = selectors.loads(draft, scope=everything(), at=TODAY)
        rows = selectors.tier_loads(reading, loads, "province", scope=everything(), at=TODAY)
        return next(row for row in rows if row.org_unit.code == "JS")

    values = dict.fromkeys(GRID, 600) | {"G11": 1}
    services.record_figures(measure="workload", values=values, period_end=TODAY)
    one = province()
    carried = [
        load.totals["workload"] for load in loads(draft).values() if load.territory.org_unit.code == "JS"
    ]
    assert one.worst.measure == "workload"
    assert one.per_territory == sum(carried) // len(carried)
    url = reverse("alignment-tier", args=[draft.pk, "province"])
    table = client_of(site.company.operations).get(url).json()["table"]
    assert one.word in table


def test_the_mean_of_a_region_is_told_of_every_measure_with_its_name(site, draft):
    page = client_of(site.company.operations).get(reverse("alignment", args=[draft.pk])).content.decode()
    load = loads(draft)["苏北"]
    heads = [part.split("</th>")[0] for part in page.split('class="table-group"')[1:]]
    [head] = [part for part in heads if load.territory.org_unit.name in part]
    for one in load.balanced:
        assert f"{one.measure.label} " in head
        assert format_value(load.means[one.measure], one.measure.unit).split(" ")[0] in head
