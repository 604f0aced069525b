"""Any metric per region of a plan, and the milestones that are measured by it."""

from datetime import date

import pytest

from quyu.apps.performance.background import refresh_figures
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.achieved import achieved
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.choices import MilestoneSignal
from quyu.apps.targets.models import Milestone, PlanVersion
from quyu.apps.targets.selectors.milestones import milestones_of, progress_of
from quyu.apps.targets.selectors.rules import asked_rules
from quyu.apps.targets.services.milestones import tell_milestones
from quyu.platform.catalog.models import ProductLine
from quyu.platform.notices.models import Notice
from tests.apps.performance.conftest import WAN, Trading
from tests.people import client_of
from tests.platform.facts.lines import AT

TODAY = date(2026, 6, 15)
YEAR = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture
def axes(trading: Trading) -> Axes:
    return Axes.from_json(PlanVersion.objects.get(plan__year=2026).axes)


@pytest.mark.capability("TGT1")
def test_sums_by_rollups_and_by_lines_are_the_same(axes: Axes, trading: Trading) -> None:
    by_rollup = achieved(axes, "amount", *YEAR)
    by_lines = achieved(axes, "amount", date(2026, 1, 1), date(2026, 12, 31))
    assert by_rollup == by_lines
    assert by_rollup is not None
    assert by_rollup["HQ"] == (150 + 50 + 300 + 40 - 10 + 7) * WAN, "lines of nobody count at the root"
    assert by_rollup["JS"] == 500 * WAN
    assert by_rollup["T:" + trading.company.sunan.code] == 200 * WAN
    snacks = achieved(axes, "amount", *YEAR, "SNACK")
    assert snacks == dict.fromkeys(("T:" + trading.company.sunan.code, "JS", "EAST", "HQ"), 50 * WAN)


@pytest.mark.capability("TGT1")
def test_counts_and_shares_are_measured_at_every_node(axes: Axes, trading: Trading) -> None:
    ProductLine.objects.filter(code="SNACK").update(is_strategic=True)
    share = achieved(axes, "strategic_share", *YEAR)
    active = achieved(axes, "active_customers", *YEAR)
    new = achieved(axes, "new_customers", *YEAR)
    lines = achieved(axes, "lines_per_customer", *YEAR)
    assert share is not None
    assert active is not None
    assert new is not None
    assert lines is not None
    assert (share["T:" + trading.company.sunan.code], share["JS"], share["GD"]) == (2_500, 1_000, 0)
    assert (active["HQ"], active["JS"], active["GD"]) == (4, 2, 1)
    assert (new["HQ"], new["JS"]) == (3, 1), "C1 bought in 2025 already"
    assert lines["JS"] == 1_500
    assert achieved(axes, "receipts", *YEAR) is None, "no receipts were imported"
    fresh = achieved(axes, "new_customer_share", *YEAR)
    assert fresh is not None
    assert fresh["JS"] == 6_000 + 0, "300 of 500: C2 is new, C1's first year ended on 10 March"


@pytest.mark.capability("TGT10")
def test_targets_of_the_pack_are_compared_with_orders(trading: Trading) -> None:
    version = PlanVersion.objects.select_related("plan").get(plan__year=2026)
    axes = Axes.from_json(version.axes)
    reach = targets.Reach((axes.tree.root,), is_everything=True)
    asked = {one.row.code: one for one in asked_rules(version, axes, reach=reach, at=TODAY)}
    bought = {finding.region: finding for finding in asked["R7"].findings}
    assert bought["JS"].found == 1_000, "in 2025 the only customer bought one line"
    assert bought["JS"].missing == 3_000
    assert asked["R8"].findings[0].found == 0
    assert asked["R8"].findings[0].missing == 50
    assert asked["R2"].findings[0].is_met is True


@pytest.mark.capability("TGT8")
def test_a_milestone_tells_its_owner_once_for_each_signal(trading: Trading) -> None:
    version = PlanVersion.objects.get(plan__year=2026)
    boss = trading.company.boss
    made = Milestone.objects.create(
        plan=version.plan, name="江苏半年", region="JS", due_on=date(2026, 6, 30), value=900 * WAN, owner=boss, created_at=AT,
    )  # fmt: skip
    progress = progress_of(version.plan_id, today=TODAY)[0]
    assert (progress.reached, progress.reached_bp) == (500 * WAN, 5_556)
    assert tell_milestones(at=TODAY) == 1
    assert tell_milestones(at=TODAY) == 0, "told once"
    assert [alarm.signal for alarm in made.alarms.all()] == [MilestoneSignal.HALF]
    assert tell_milestones(at=date(2026, 6, 25)) == 1
    assert tell_milestones(at=date(2026, 7, 1)) == 1
    assert list(made.alarms.values_list("signal", flat=True)) == ["50", "near", "passed"]
    texts = list(Notice.objects.filter(user=boss).values_list("text", flat=True))
    assert any("江苏半年" in text and "已完成 50%" in text and "900.00 万元" in text for text in texts)
    Milestone.objects.filter(pk=made.pk).update(value=500 * WAN)
    refresh_figures.call(today="2026-06-15")
    assert "100" in made.alarms.values_list("signal", flat=True)
    assert milestones_of(boss, today=TODAY) == []


@pytest.mark.capability("TGT8")
def test_the_home_page_of_the_owner_lists_it(trading: Trading) -> None:
    version = PlanVersion.objects.get(plan__year=2026)
    company = trading.company
    Milestone.objects.create(
        plan=version.plan, name="苏南冲刺", region="T:" + company.sunan.code, due_on=date(2026, 6, 20), value=900 * WAN,
        owner=company.owner, created_at=AT,
    )  # fmt: skip
    assert "苏南冲刺" in client_of(company.owner).get("/home/tasks/").text
    assert "苏南冲刺" not in client_of(company.colleague).get("/home/tasks/").text
