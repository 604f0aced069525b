"""Whatever moves, when and how often: a territory has the same fen on every page, month by month."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from quyu.apps.performance.selectors.span import Span
from quyu.apps.performance.selectors.tree import frame
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import CreditSplit, PlanVersion
from quyu.apps.targets.selectors.freezing import CALENDAR
from quyu.apps.targets.selectors.people import people_targets
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.units import unit_targets
from quyu.apps.targets.sums import cube
from quyu.apps.territories.effects import Flow, effect_of
from quyu.apps.territories.models import Alignment, AlignmentFlow, Territory
from quyu.apps.territories.services import ThereAlready, move_territory
from quyu.platform.people.models import Assignment, OrgUnit
from tests import factories
from tests.apps.targets.plans import make_plan, publish, scope
from tests.people import TODAY, Company, build_company

pytestmark = pytest.mark.capability("TER9")
ALL = Reach(("HQ",), is_everything=True)
NAMES = ["苏南", "苏北", "粤东"]
DAYS = st.integers(0, 364)
FLOWS = st.lists(
    st.tuples(DAYS, st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 96)),
    min_size=1, max_size=4, unique_by=lambda flow: flow[0],
)  # fmt: skip
MOVES = st.lists(st.tuples(DAYS, st.sampled_from(["ZJ", "GD", "JS"])), max_size=2)
Months = dict[str, list[int]]


def day_of(offset: int) -> date:
    return date(2027, 1, 1) + timedelta(offset)


def bring(flow: Flow) -> None:
    """An alignment in force that moved it, made after the plan."""
    alignment = Alignment.objects.create(
        name=str(flow.on), state="active", valid_from=flow.on, created_at=datetime(2026, 8, 1, tzinfo=UTC)
    )
    source, target = (Territory.objects.get(code=code) for code in (flow.source, flow.target))
    AlignmentFlow.objects.create(
        alignment=alignment, source=source, target=target, units=1, customers=1, amount_fen=1,
        part=flow.part, whole=flow.whole,
    )  # fmt: skip


def attained(company: Company, today: date, *, is_restated: bool) -> Months:
    """As the pages of attainment read it."""
    span = Span(CALENDAR.year(2027), today)
    found = frame(span, scope(company.operations), today=today, is_restated=is_restated)
    assert found.cells is not None
    assert not found.beside
    rows = zip(found.axes.leaves, found.cells, strict=True)
    return {leaf: cells.sum(axis=1).tolist() for leaf, cells in rows}


def by_unit(version: PlanVersion, today: date) -> tuple[Months, Months]:
    fresh = PlanVersion.objects.get(pk=version.pk)
    rows = unit_targets(fresh, reach=ALL, today=today).rows
    top = next(row for row in rows if row.code == "HQ")
    assert top.as_was == top.by_days == top.restated
    return {row.code: list(row.by_days) for row in rows}, {row.code: list(row.restated) for row in rows}


def by_person(version: PlanVersion, today: date, answering: dict[str, str]) -> tuple[Months, Months]:
    """Each person answers for one territory only, so what its people carry is what it holds."""
    found: tuple[Months, Months] = (defaultdict(lambda: [0] * 12), defaultdict(lambda: [0] * 12))
    for row in people_targets(PlanVersion.objects.get(pk=version.pk), reach=ALL, today=today):
        for sums, months in zip(found, (row.as_was, row.restated), strict=True):
            sums[answering[row.code]] = np.add(sums[answering[row.code]], months).tolist()
    return found


class OneCut(TestCase):
    @settings(deadline=None, max_examples=25)
    @given(FLOWS, MOVES, DAYS, DAYS)
    def test_every_page_says_the_same_fen_of_every_territory_and_month(
        self, asked: list[tuple[int, str, str, int]], moves: list[tuple[int, str]], seat: int, now: int
    ) -> None:
        company = build_company()
        version = publish(company, make_plan(company))
        answering = handed_over(company, day_of(seat))
        for offset, unit in sorted(moves):
            try:
                move_territory(
                    territory=company.sunan, unit=OrgUnit.objects.get(code=unit), moved_on=day_of(offset),
                    actor=company.operations, at=TODAY,
                )  # fmt: skip
            except ThereAlready:
                continue
        flows = [
            Flow(day_of(offset), source, target, part, 97)
            for offset, source, target, part in sorted(asked)
            if source != target
        ]
        for flow in flows[:-1]:
            bring(flow)
        today = day_of(now)
        before = attained(company, today, is_restated=False)
        foretold = effect_of(flows[-1:], on=flows[-1].on, today=TODAY) if flows else None
        for flow in flows[-1:]:
            bring(flow)

        was, now_held = (attained(company, today, is_restated=flag) for flag in (False, True))
        units, people = by_unit(version, today), by_person(version, today, answering)

        for leaf in was:
            assert people[0][leaf] == was[leaf]
            assert people[1][leaf] == now_held[leaf]
            change = foretold.changes.get(leaf.removeprefix("T:")) if foretold else None
            assert sum(was[leaf]) - sum(before[leaf]) == (change.delta if change else 0)
        moved = {"T:" + side for flow in flows for side in (flow.source, flow.target)}
        for leaf in moved:
            assert units[0][leaf] == was[leaf]
            assert units[1][leaf] == now_held[leaf]
        assert sum(map(sum, was.values())) == sum(map(sum, now_held.values())) == version.total_fen


def handed_over(company: Company, day: date) -> dict[str, str]:
    """On a day somebody else takes the seat of 苏南; who answers for which territory."""
    position = company.position("owner")
    newcomer = factories.person_of(factories.user("newcomer"))
    Assignment.objects.filter(position=position).update(valid_to=day)
    factories.assignment(newcomer, position, valid_from=day)
    owner, colleague = (company.person(name).code for name in ("owner", "colleague"))
    return {owner: "T:苏南", newcomer.code: "T:苏南", colleague: "T:苏北", "": "T:粤东"}


@pytest.mark.django_db
def test_an_agreed_share_is_of_what_the_territory_holds(company: Company) -> None:
    """Two people share 苏南 in May, from which a third went to 苏北 in April: its people carry that third."""
    version = publish(company, make_plan(company))
    owner, colleague, boss = (company.person(name) for name in ("owner", "colleague", "boss"))
    for person, share in ((owner, 7_000), (boss, 3_000)):
        CreditSplit.objects.create(
            plan_version=version, region="T:苏南", period="2027-05", person=person, share_bp=share
        )
    axes = Axes.from_json(version.axes)
    months = cube(axes, store.load_shaped(version, axes.shape)).sum(axis=2)
    bring(Flow(date(2027, 4, 1), "苏南", "苏北", 1, 3))

    held = attained(company, date(2027, 6, 1), is_restated=False)
    rows = {row.code: row for row in people_targets(version, reach=ALL, today=date(2027, 6, 1))}

    assert held["T:苏南"][4] < months[axes.leaves.index("T:苏南"), 4]
    for reading in ("as_was", "restated"):
        may = {who: getattr(rows[who.code], reading)[4] for who in (owner, boss, colleague)}
        assert may[owner] + may[boss] == held["T:苏南"][4]
        assert may[colleague] == held["T:苏北"][4]
