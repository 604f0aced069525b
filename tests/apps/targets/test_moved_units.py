"""A plan keeps the tree of its day, the right to write does not: what moved away since is read, not changed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from quyu.apps.targets import imports, services, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.imports.workbook import FileCell, WorkbookContent
from quyu.apps.targets.models import Lock, PlanVersion
from quyu.apps.targets.selectors.reach import MovedAway
from quyu.platform.people.choices import Role
from quyu.platform.people.models import OrgLink
from quyu.platform.people.services import rebuild_closure
from tests import factories
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.apps.targets.test_pages import patch
from tests.people import TODAY, Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("PLT7")]


@pytest.fixture
def plan(company: Company) -> PlanVersion:
    """Made while 浙江 lay in 华东; `stranger` manages 华东."""
    factories.territory("浙北", company.zhejiang, valid_from=TODAY)
    factories.grant(company.stranger, Role.AREA_MANAGER, company.east)
    return make_plan(company)


def move_away(company: Company) -> None:
    """浙江 goes to 华南 today."""
    OrgLink.objects.filter(unit=company.zhejiang).update(parent=company.south)
    rebuild_closure()


def stored(version: PlanVersion) -> bytes:
    return store.load(PlanVersion.objects.get(pk=version.pk)).tobytes()


@pytest.mark.parametrize("region", ["ZJ", "EAST"])
def test_what_moved_away_is_read_but_not_written(company: Company, plan: PlanVersion, region: str) -> None:
    edit(plan, company.stranger, region, "2027-01", 5_000_000_00)
    move_away(company)
    before = stored(plan)
    plan.refresh_from_db()

    answer: Any = patch(company, "stranger", plan, region=region, value="+1%")

    assert answer.status_code == 403
    assert "浙" in answer.json()["message"]
    assert "今天不在您的负责范围内" in answer.json()["message"]
    assert stored(plan) == before
    page = client_of(company.stranger).get(reverse("target-version", args=[plan.pk]), {"region": region})
    assert page.status_code == 200
    outlook = client_of(company.stranger).get(
        reverse("target-outlook", args=[plan.pk]), {"region": region, "period": "2027-01", "line": ""}
    )
    assert "今天不在您的负责范围内" in outlook.json()["sentence"]


def test_the_rest_stays_writable(company: Company, plan: PlanVersion) -> None:
    move_away(company)

    assert patch(company, "stranger", plan, region="JS", value="+1%").status_code == 200
    assert patch(company, "operations", plan, region="ZJ", value="+1%").status_code == 200


def test_the_change_of_yesterday_is_not_taken_back(company: Company, plan: PlanVersion) -> None:
    edit(plan, company.stranger, "ZJ", "2027-01", 5_000_000_00)
    move_away(company)
    before = stored(plan)

    with pytest.raises(MovedAway):
        services.undo(plan_version=plan, actor=company.stranger, scope=scope(company.stranger), at=AT)

    assert stored(plan) == before


def test_locks_follow_the_right_of_today(company: Company, plan: PlanVersion) -> None:
    where = {"plan_version": plan, "period": "2027-01", "product_line": "", "reason": "已签约"}
    who = {"actor": company.stranger, "scope": scope(company.stranger), "at": AT}
    held = services.lock(region="ZJ", **where, **who)  # type: ignore[arg-type]
    move_away(company)
    who["scope"] = scope(company.stranger)

    with pytest.raises(MovedAway):
        services.lock(region="EAST", **where, **who)  # type: ignore[arg-type]
    with pytest.raises(MovedAway):
        services.unlock(lock=held, **who)  # type: ignore[arg-type]

    assert list(Lock.objects.all()) == [held]


def test_a_workbook_writes_only_what_is_in_reach_today(company: Company, plan: PlanVersion) -> None:
    move_away(company)
    current = PlanVersion.objects.get(pk=plan.pk)
    axes = Axes.from_json(current.axes)
    cells = store.load_shaped(current, axes.shape)
    js, east = (int(cells[axes.block(Node(code, "2027", ""))].sum()) for code in ("JS", "EAST"))

    def apply(**values: int) -> None:
        services.apply_values(
            plan_version=current,
            values=[services.NodeValue(Node(code, "2027", ""), value) for code, value in values.items()],
            source="x.xlsx",
            expected_version=current.version,
            actor=company.stranger,
            scope=scope(company.stranger),
            at=datetime(2026, 6, 15, 10, tzinfo=UTC),
        )

    with pytest.raises(MovedAway):
        apply(EAST=east + 100)
    apply(JS=js + 100, EAST=east + 100)  # the total that follows from his own part is no change of the others


def test_the_preview_of_a_workbook_says_what_moved_away(company: Company, plan: PlanVersion) -> None:
    move_away(company)
    current = PlanVersion.objects.get(pk=plan.pk)
    cells = [
        FileCell(Node(code, "2027-01"), 1_00, "家电", row, "E") for row, code in enumerate(["JS", "ZJ"], 4)
    ]

    found = imports.compare(
        current,
        WorkbookContent(current.version, tuple(cells), ()),
        scope=scope(company.stranger),
        at=TODAY,
    )

    assert [(problem.row, problem.message[:4]) for problem in found.problems] == [(5, "“浙江”")]
