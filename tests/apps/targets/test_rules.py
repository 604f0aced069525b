"""The policy pack: what a plan lacks per region, and R1 repaired exactly, undoably and against locks."""

from datetime import date

import numpy as np
import pytest

from quyu.apps.targets import achieved, selectors, services, store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.mixing import ShareOutOfReach, raise_share
from quyu.apps.targets.models import Operation, PlanVersion, PolicyRule
from quyu.apps.targets.rulebook import RULES
from quyu.apps.targets.selectors.regions import strategic_mask, sums_of
from quyu.apps.targets.selectors.rules import asked_rules, share_findings
from quyu.apps.targets.services.shares import NothingToRepair, repair_share
from quyu.platform.catalog.models import ProductLine
from tests.apps.targets.plans import AT, make_plan, scope
from tests.people import TODAY, Company

pytestmark = pytest.mark.capability("TGT10")


@pytest.fixture
def version(company: Company) -> PlanVersion:
    """Of two lines one is strategic; a fifth of the plan is set on it, unevenly."""
    made = make_plan(company)
    ProductLine.objects.filter(code="FD").update(is_strategic=True)
    axes = Axes.from_json(made.axes)
    services.edit_cell(
        plan_version=made, region=axes.tree.root, period="2027", product_line="FD", value_fen=made.total_fen // 5,
        rule="total", reason="起点", expected_version=made.version, actor=company.operations,
        scope=scope(company.operations), at=AT,
    )  # fmt: skip
    made.refresh_from_db()
    return made


def repair(version: PlanVersion, company: Company, *regions: str) -> Operation:
    version.refresh_from_db()
    return repair_share(
        plan_version=version, regions=regions, expected_version=version.version, actor=company.operations,
        scope=scope(company.operations), at=AT,
    )  # fmt: skip


def test_the_pack_has_fourteen_rules_with_their_defaults(db: None) -> None:
    rows = {row.code: row for row in PolicyRule.objects.all()}
    assert [code for code in RULES if code.startswith("R")] == [f"R{number}" for number in range(1, 15)]
    assert set(rows) == set(RULES)
    assert (rows["R1"].threshold, rows["R2"].threshold, rows["R8"].threshold) == (3_000, 1_500, 50)
    assert (rows["R4"].threshold, rows["R4"].upper) == (300, 500)
    assert all(row.kind in RULES[row.code].kinds and row.is_on for row in rows.values())


def test_missing_strategic_share_is_listed_per_region_and_repaired_to_the_fen(
    version: PlanVersion, company: Company
) -> None:
    axes, before = Axes.from_json(version.axes), store.load(version)
    mask = strategic_mask(axes)
    rule = PolicyRule.objects.get(code="R1")
    lacking = [finding for finding in share_findings(axes, before, rule) if finding.missing]
    assert {finding.region for finding in lacking} == {"HQ", "EAST", "JS", "SOUTH", "GD"}
    whole, part = sums_of(axes, before), sums_of(axes, before, mask)
    assert {f.region: f.missing for f in lacking} == {
        code: -(-whole[code] * 3 // 10) - part[code] for code in ("HQ", "EAST", "JS", "SOUTH", "GD")
    }
    repair(version, company)
    after = store.load(version)
    assert not [finding for finding in share_findings(axes, after, rule) if finding.missing]
    beside = axes.coordinate("region") * 100 + axes.coordinate("period")
    for row in np.unique(beside):
        assert before[beside == row].sum() == after[beside == row].sum()
    assert (after[mask] >= before[mask]).all()
    assert (after >= 0).all()
    lowest = sums_of(axes, after, mask)
    assert lowest["JS"] == -(-whole["JS"] * 3 // 10), "raised exactly, not beyond"
    with pytest.raises(NothingToRepair):
        repair(version, company)
    services.undo(plan_version=version, actor=company.operations, scope=scope(company.operations), at=AT)
    assert np.array_equal(store.load(version), before)


def test_one_region_alone_and_locks_that_leave_too_little(version: PlanVersion, company: Company) -> None:
    axes, before = Axes.from_json(version.axes), store.load(version)
    repair(version, company, "GD")
    after = store.load(version)
    moved = np.unique(axes.coordinate("region", np.flatnonzero(before != after)))
    assert [axes.leaves[place] for place in moved] == ["T:" + company.yuedong.code]
    version.refresh_from_db()
    services.lock(
        plan_version=version, region="JS", period="2027", product_line="HA", reason="保底", actor=company.operations,
        scope=scope(company.operations), at=AT,
    )  # fmt: skip
    with pytest.raises(ShareOutOfReach, match="江苏"):
        repair(version, company, "JS")
    assert np.array_equal(store.load(version), after), "nothing half-written"


def test_what_has_no_data_says_so(version: PlanVersion) -> None:
    axes = Axes.from_json(version.axes)
    reach = selectors.Reach((axes.tree.root,), is_everything=True)
    asked = {found.row.code: found for found in asked_rules(version, axes, reach=reach, at=TODAY)}
    assert list(asked) == [f"R{number}" for number in range(1, 15)]
    assert asked["R10"].findings == ()
    assert "尚无数据源" in asked["R10"].words
    assert asked["R1"].broken
    PolicyRule.objects.filter(code="R1").update(is_on=False)
    again = {found.row.code: found for found in asked_rules(version, axes, reach=reach, at=TODAY)}
    assert again["R1"].findings == ()


@pytest.mark.parametrize(
    ("asked_on", "months"),
    [
        (date(2025, 6, 15), (date(2024, 6, 1), date(2025, 6, 1))),
        (date(2026, 6, 15), (date(2026, 1, 1), date(2026, 6, 16))),
        (date(2027, 3, 1), (date(2026, 1, 1), date(2027, 1, 1))),
    ],
)
def test_past_figures_are_of_the_year_before_or_of_twelve_whole_months(
    version: PlanVersion, monkeypatch: pytest.MonkeyPatch, asked_on: date, months: tuple[date, date]
) -> None:
    asked: list[tuple[date, date]] = []
    monkeypatch.setattr(achieved, "_readers", [lambda *given: asked.append(given[2:4]) or {}])
    axes = Axes.from_json(version.axes)
    asked_rules(version, axes, reach=selectors.Reach((axes.tree.root,), is_everything=True), at=asked_on)
    assert set(asked) == {months}


def test_a_locked_cell_never_moves(version: PlanVersion) -> None:
    axes, cells = Axes.from_json(version.axes), store.load(version)
    locked = np.zeros(cells.size, np.bool_)
    locked[::5] = True
    after = raise_share(axes, cells, locked, strategic_mask(axes), region="HQ", at_least_bp=2_500)
    assert np.array_equal(after[locked], cells[locked])
    assert after.sum() == cells.sum()
    assert after[strategic_mask(axes)].sum() * 10_000 >= after.sum() * 2_500
