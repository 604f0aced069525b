"""Alignments of coming days: in order, taken back, told to whom they concern; what follows them sums to the fen."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.urls import reverse

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors import reach_of
from quyu.apps.targets.selectors.flows import flows_of, followed
from quyu.apps.targets.selectors.people import people_targets
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.units import UnitTarget, unit_targets
from quyu.apps.targets.sums import cube
from quyu.apps.territories import selectors as territories
from quyu.apps.territories.effects import effect_of
from quyu.apps.territories.models import Alignment, AlignmentFlow, UnitFigure
from quyu.platform.notices.models import Notice
from quyu.shell import daily
from tests.apps.targets.plans import make_plan, publish, scope
from tests.apps.targets.test_units_take_targets import draft_with
from tests.apps.targets.test_units_take_targets import flows_of as flows_between
from tests.apps.territories.conftest import Site, site
from tests.people import TODAY, client_of

__all__ = ["site"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("TER9")]
FIRST, SECOND = date(2027, 3, 16), date(2027, 8, 1)
ALL = Reach(("HQ",), is_everything=True)


def scheduled(site: Site, moves: dict[str, str], day: date, name: str) -> Alignment:
    """Approved, and put in force from a day on through its page."""
    draft = draft_with(site, moves, name)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    url = reverse("alignment-activate", args=[draft.pk])
    client_of(site.company.operations).post(url, {"valid_from": day.isoformat()})
    draft.refresh_from_db()
    assert draft.valid_from == day
    return draft


def two(site: Site) -> tuple[Alignment, Alignment]:
    """J11 goes to 苏北 in March; in August it is back, and J23 with it."""
    one = scheduled(site, {"J11": "subei"}, FIRST, "三月方案")
    return one, scheduled(site, {"J23": "sunan"}, SECOND, "八月方案")


def take_back(site: Site, alignment: Alignment, name: str = "operations") -> int:
    found = client_of(getattr(site.company, name)).post(reverse("alignment-withdraw", args=[alignment.pk]))
    return found.status_code


def test_several_are_in_force_one_after_the_other(site: Site) -> None:
    one, other = two(site)
    days = {date(2027, 3, 15): site.active, FIRST: one, date(2027, 7, 31): one, SECOND: other}
    assert {day: territories.active_alignment(day) for day in days} == days
    assert {(flow.source.name, flow.target.name) for flow in other.flows.all()} == {("苏北", "苏南")}


def test_one_taken_back_leaves_no_day_without_and_the_next_follows_the_one_before(site: Site) -> None:
    one, other = two(site)
    assert take_back(site, one) == 302
    one.refresh_from_db()
    assert (one.state, one.valid_from, one.planned_from) == ("approved", None, FIRST)
    assert territories.active_alignment(date(2027, 7, 31)) == site.active
    assert territories.active_alignment(SECOND) == other
    [flow] = AlignmentFlow.objects.all()
    assert (flow.alignment, flow.units, flow.source.name) == (other, 1, "苏北")
    assert territories.alignment_clashes() == []
    take_back(site, other)
    assert territories.active_alignment(date(2030, 1, 1)) == site.active
    assert Alignment.objects.get(pk=site.active.pk).state == "active"


def test_what_is_in_force_cannot_be_taken_back_and_only_by_who_publishes(site: Site) -> None:
    one, _other = two(site)
    take_back(site, site.active)
    assert Alignment.objects.get(pk=site.active.pk).valid_from is not None
    assert take_back(site, one, "boss") == 403
    assert Alignment.objects.get(pk=one.pk).valid_from == FIRST


def test_targets_follow_by_days_and_every_reading_sums_to_the_fen(site: Site) -> None:
    version = publish(site.company, make_plan(site.company))
    two(site)
    found = unit_targets(PlanVersion.objects.get(pk=version.pk), reach=ALL, today=TODAY)
    root = next(row for row in found.rows if row.code == "HQ")
    assert root.as_was == root.by_days == root.restated
    sides = {row.name: row for row in found.rows if row.code.startswith("T:")}
    assert set(sides) == {"苏南", "苏北"}
    assert sides["苏南"].as_was[:2] == sides["苏南"].by_days[:2]
    assert sides["苏南"].by_days[3] < sides["苏南"].as_was[3]
    for month in range(12):
        assert sum(row.by_days[month] for row in sides.values()) == sum(
            row.as_was[month] for row in sides.values()
        )
    whole = 850_00
    assert sides["苏南"].by_days[3] == pytest.approx(
        sides["苏南"].as_was[3] * (whole - 300_00) / whole, abs=2
    )


def test_what_the_draft_foretells_is_what_is_read_later(site: Site) -> None:
    """To the fen, territory by territory, also where the first month is cut and shares moved within it before."""
    version = publish(site.company, make_plan(site.company))
    read = []
    for moves, day in (({"J11": "subei", "G11": "sunan"}, FIRST), ({"J23": "sunan"}, date(2027, 3, 20))):
        draft = draft_with(site, moves, str(day))
        against = territories.active_alignment(day)
        assert against is not None
        foretold = effect_of(flows_between(draft, against, day), on=day, today=TODAY)
        assert foretold is not None
        assert all(min(change.before, change.after) >= 0 for change in foretold.changes.values())
        assert foretold.sums.delta == 0
        before = {row.code: row.totals for row in by_days(version)}
        Alignment.objects.filter(pk=draft.pk).update(state="approved")
        url = reverse("alignment-activate", args=[draft.pk])
        client_of(site.company.operations).post(url, {"valid_from": day.isoformat()})
        for row in by_days(version):
            if row.code.startswith("T:"):
                was = before.get(row.code, (row.totals[0],) * 2)[1]
                change = foretold.changes.get(row.code.removeprefix("T:"))
                assert row.totals[1] - was == (change.delta if change else 0), row.code
                read.append(row.code)
    assert len(read) >= 5


def by_days(version: PlanVersion) -> tuple[UnitTarget, ...]:
    return unit_targets(PlanVersion.objects.get(pk=version.pk), reach=ALL, today=TODAY).rows


def test_a_plan_made_on_an_alignment_of_its_first_day_stays_as_planned(site: Site) -> None:
    """The alignment of 1 January was there when the plan was made; that of June 2026 is over; a later draft moves it."""
    early = scheduled(site, {"J11": "subei"}, date(2027, 1, 1), "年初方案")
    version = publish(site.company, make_plan(site.company))
    Alignment.objects.filter(pk=early.pk).update(created_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert flows_of(PlanVersion.objects.get(pk=version.pk)) == []
    Alignment.objects.filter(pk=early.pk).update(created_at=datetime(2026, 9, 1, tzinfo=UTC))
    assert [flow.on for flow in flows_of(PlanVersion.objects.get(pk=version.pk))] == [date(2027, 1, 1)]
    Alignment.objects.filter(pk=early.pk).update(valid_from=date(2026, 6, 1))
    assert flows_of(PlanVersion.objects.get(pk=version.pk)) == []


def test_cells_by_holder_sum_to_the_cells_line_by_line(site: Site) -> None:
    version = publish(site.company, make_plan(site.company))
    two(site)
    axes = Axes.from_json(version.axes)
    cells = cube(axes, store.load_shaped(version, axes.shape))
    for on in (None, date(2027, 5, 1)):
        held = followed(axes, cells, flows_of(version), on=on)
        assert np.array_equal(sum(held.values()), cells.sum(axis=0))


def test_people_carry_what_their_territory_holds_on_each_day(site: Site) -> None:
    version = publish(site.company, make_plan(site.company))
    before = {row.code: row for row in people_targets(version, reach=ALL, today=TODAY)}
    two(site)
    after = {row.code: row for row in people_targets(version, reach=ALL, today=TODAY)}
    owner, colleague = (site.company.person(name).code for name in ("owner", "colleague"))
    assert after[owner].as_was[1] == before[owner].as_was[1]
    assert after[owner].as_was[4] < before[owner].as_was[4]
    for month in range(12):
        moved = [after[who].as_was[month] - before[who].as_was[month] for who in (owner, colleague)]
        assert sum(moved) == 0
    assert sum(row.as_was_total for row in after.values()) == sum(row.as_was_total for row in before.values())


def test_heads_and_owners_are_told_once_of_units_coming_and_going(site: Site) -> None:
    scheduled(site, {"J11": "subei", "G11": "sunan"}, FIRST, "三月方案")
    told = {row.user.username: row.text for row in Notice.objects.filter(text__startswith="三月方案 自")}
    names = {
        name: getattr(site.company, name).username for name in ("boss", "neighbour", "owner", "colleague")
    }
    assert "划入 1 个单元，划出 0 个，内部换区域 1 个" in told[names["boss"]]
    assert "划入 0 个单元，划出 1 个" in told[names["neighbour"]]
    assert "划入 1 个单元，划出 1 个" in told[names["owner"]]
    assert "划入 1 个单元，划出 0 个" in told[names["colleague"]]
    assert site.company.operations.username not in told


def test_the_schedule_says_what_changes_when_within_reach(site: Site) -> None:
    two(site)
    page = client_of(site.company.boss).get(reverse("territory-schedule")).content.decode()
    assert "三月方案" in page
    assert "2027-08-01" in page
    assert "撤回后到期不再生效" not in page
    assert (
        "您的范围内没有变动"
        in client_of(site.company.neighbour).get(reverse("territory-schedule")).content.decode()
    )
    assert (
        "撤回后到期不再生效"
        in client_of(site.company.operations).get(reverse("territory-schedule")).content.decode()
    )


def test_heads_read_the_sentences_of_their_own_reach_only(site: Site) -> None:
    version = publish(site.company, make_plan(site.company))
    two(site)
    axes = Axes.from_json(version.axes)
    told = {
        name: len(unit_targets(version, reach=reach_of(axes, scope(getattr(site.company, name)), at=TODAY), today=TODAY).transfers)
        for name in ("boss", "neighbour", "owner")
    }  # fmt: skip
    assert told == {"boss": 2, "neighbour": 0, "owner": 2}


def test_any_past_day_shows_the_owner_of_then_beside_that_of_today(site: Site) -> None:
    page = client_of(site.company.operations).get(reverse("territory-schedule"), {"day": "2025-05-05"})
    assert "2025-05-05" in page.content.decode()
    assert site.company.person("owner").name in page.content.decode()
    none = client_of(site.company.operations).get(reverse("territory-schedule"), {"day": "2020-01-01"})
    assert "这一天没有生效的方案" in none.content.decode()
    wrong = client_of(site.company.operations).get(reverse("territory-schedule"), {"day": "31.2."})
    assert "31.2." in wrong.content.decode()


def test_the_days_work_counts_the_customers_of_units_anew(site: Site) -> None:
    UnitFigure.objects.filter(measure="customers").update(value=99)
    daily.run(at=datetime(2026, 6, 16, 1, 0, tzinfo=UTC))
    assert not UnitFigure.objects.filter(measure="customers", value=99).exists()
