"""Vacant territories, new people, shared targets: every month keeps its sum, and every fen has a name."""

from datetime import date

import numpy as np
import pytest
from django.urls import reverse

from quyu.apps.targets import services as targets
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node, UnknownNode
from quyu.apps.targets.models import CreditSplit, PlanVersion
from quyu.apps.targets.selectors.people import people_targets
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.staffing import RAMP, ramp_of
from quyu.apps.targets.services.staffing import (
    CarriedAlone,
    NoManager,
    NoNeighbour,
    NothingToMove,
    SamePersonTwice,
    ShareBy,
    SharesDiffer,
    hold_by_manager,
    set_splits,
    share_out,
)
from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.platform.audit.models import StaleSave
from quyu.platform.people.choices import Role
from quyu.platform.people.models import Person, User
from tests import factories
from tests.apps.targets.plans import AT, make_plan, scope
from tests.apps.targets.test_rounds import year
from tests.people import TODAY, Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("DEC3")]


@pytest.fixture
def vacant(company: Company) -> Territory:
    """苏中 in 江苏, held by nobody."""
    return factories.territory("苏中", company.jiangsu)


@pytest.fixture
def plan(company: Company, vacant: Territory) -> PlanVersion:
    return make_plan(company)


def months(version: PlanVersion, region: str) -> list[int]:
    fresh = PlanVersion.objects.get(pk=version.pk)
    axes, cells = Axes.from_json(fresh.axes), store.load(fresh)
    return [int(cells[axes.block(Node(region, month))].sum()) for month in axes.months]


def carried_by(version: PlanVersion, region: str) -> dict[str, int]:
    """What each person carries below a node over the year; by the days and by today it is the same here."""
    fresh = PlanVersion.objects.get(pk=version.pk)
    rows = people_targets(fresh, reach=Reach((region,), is_everything=False), today=TODAY)
    assert all(sum(row.as_was) == row.as_was_total for row in rows)
    return {row.name: row.restated_total for row in rows}


def hold(version: PlanVersion, user: User, region: str, *, seen: int = 0) -> None:
    hold_by_manager(plan_version=version, region=region, seen=seen, actor=user, scope=scope(user), at=AT)


def out(version: PlanVersion, user: User, region: str, method: ShareBy = ShareBy.VALUE) -> None:
    fresh = PlanVersion.objects.get(pk=version.pk)
    share_out(
        plan_version=fresh, region=region, method=method, expected_version=fresh.version, actor=user,
        scope=scope(user), at=AT,
    )  # fmt: skip


@pytest.mark.parametrize("method", list(ShareBy))
def test_a_vacant_territory_goes_to_its_neighbours_month_by_month(
    company: Company, plan: PlanVersion, method: ShareBy
) -> None:
    whole, before = months(plan, "JS"), store.load(plan)

    out(plan, company.boss, "T:苏中", method)

    assert months(plan, "JS") == whole
    assert year(plan, "T:苏中") == 0
    fresh = PlanVersion.objects.get(pk=plan.pk)
    targets.undo(plan_version=fresh, actor=company.boss, scope=scope(company.boss), at=AT)
    assert np.array_equal(store.load(plan), before)


def test_twice_there_is_nothing_left(company: Company, plan: PlanVersion) -> None:
    out(plan, company.boss, "T:苏中")
    with pytest.raises(NothingToMove):
        out(plan, company.boss, "T:苏中")


def test_without_neighbours_the_manager_has_to_carry_it(company: Company, plan: PlanVersion) -> None:
    with pytest.raises(NoNeighbour):
        out(plan, company.operations, "T:粤东")
    hold(plan, company.neighbour, "T:粤东")
    assert carried_by(plan, "GD")["neighbour"] == year(plan, "T:粤东")


@pytest.mark.parametrize("name", ["owner", "neighbour", "stranger"])
def test_only_who_answers_for_the_node_above_settles_it(
    company: Company, plan: PlanVersion, name: str
) -> None:
    with pytest.raises(UnknownNode):
        out(plan, getattr(company, name), "T:苏中")


def join(company: Company, territory: Territory, joined_on: date) -> Person:
    person = factories.person("新人", joined_on=joined_on)
    seat = factories.position(company.jiangsu, Role.SALESPERSON, code="P-new", holder=person)
    TerritoryOwner.objects.create(territory=territory, position=seat, valid_from=date(2024, 1, 1))
    return person


def test_a_new_person_ramps_and_the_neighbours_take_the_rest(
    company: Company, vacant: Territory, plan: PlanVersion
) -> None:
    person = join(company, vacant, date(2027, 2, 10))
    assert list(ramp_of(person, Axes.from_json(plan.axes).months).values()) == [0, 3_000, 6_000, 9_000]
    first, whole = months(plan, "T:苏中"), months(plan, "JS")

    out(plan, company.boss, "T:苏中")

    now = months(plan, "T:苏中")
    assert months(plan, "JS") == whole
    assert now[0] == 0
    assert [round(value / before, 6) for value, before in zip(now[1:4], first[1:4], strict=True)] == [
        0.3,
        0.6,
        0.9,
    ]
    assert now[4:] == first[4:]


