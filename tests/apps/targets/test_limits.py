"""Delegated authority: how far a manager moves targets alone, checked when he saves."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from quyu.apps.targets import services
from quyu.apps.targets.axes import Node
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors import grid
from quyu.apps.targets.services.delegated import LimitExceeded
from quyu.platform.limits.choices import LimitKind
from quyu.platform.limits.models import LimitRule
from quyu.platform.people.choices import Role
from quyu.platform.people.models import User
from tests import factories
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.apps.targets.test_pages import patch
from tests.people import TODAY, Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ORG6")]


def limit(role: Role, *, bp: int | None = None, fen: int | None = None, start: date = TODAY) -> LimitRule:
    return LimitRule.objects.create(
        kind=LimitKind.TARGET_SHIFT, role=role, max_bp=bp, max_fen=fen, valid_from=start
    )


def year_of(version: PlanVersion, user: User, region: str = "JS") -> int:
    version = PlanVersion.objects.get(pk=version.pk)
    found = grid(version, scope=scope(user), at=TODAY)
    return next(row.total_fen for row in found.rows if row.code == region)


def moved(version: PlanVersion, user: User, bp: int, region: str = "JS") -> None:
    """The year of a region set to so many basis points more than it was at first."""
    value = FIRST[region] * (10_000 + bp) // 10_000
    edit(version, user, region, "2027", value)


FIRST: dict[str, int] = {}


@pytest.fixture
def plan(company: Company) -> PlanVersion:
    version = make_plan(company)
    FIRST["JS"] = year_of(version, company.operations)
    return version


def test_a_manager_moves_his_targets_within_the_limit_and_not_past_it(
    company: Company, plan: PlanVersion
) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500)

    moved(plan, company.boss, 500)
    with pytest.raises(LimitExceeded):
        moved(plan, company.boss, 502)
    moved(plan, company.boss, -499)
    with pytest.raises(LimitExceeded):
        moved(plan, company.boss, -501)

    assert year_of(plan, company.boss) == FIRST["JS"] * 9_501 // 10_000


def test_small_steps_count_together(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500)
    for bp in (200, 400):
        moved(plan, company.boss, bp)

    with pytest.raises(LimitExceeded):
        moved(plan, company.boss, 600)


def test_a_change_from_above_starts_the_count_anew(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500)
    moved(plan, company.boss, 400)
    moved(plan, company.operations, 1_000)

    moved(plan, company.boss, 1_200)

    with pytest.raises(LimitExceeded):
        moved(plan, company.boss, 1_700)


def test_an_area_manager_hands_down_to_the_provinces(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500)
    limit(Role.AREA_MANAGER, bp=800)
    factories.grant(company.stranger, Role.AREA_MANAGER, company.east)

    moved(plan, company.boss, -400)
    with pytest.raises(LimitExceeded):
        moved(plan, company.stranger, 900)  # the steps of the level below do not widen his own limit
    moved(plan, company.stranger, 800)
    moved(plan, company.boss, 900)


def test_the_amount_counts_beside_the_share(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500, fen=100_00)

    edit(plan, company.boss, "JS", "2027", FIRST["JS"] + 100_00)
    with pytest.raises(LimitExceeded):
        edit(plan, company.boss, "JS", "2027", FIRST["JS"] + 100_01)


def test_the_cell_typed_into_is_held_to_the_limit_as_well(company: Company, plan: PlanVersion) -> None:
    """A month may not move by half just because the year hardly notices."""
    limit(Role.PROVINCE_MANAGER, bp=500)
    version = PlanVersion.objects.get(pk=plan.pk)
    month = grid(version, scope=scope(company.boss), at=TODAY).rows[0].months[0]

    with pytest.raises(LimitExceeded):
        edit(plan, company.boss, "JS", "2027-01", month * 12 // 10)


@pytest.mark.parametrize(("start", "end"), [(1, None), (-9, 0)], ids=["begins tomorrow", "ended today"])
def test_a_limit_counts_on_its_days(company: Company, plan: PlanVersion, start: int, end: int | None) -> None:
    rule = limit(Role.PROVINCE_MANAGER, bp=0, start=TODAY + timedelta(start))
    if end is not None:
        LimitRule.objects.filter(pk=rule.pk).update(valid_to=TODAY + timedelta(end))

    moved(plan, company.boss, 3_000)


def test_who_has_a_role_without_limit_is_not_limited(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=0)

    moved(plan, company.operations, 3_000)

    assert year_of(plan, company.operations) == FIRST["JS"] * 13_000 // 10_000


def test_the_page_says_what_the_limit_is(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500)

    answer: Any = patch(company, "boss", plan, period="2027", value="+6%")

    assert answer.status_code == 422
    assert answer.json()["code"] == "limit_exceeded"
    assert "±5.00%" in answer.json()["message"]
    assert "省区经理" in answer.json()["message"]
    assert year_of(plan, company.boss) == FIRST["JS"]


def test_a_workbook_is_held_to_the_limit(company: Company, plan: PlanVersion) -> None:
    limit(Role.PROVINCE_MANAGER, bp=500)
    values = [services.NodeValue(Node("JS", "2027", ""), FIRST["JS"] * 2)]
    with pytest.raises(LimitExceeded):
        services.apply_values(
            plan_version=plan,
            values=values,
            source="x.xlsx",
            expected_version=plan.version,
            actor=company.boss,
            scope=scope(company.boss),
            at=AT,
        )


def post(company: Company, name: str, **data: str) -> Any:
    given = {"kind": "target_shift", "role": "province_manager", "percent": "5", "valid_from": "2026-06-15"}
    return client_of(getattr(company, name)).post(reverse("limit-create"), {**given, **data}, follow=True)


def test_operations_set_replace_and_end_a_limit(company: Company) -> None:
    post(company, "operations")
    page = post(company, "operations", percent="8", max_fen="10万", valid_from="2026-07-01")

    first, second = LimitRule.objects.order_by("valid_from")
    assert (first.max_bp, first.valid_to) == (500, date(2026, 7, 1))
    assert (second.max_bp, second.max_fen) == (800, 100_000_00)
    assert "8.00%" in page.content.decode()
    address = reverse("limit-end", args=[second.pk])
    client_of(company.operations).post(address, {"valid_to": "2026-06-20"})
    assert LimitRule.objects.count() == 1
    trail = client_of(company.auditor).get("/audit/").content.decode()
    for words in ("设定授权额度", "终止授权额度", "省区经理", "最大比例 8.00%"):
        assert words in trail


@pytest.mark.parametrize(
    "data", [{"percent": ""}, {"percent": "-1"}, {"role": "auditor"}, {"kind": "gift"}, {"valid_from": ""}]
)
def test_a_limit_that_says_nothing_is_refused(company: Company, data: dict[str, str]) -> None:
    post(company, "operations", **data)

    assert not LimitRule.objects.exists()


@pytest.mark.parametrize("name", ["boss", "director", "auditor", "security", "admin", "owner", "dealer"])
def test_nobody_else_sets_limits(company: Company, name: str) -> None:
    assert post(company, name).status_code == 403
    assert not LimitRule.objects.exists()
    status = client_of(getattr(company, name)).get(reverse("limits")).status_code
    assert status == (200 if name in ("director", "auditor") else 403)
