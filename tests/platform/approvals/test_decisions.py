"""Approvals: a second person with the right and the reach decides, once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from quyu.kernel.refusal import Refusal
from quyu.platform.approvals import registry, services
from quyu.platform.approvals.models import Approval
from quyu.platform.audit import chain
from quyu.platform.audit.models import Decision, StaleSave
from quyu.platform.notices.models import Notice
from quyu.platform.people.choices import Role
from quyu.platform.people.models import User
from tests import factories
from tests.people import TODAY, Company


@dataclass
class Answers:
    """What the object was told."""

    heard: list[str] = field(default_factory=list)

    def approved(self, approval: Approval, **_: object) -> None:
        self.heard.append("approved")

    def rejected(self, approval: Approval, **_: object) -> None:
        self.heard.append("rejected")

    def withdrawn(self, approval: Approval, **_: object) -> None:
        self.heard.append("withdrawn")


@pytest.fixture
def answers() -> Iterator[Answers]:
    told = Answers()
    registry.register(
        "proposal", on_approved=told.approved, on_rejected=told.rejected, on_withdrawn=told.withdrawn
    )
    yield told
    registry.unregister("proposal")


def submitted(company: Company, actor: User, subject_id: int = 1) -> Approval:
    return services.submit(
        subject_type="proposal",
        subject_id=subject_id,
        label="江苏方案",
        url="/",
        org_unit=company.jiangsu,
        summary={"总额": "100 万元"},
        actor=actor,
        note="请批",
        at=TODAY,
    )


@pytest.mark.capability("PLT7")
def test_approval_answers_tells_and_records(company: Company, answers: Answers) -> None:
    approval = submitted(company, company.boss)

    services.approve(approval=approval, actor=company.director, note="同意", at=TODAY)

    approval.refresh_from_db()
    assert (approval.state, approval.decided_by, approval.decision_note) == (
        "approved",
        company.director,
        "同意",
    )
    assert answers.heard == ["approved"]
    assert set(Decision.objects.values_list("verb", flat=True)) == {"submit", "approve"}
    assert chain.verify_chain().is_intact


def test_deciders_and_then_the_submitter_are_told(company: Company, answers: Answers) -> None:
    approval = submitted(company, company.boss)
    told = set(Notice.objects.values_list("user__username", flat=True))

    services.reject(approval=approval, actor=company.director, note="太高", at=TODAY)

    assert told == {"director", "operations"}
    assert "已驳回" in Notice.objects.get(user=company.boss).text
    assert answers.heard == ["rejected"]


def test_nobody_decides_his_own_submission(company: Company, answers: Answers) -> None:
    approval = submitted(company, company.director)

    for decide in (services.approve, services.reject):
        with pytest.raises(services.OwnSubmission):
            decide(approval=approval, actor=company.director, at=TODAY)

    assert answers.heard == []


@pytest.mark.parametrize("name", ["owner", "colleague", "neighbour", "stranger", "admin", "auditor"])
def test_without_right_or_reach_nobody_decides(company: Company, answers: Answers, name: str) -> None:
    approval = submitted(company, company.operations)

    with pytest.raises(services.NotAnApprover):
        services.approve(approval=approval, actor=getattr(company, name), at=TODAY)


def test_a_view_of_everything_does_not_stretch_the_right_to_approve(
    company: Company, answers: Answers
) -> None:
    factories.grant(company.neighbour, Role.AUDITOR, company.head_office)
    approval = submitted(company, company.operations)

    with pytest.raises(services.NotAnApprover):
        services.approve(approval=approval, actor=company.neighbour, at=TODAY)


def test_a_second_approval_has_no_effect(company: Company, answers: Answers) -> None:
    approval = submitted(company, company.boss)
    services.approve(approval=approval, actor=company.director, at=TODAY)

    with pytest.raises(services.AlreadyDecided, match="已通过"):
        services.approve(approval=approval, actor=company.operations, at=TODAY)

    assert answers.heard == ["approved"]
    assert Decision.objects.filter(verb="approve").count() == 1


def test_a_decision_on_an_older_version_is_refused(company: Company, answers: Answers) -> None:
    approval = submitted(company, company.boss)
    Approval.objects.update(version=2, summary={"总额": "200 万元"})

    with pytest.raises(StaleSave):
        services.approve(approval=approval, actor=company.director, at=TODAY)


def test_an_object_waits_for_one_decision_at_a_time(company: Company, answers: Answers) -> None:
    submitted(company, company.boss)

    with pytest.raises(services.AlreadySubmitted):
        submitted(company, company.operations)

    assert Approval.objects.count() == 1


def test_the_submitter_takes_it_back_and_may_submit_again(company: Company, answers: Answers) -> None:
    approval = submitted(company, company.boss)

    with pytest.raises(services.NotTheSubmitter):
        services.withdraw(approval=approval, actor=company.director, at=TODAY)
    services.withdraw(approval=approval, actor=company.boss, at=TODAY)

    assert answers.heard == ["withdrawn"]
    assert submitted(company, company.boss).state == "submitted"


def test_when_the_object_refuses_the_decision_is_not_taken(company: Company) -> None:
    def refuse(approval: Approval, **_: object) -> None:
        raise Refusal("no", "不行")

    registry.register("proposal", on_approved=refuse)
    approval = submitted(company, company.boss)

    with pytest.raises(Refusal, match="不行"):
        services.approve(approval=approval, actor=company.director, at=TODAY)

    approval.refresh_from_db()
    assert (approval.state, approval.version) == ("submitted", 1)
    assert not Decision.objects.filter(verb="approve").exists()
    registry.unregister("proposal")