def test_or_the_manager_holds_the_rest_and_no_cell_moves(
    company: Company, vacant: Territory, plan: PlanVersion
) -> None:
    join(company, vacant, date(2027, 1, 4))
    before = store.load(plan)

    hold(plan, company.boss, "T:苏中")

    assert np.array_equal(store.load(plan), before)
    january = CreditSplit.objects.filter(region="T:苏中", period="2027-01")
    assert sorted(january.values_list("person__name", "share_bp")) == [("boss", 7_000), ("新人", 3_000)]
    new, whole = carried_by(plan, "T:苏中"), months(plan, "T:苏中")
    assert new["新人"] == sum(
        round(fen * bp / 10_000) for fen, bp in zip(whole, RAMP + (10_000,) * 9, strict=True)
    )
    assert sum(new.values()) == year(plan, "T:苏中")
    assert sum(carried_by(plan, "HQ").values()) == year(plan, "HQ")


def test_nobody_above_nobody_carries(company: Company, plan: PlanVersion) -> None:
    fresh = PlanVersion.objects.get(pk=plan.pk)
    frozen = fresh.axes
    for dimension in frozen["dimensions"]:
        if dimension.get("owners"):
            dimension["owners"] = {}
    PlanVersion.objects.filter(pk=plan.pk).update(axes=frozen)
    fresh.refresh_from_db()
    with pytest.raises(NoManager):
        hold(fresh, company.boss, "T:苏中")


def split(company: Company, plan: PlanVersion, *shares: tuple[str, int], seen: int = 0) -> None:
    people = [(company.person(name), bp) for name, bp in shares]
    set_splits(
        plan_version=plan, region="T:苏南", months={"2027-01": people}, seen=seen, reason="共管",
        actor=company.boss, scope=scope(company.boss), at=AT,
    )  # fmt: skip


def test_shares_sum_to_all_and_name_each_once(company: Company, plan: PlanVersion) -> None:
    for wrong in ((("owner", 6_000), ("colleague", 3_999)), (("owner", 10_001), ("colleague", -1))):
        with pytest.raises(SharesDiffer):
            split(company, plan, *wrong)
    with pytest.raises(SamePersonTwice):
        split(company, plan, ("owner", 6_000), ("owner", 4_000))
    assert not CreditSplit.objects.exists()

    split(company, plan, ("owner", 3_333), ("colleague", 6_667))
    found = carried_by(plan, "T:苏南")
    assert set(found) == {"owner", "colleague"}
    assert sum(found.values()) == year(plan, "T:苏南")
    assert found["colleague"] == (months(plan, "T:苏南")[0] * 6_667 + 5_000) // 10_000


def test_shares_replaced_meanwhile_are_refused_with_both(company: Company, plan: PlanVersion) -> None:
    split(company, plan, ("owner", 3_333), ("colleague", 6_667))
    with pytest.raises(StaleSave) as refused:
        split(company, plan, ("owner", 5_000), ("colleague", 5_000))

    assert "owner 50.00%" in str(refused.value)
    assert "colleague 66.67%" in str(refused.value)
    assert set(CreditSplit.objects.values_list("share_bp", flat=True)) == {3_333, 6_667}


def test_what_its_holder_carries_alone_is_not_taken_from_him(company: Company, plan: PlanVersion) -> None:
    split(company, plan, ("owner", 3_333), ("colleague", 6_667))
    with pytest.raises(CarriedAlone):
        hold(plan, company.boss, "T:苏南", seen=max(CreditSplit.objects.values_list("pk", flat=True)))
    assert CreditSplit.objects.count() == 2
    page = client_of(company.boss).get(reverse("target-staffing", args=[plan.pk])).content.decode()
    assert page.count("由经理承担") == 1  # of the vacant 苏中 only


def test_a_copy_keeps_the_shares(company: Company, plan: PlanVersion) -> None:
    split(company, plan, ("owner", 3_333), ("colleague", 6_667))
    copy = targets.new_version(plan_version=plan, actor=company.operations, at=AT)
    assert carried_by(copy, "T:苏南") == carried_by(plan, "T:苏南")


def test_the_page_lists_the_pool_of_each_manager(company: Company, plan: PlanVersion) -> None:
    address = reverse("target-staffing", args=[plan.pk])
    page = client_of(company.boss).get(address, {"region": "T:苏中", "method": "equal"}).content.decode()
    assert "苏中" in page
    assert "粤东" not in page
    client = client_of(company.boss)
    version = PlanVersion.objects.get(pk=plan.pk).version
    client.post(
        reverse("staffing-out", args=[plan.pk]), {"region": "T:苏中", "method": "equal", "version": version}
    )
    assert year(plan, "T:苏中") == 0

    shares = {"region": "T:苏南", "shares": "E-owner 60%\nE-colleague 40"}
    client.post(reverse("staffing-split", args=[plan.pk]), shares)
    assert CreditSplit.objects.filter(region="T:苏南").count() == 24
    seen = max(CreditSplit.objects.values_list("pk", flat=True))
    shares["seen"] = str(seen)
    unknown = client.post(reverse("staffing-split", args=[plan.pk]), shares | {"shares": "E9999 60%"})
    assert "“E9999”不在您范围内的人员中" in unknown.content.decode()
    assert "E9999 60%</textarea>" in unknown.content.decode()
    short = client.post(reverse("staffing-split", args=[plan.pk]), shares | {"shares": "E-owner 60"})
    assert "E-owner 60</textarea>" in short.content.decode()
    assert CreditSplit.objects.filter(region="T:苏南").count() == 24
    client.post(reverse("staffing-split", args=[plan.pk]), shares | {"shares": ""})
    assert not CreditSplit.objects.filter(region="T:苏南").exists()
