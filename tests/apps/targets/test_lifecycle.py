"""Submitting, approval by a second person, publishing, and the next version."""

import pytest

from quyu.apps.targets import selectors, services, store
from quyu.apps.targets.choices import VersionState
from quyu.apps.targets.models import Lock, PlanVersion
from quyu.apps.targets.services.lifecycle import NotApproved
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.services import NotAnApprover, OwnSubmission
from tests.apps.targets.plans import AT, TOTAL, edit, make_plan, publish, scope
from tests.people import Company

pytestmark = pytest.mark.django_db


@pytest.mark.capability("DEC13")
def test_a_second_person_approves(company: Company) -> None:
    version = make_plan(company)
    approval = services.submit(plan_version=version, actor=company.operations, at=AT)

    with pytest.raises(OwnSubmission):
        approvals.approve(approval=approval, actor=company.operations, at=AT)
    with pytest.raises(NotAnApprover):
        approvals.approve(approval=approval, actor=company.boss, at=AT)
    with pytest.raises(NotApproved):
        services.publish(plan_version=version, actor=company.operations, at=AT)
    approvals.approve(approval=approval, actor=company.director, at=AT)

    version.refresh_from_db()
    assert version.state == VersionState.APPROVED
    assert approval.summary["total"]["target_fen"] == TOTAL
    assert [line["name"] for line in approval.summary["regions"]] == ["华东", "华南"]


def test_rejected_or_withdrawn_is_a_draft_again(company: Company) -> None:
    version = make_plan(company)
    for decide, actor in ((approvals.reject, company.director), (approvals.withdraw, company.operations)):
        approval = services.submit(plan_version=version, actor=company.operations, at=AT)
        decide(approval=approval, actor=actor, at=AT)
        version.refresh_from_db()
        assert version.state == VersionState.DRAFT


@pytest.mark.capability("DEC13")
def test_the_new_version_supersedes_the_published_one(company: Company) -> None:
    first = publish(company, make_plan(company))
    services.lock(
        plan_version=(draft := services.new_version(plan_version=first, actor=company.operations, at=AT)),
        region="GD", period="2027", product_line="", reason="已定", actor=company.operations,
        scope=scope(company.operations), at=AT,
    )  # fmt: skip
    edit(draft, company.operations, "JS", "2027", 1_000_00)

    second = publish(company, PlanVersion.objects.get(pk=draft.pk))
    third = services.new_version(plan_version=second, actor=company.operations, at=AT)

    first.refresh_from_db()
    assert first.state == VersionState.SUPERSEDED
    assert selectors.published_version(2027) == second
    assert (second.number, third.number) == (2, 3)
    assert Lock.objects.filter(plan_version=third).count() == 1
    assert store.digest(store.load(third)) == store.digest(store.load(second))
    assert selectors.target_frame(second).cells.sum() == second.total_fen
