"""SMART per target in words, derived targets both ways, and what does not fit between two measures."""

from dataclasses import replace

import numpy as np
import pytest

from quyu.analytics.metrics import METRICS
from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import Plan, PlanVersion, StrategyLine, StrategyLink
from quyu.apps.targets.selectors.checks import TargetCheck, checks, summary_of
from quyu.apps.targets.selectors.derived import by_rate, derived, each_of
from quyu.apps.targets.selectors.measures import implied
from quyu.apps.targets.services.measures import MeasureExists, NotBrokenDown, add_by_rate, converted
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.people import TODAY, Company


@pytest.fixture
def version(company: Company) -> PlanVersion:
    """Last year (the base) sums to what is planned, but for 苏南 in whose place more is planned."""
    made = make_plan(company)
    store.save(made, store.load(made), "last_year")
    return made


def found(version: PlanVersion) -> dict[str, TargetCheck]:
    axes = Axes.from_json(version.axes)
    reach = selectors.Reach((axes.tree.root,), is_everything=True)
    return {check.region: check for check in checks(version, axes, reach=reach, at=TODAY)}


@pytest.mark.capability("TGT2")
def test_each_letter_is_answered_with_its_figures(version: PlanVersion, company: Company) -> None:
    sunan = "T:" + company.sunan.code
    before = found(version)[sunan]
    assert [one.letter for one in before.criteria] == ["S", "M", "A", "R", "T"]
    assert [one.letter for one in before.failed] == ["R"]
    assert "owner" in before.criteria[0].text
    assert "+0.00%" in before.criteria[2].text
    line = StrategyLine.objects.create(year=2027, title="深耕华东", created_at=AT)
    StrategyLink.objects.create(strategy=line, measure="amount", region="EAST")
    again = found(version)
    assert again[sunan].is_met
    assert "深耕华东" in again[sunan].criteria[3].text
    yuedong = again["T:" + company.yuedong.code]
    assert [one.letter for one in yuedong.failed] == ["S", "R"], "nobody owns it, and the link is elsewhere"
    assert summary_of(again.values()).failed == sum(not check.is_met for check in again.values())


@pytest.mark.capability("TGT3")
def test_too_high_names_the_bound_and_proposes_a_range(version: PlanVersion, company: Company) -> None:
    sunan = "T:" + company.sunan.code
    value = found(version)[sunan].value
    edit(version, company.operations, sunan, "2027", value * 3 // 2)
    check = found(version)[sunan]
    assert check.challenge.verdict == "high"
    assert "超过上限 +40.00%" in check.criteria[2].text
    assert check.challenge.upper == (value * 14 + 5) // 10
    assert "建议" in check.proposal


@pytest.mark.capability("TGT2")
def test_a_measure_of_other_facts_is_measurable(version: PlanVersion, company: Company) -> None:
    made = add_by_rate(plan_version=version, measure="receipts", rate=9_500, actor=company.operations, at=AT)
    assert found(made)["HQ"].criteria[1].text == "回款有导入的实绩可对照。"


@pytest.mark.capability("TGT2")
def test_a_measure_without_facts_is_not_measurable(
    version: PlanVersion, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(METRICS, "receipts", replace(METRICS["receipts"], expression=None))
    made = add_by_rate(plan_version=version, measure="receipts", rate=9_500, actor=company.operations, at=AT)
    check = found(made)["HQ"]
    assert "M" in [one.letter for one in check.failed]
    assert "尚无实绩" in check.criteria[1].text


@pytest.mark.capability("TGT9")
def test_per_head_comes_back_within_half_a_unit_each(version: PlanVersion) -> None:
    axes = Axes.from_json(version.axes)
    reach = selectors.Reach((axes.tree.root,), is_everything=True)
    rows = {row.region: row for row in derived(version, axes, reach=reach, at=TODAY).rows}
    assert rows["JS"].per_head.count == 2
    head = rows["JS"].per_head
    assert head.each is not None
    assert head.each * 2 + head.difference == rows["JS"].value
    assert rows["GD"].per_head.each is None, "nobody owns the territory"
    assert each_of(100, 3, 12).each == 33
    assert each_of(100, 3, 12).difference == 1
    assert each_of(-100, 3, 12).agrees


@pytest.mark.capability("TGT9")
def test_a_rate_adds_up_over_the_tree_and_stays_within_one(version: PlanVersion) -> None:
    axes, cells = Axes.from_json(version.axes), store.load(version)
    for rate in (1, 333, 1_234, 9_999):
        part = by_rate(axes, cells, rate)
        whole = int(cells.sum())
        assert part[axes.tree.root] == (2 * whole * rate + 10_000) // 20_000
        for region in axes.regions:
            children = axes.tree.children(region)
            assert not children or part[region] == sum(part[child] for child in children)


@pytest.mark.capability("TGT1")
def test_a_measure_by_rate_is_exact_and_made_once(version: PlanVersion, company: Company) -> None:
    made = add_by_rate(
        plan_version=version, measure="gross_profit", rate=3_000, actor=company.operations, at=AT
    )
    assert int(store.load(made).sum()) == converted(version.total_fen, "fen", 3_000)
    assert Plan.objects.filter(name=version.plan.name, year=2027).count() == 2
    with pytest.raises(MeasureExists):
        add_by_rate(plan_version=version, measure="gross_profit", rate=1, actor=company.operations, at=AT)
    with pytest.raises(NotBrokenDown):
        add_by_rate(plan_version=version, measure="strategic_share", rate=1, actor=company.operations, at=AT)


@pytest.mark.capability("TGT1")
def test_profit_above_sales_and_a_price_that_jumped_are_named(version: PlanVersion, company: Company) -> None:
    profit = add_by_rate(
        plan_version=version, measure="gross_profit", rate=3_000, actor=company.operations, at=AT
    )
    store.save(profit, store.load(profit), "last_year")
    whole = scope(company.operations)
    assert not [one for one in implied(version, whole, at=TODAY) if one.fault]
    guangdong = found(version)["GD"].value
    edit(profit, company.operations, "GD", "2027", guangdong + 1)
    faults = {one.region: one.fault for one in implied(version, whole, at=TODAY) if one.fault}
    assert faults["GD"] == "毛利大于销售额"
    assert "JS" not in faults
    part = implied(version, scope(company.boss), at=TODAY)
    assert {one.region for one in part} == {"JS", "T:" + company.sunan.code, "T:" + company.subei.code}


def test_zero_cells_and_negative_sums_are_answered(version: PlanVersion) -> None:
    store.save(version, np.zeros_like(store.load(version)))
    again = found(version)
    assert again["HQ"].challenge.verdict == "low"
    assert "0 个有目标" in again["HQ"].criteria[4].text
