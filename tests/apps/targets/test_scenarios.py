"""Scenarios: branched, compared, merged with conflicts named, undone."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.apps.targets import selectors, services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import Side
from quyu.apps.targets.models import Operation, Plan, PlanVersion
from quyu.apps.targets.selectors.differences import (
    BOTH,
    CONFLICT,
    LEFT,
    RIGHT,
    SAME,
    Difference,
    Differences,
    Level,
    NotComparable,
    Sides,
    sides,
)
from quyu.apps.targets.services.merging import MergeConflicts, MovedSince, NothingToMerge, Pick, merged
from quyu.apps.targets.services.plans import ScenarioExists, ScenarioUnnamed
from quyu.kernel.refusal import Refusal
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.people import Company

pytestmark = pytest.mark.capability("TGT7")
YEAR = "2027"


def fresh(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.select_related("plan").get(pk=version.pk)


def branch(company: Company, version: PlanVersion, name: str = "进取") -> PlanVersion:
    return services.branch(
        plan_version=version, name=name, purpose="试算多投广告", actor=company.operations, at=AT
    )


def value(version: PlanVersion, region: str, period: str = YEAR, line: str = "") -> int:
    return int(store.load(version)[Axes.from_json(version.axes).block(Node(region, period, line))].sum())


def merge(
    company: Company,
    target: PlanVersion,
    source: PlanVersion,
    *picks: Pick,
    rest: Side | None = None,
    seen: int = 0,
) -> Operation:
    target, source = fresh(target), fresh(source)
    return services.merge(
        plan_version=target, source=source, picks=picks, rest=rest, expected_version=seen or target.version,
        expected_source=source.version, reason="采纳", actor=company.operations, scope=scope(company.operations), at=AT,
    )  # fmt: skip


def table(left: PlanVersion, right: PlanVersion, level: Level, *, every: bool = False) -> list[Difference]:
    found = sides(fresh(left), fresh(right))
    reach = selectors.Reach((found.axes.tree.root,), is_everything=True)
    return Differences(found, level, reach, only_differing=not every)[:]


def test_a_scenario_starts_where_its_source_stands_and_leaves_it_alone(company: Company) -> None:
    plan = make_plan(company)
    edit(plan, company.operations, "EAST", YEAR, 7 * 10**9)
    held = store.digest(store.load(plan))
    scenario = branch(company, plan)
    assert store.digest(store.load(scenario)) == held
    assert (scenario.scenario, scenario.purpose, scenario.state) == ("进取", "试算多投广告", "draft")
    assert str(scenario).endswith("·进取")
    edit(scenario, company.operations, "EAST", YEAR, 8 * 10**9)
    assert store.digest(store.load(plan)) == held
    with pytest.raises(ScenarioExists):
        branch(company, plan)
    with pytest.raises(ScenarioUnnamed):
        branch(company, plan, "  ")


def test_differences_say_who_moved_what(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    edit(scenario, user, "T:苏南", "2027-03", 10**8, line="HA")
    edit(plan, user, "T:粤东", "2027-05", 2 * 10**8, line="FD")
    edit(plan, user, "T:苏北", "2027-04", 3 * 10**8)
    edit(scenario, user, "T:苏北", "2027-04", 4 * 10**8)
    leaves = {row.node.region: row for row in table(plan, scenario, Level("HQ", 9))}
    assert {code: row.moved_by for code, row in leaves.items()} == {
        "T:苏南": RIGHT, "T:粤东": LEFT, "T:苏北": CONFLICT,
    }  # fmt: skip
    assert leaves["T:苏北"].conflicts == 2, "both product lines of April"
    assert leaves["T:苏北"].delta == 10**8
    assert leaves["T:苏南"].right == value(scenario, "T:苏南")
    top = table(plan, scenario, Level("HQ", 0), every=True)
    assert [(row.left, row.right) for row in top] == [(value(plan, "HQ"), value(scenario, "HQ"))]
    [march, may] = table(plan, scenario, Level("T:苏南", 9, period=2, product=1)) + table(
        plan, scenario, Level("SOUTH", 9, period=2, product=1)
    )
    assert (march.node, may.node) == (Node("T:苏南", "2027-03", "HA"), Node("T:粤东", "2027-05", "FD"))
    everything = table(plan, scenario, Level("HQ", 9, 2, 1), every=True)
    assert len(everything) == 3 * 12 * 2
    assert sum(row.moved_by == SAME for row in everything) == 3 * 12 * 2 - 4


def test_a_merge_takes_what_only_the_scenario_moved(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    edit(scenario, user, "T:苏南", "2027-03", 10**8)
    edit(plan, user, "T:粤东", "2027-05", 2 * 10**8)
    before = store.digest(store.load(plan))
    operation = merge(company, plan, scenario)
    assert value(plan, "T:苏南", "2027-03") == 10**8
    assert value(plan, "T:粤东", "2027-05") == 2 * 10**8
    assert operation.detail["cells_changed"] == 2
    assert fresh(plan).total_fen == store.load(plan).sum()
    assert selectors.certificate(fresh(plan)).violations == 0
    with pytest.raises(NothingToMerge):
        merge(company, plan, scenario)
    services.undo(plan_version=plan, actor=user, scope=scope(user), at=AT)
    assert store.digest(store.load(plan)) == before
    merge(company, plan, scenario)


def test_conflicts_are_named_and_nothing_is_written_until_a_side_is_chosen(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    for region, theirs, mine in (("T:苏南", 10**8, 2 * 10**8), ("T:苏北", 3 * 10**8, 4 * 10**8)):
        edit(scenario, user, region, "2027-03", theirs, line="HA")
        edit(plan, user, region, "2027-03", mine, line="HA")
    held = store.digest(store.load(plan))
    with pytest.raises(MergeConflicts, match=r"2 个单元格.*苏南 · 2027-03 · 家电") as refused:
        merge(company, plan, scenario)
    assert refused.value.count == 2
    with pytest.raises(MergeConflicts, match=r"1 个单元格.*苏北"):
        merge(company, plan, scenario, Pick(Node("T:苏南", YEAR), Side.SOURCE))
    assert store.digest(store.load(plan)) == held
    picks = (Pick(Node("T:苏北", "2027Q1"), Side.TARGET), Pick(Node("JS", YEAR), Side.SOURCE))
    merge(company, plan, scenario, *picks)
    assert value(plan, "T:苏南", "2027-03", "HA") == 10**8
    assert value(plan, "T:苏北", "2027-03", "HA") == 4 * 10**8, "the smaller node wins over the larger"
    assert value(plan, "T:苏南") == value(scenario, "T:苏南")


def test_the_rest_of_the_conflicts_go_to_one_side(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    for version, amount in ((plan, 10**8), (scenario, 2 * 10**8)):
        edit(version, user, "T:苏南", "2027-03", amount)
    edit(plan, user, "T:粤东", "2027-05", 3 * 10**8)
    merge(company, plan, scenario, rest=Side.SOURCE)
    assert value(plan, "T:苏南", "2027-03") == 2 * 10**8
    assert value(plan, "T:粤东", "2027-05") == 3 * 10**8, "what only the draft moved stays"


def test_after_a_merge_only_what_moved_since_counts(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    edit(scenario, user, "T:苏南", "2027-03", 10**8)
    merge(company, plan, scenario)
    edit(scenario, user, "T:苏南", "2027-03", 2 * 10**8)
    merge(company, plan, scenario)
    assert value(plan, "T:苏南", "2027-03") == 2 * 10**8
    edit(plan, user, "T:苏南", "2027-03", 3 * 10**8)
    merge(company, scenario, plan)
    assert value(scenario, "T:苏南", "2027-03") == 3 * 10**8, "and the other way round"


def test_a_merge_meets_locks_and_newer_changes(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    edit(scenario, user, "T:苏南", "2027-03", 10**8)
    seen = fresh(plan).version
    services.lock(
        plan_version=plan, region="JS", period="2027Q1", product_line="", reason="已谈定", actor=user, scope=scope(user),
        at=AT,
    )  # fmt: skip
    with pytest.raises(MovedSince):
        merge(company, plan, scenario, seen=seen)
    with pytest.raises(Refusal, match="已锁定"):
        merge(company, plan, scenario)


def test_versions_of_one_year_without_a_common_state_are_compared_by_codes(company: Company) -> None:
    plan, other = make_plan(company), make_plan(company, name="另一方案", total_fen=10**9)
    rows = table(plan, other, Level("HQ", 9))
    assert {row.moved_by for row in rows} == {CONFLICT}
    assert sum(row.right for row in rows) == 10**9
    with pytest.raises(MergeConflicts):
        merge(company, plan, other)
    merge(company, plan, other, Pick(Node("HQ", YEAR), Side.SOURCE))
    assert store.digest(store.load(plan)) == store.digest(store.load(other))
    Plan.objects.filter(pk=other.plan_id).update(measure="quantity")
    with pytest.raises(NotComparable):
        sides(fresh(plan), fresh(other))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([None, *Side]))
def test_a_merge_of_random_changes_follows_the_rule_cell_by_cell(seed: int, rest: Side | None) -> None:
    rng = np.random.default_rng(seed)
    months = [f"2027-{month:02d}" for month in range(1, 5)]
    axes = Axes.from_json(
        {"regions": {"H": None, "A": "H", "B": "H"}, "months": months, "product_lines": ["L", "M"]}
    )
    start = rng.integers(0, 3, axes.shape)
    left, right = (
        np.where(rng.random(axes.size) < 0.4, rng.integers(0, 3, axes.shape), start) for _ in range(2)
    )
    pick = Pick(Node("A", rng.choice(axes.period.nodes)), rng.choice([*Side]))
    after, is_open = merged(Sides(axes, left, right, None, start), [pick], rest)
    picked = np.zeros(axes.size, bool)
    picked[axes.block(pick.node)] = True
    for cell in range(axes.size):
        mine, theirs, first = int(left[cell]), int(right[cell]), int(start[cell])
        if picked[cell]:
            expected, is_left_open = theirs if pick.side == Side.SOURCE else mine, False
        elif mine in (first, theirs):
            expected, is_left_open = theirs, False
        elif theirs == first:
            expected, is_left_open = mine, False
        else:
            expected, is_left_open = theirs if rest == Side.SOURCE else mine, rest is None
        assert (int(after[cell]), bool(is_open[cell])) == (expected, is_left_open)


def test_moved_by_both_without_a_conflict_is_said_so(company: Company) -> None:
    plan, user = make_plan(company), company.operations
    scenario = branch(company, plan)
    edit(plan, user, "T:苏南", "2027-03", 10**8)
    edit(scenario, user, "T:苏南", "2027-04", 10**8)
    [row] = table(plan, scenario, Level("T:苏南", 9))
    assert (row.moved_by, row.conflicts) == (BOTH, 0)
