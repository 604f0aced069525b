"""Changes during the year: evidence, analysis without saving, a second person, past months kept, confirmation."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from quyu.apps.targets import selectors, store
from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.choices import ChangeState, EditRule, LetterState, Trigger
from quyu.apps.targets.models import ChangeEvidence, Letter, Plan, PlanVersion, TargetChange
from quyu.apps.targets.selectors.simulation import MonthPassed, YearOver
from quyu.apps.targets.services import changes
from quyu.apps.targets.services.changes import (
    BaseMoved,
    ChangeClosed,
    NoEvidence,
    NotAnalysed,
    NothingInForce,
)
from quyu.apps.targets.spreading import OutOfInterval
from quyu.kernel.money import format_yuan
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.approvals.services import OwnSubmission
from quyu.platform.notices.models import Notice
from tests.apps.targets.plans import AT, make_plan, publish, scope
from tests.people import Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("ADJ1", "ADJ2")]
MIDYEAR = datetime(2027, 4, 10, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def cells(version: PlanVersion) -> tuple[Axes, Cells]:
    axes = Axes.from_json(version.axes)
    return axes, store.load_shaped(version, axes.shape)


def value(version: PlanVersion, region: str, period: str = "2027") -> int:
    axes, found = cells(version)
    return int(found[axes.block(Node(region, period))].sum())


def opened(
    company: Company, version: PlanVersion, region: str = "GD", at: datetime = MIDYEAR
) -> TargetChange:
    return changes.open_change(
        plan_version=version, node=Node(region, "2027"), title="竞品降价", trigger=Trigger.RIVAL, reason="竞品降价两成",
        actor=company.operations, at=at, scope=scope(company.operations),
    )  # fmt: skip


def analysed(
    company: Company,
    change: TargetChange,
    amount: int,
    rule: EditRule = EditRule.PUSH_UP,
    month: str = "2027-05",
) -> None:
    changes.add_evidence(change=change, text="市场调查", upload=None, actor=company.operations, at=MIDYEAR)
    changes.analyse(
        change=change, value=amount, rule=rule, first_month=month, actor=company.operations, at=MIDYEAR
    )


def approved(company: Company, change: TargetChange) -> TargetChange:
    approval = changes.submit(change=change, actor=company.operations, at=MIDYEAR)
    approvals.approve(approval=approval, actor=company.director, at=MIDYEAR)
    change.refresh_from_db()
    return change


def test_the_analysis_shows_the_effect_and_saves_nothing(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)
    digest = store.digest(store.load(version))
    before, total = value(version, "GD"), version.total_fen
    analysed(company, change, before - 1_000_000_00)

    kept = changes.Simulation.from_json(TargetChange.objects.get(pk=change.pk).analysis)

    assert store.digest(store.load(PlanVersion.objects.get(pk=version.pk))) == digest
    assert (kept.before, kept.after, kept.total_after) == (
        before,
        before - 1_000_000_00,
        total - 1_000_000_00,
    )
    held = sum(value(version, "GD", f"2027-{month:02d}") for month in range(1, 5))
    assert kept.held == held
    assert [line.delta for line in kept.months[:4]] == [0, 0, 0, 0]
    assert [line.is_held for line in kept.months] == [True] * 4 + [False] * 8
    assert {line.code: line.delta for line in kept.regions}["HQ"] == -1_000_000_00


@pytest.mark.capability("ADJ6")
def test_an_approved_change_is_a_new_version_with_past_months_kept(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)
    analysed(company, change, value(version, "GD") - 1_000_000_00)

    change = approved(company, change)

    new = selectors.published_version(2027)
    assert new is not None
    assert (change.state, change.result, new.based_on) == (ChangeState.APPLIED, new, version)
    for month in range(1, 5):
        for region in ("GD", "JS", "HQ"):
            assert value(new, region, f"2027-{month:02d}") == value(version, region, f"2027-{month:02d}")
    assert value(new, "GD") == value(version, "GD") - 1_000_000_00
    assert value(new, "JS") == value(version, "JS")
    assert new.operations.order_by("-sequence")[0].detail["change"] == change.pk
    changed = Letter.objects.filter(plan_version=new).values_list("person__code", flat=True)
    assert set(changed) == {company.person(name).code for name in ("neighbour", "director")}
    assert (
        Letter.objects.get(plan_version=version, person=company.person("owner")).state == LetterState.ISSUED
    )


def test_keeping_the_total_shares_the_difference_among_the_siblings(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version, region="JS")
    analysed(company, change, value(version, "JS") - 500_00, EditRule.KEEP_TOTAL)

    approved(company, change)

    new = selectors.published_version(2027)
    assert new is not None
    assert new.total_fen == version.total_fen
    assert value(new, "GD") == value(version, "GD") + 500_00


def test_without_evidence_or_analysis_nothing_is_submitted(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)

    with pytest.raises(NoEvidence):
        changes.submit(change=change, actor=company.operations, at=MIDYEAR)
    changes.add_evidence(change=change, text="依据", upload=None, actor=company.operations, at=MIDYEAR)
    with pytest.raises(NotAnalysed):
        changes.submit(change=change, actor=company.operations, at=MIDYEAR)


def test_past_months_and_held_parts_are_refused(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)

    with pytest.raises(MonthPassed):
        analysed(company, change, 1, month="2027-03")
    with pytest.raises(OutOfInterval):
        analysed(company, change, value(version, "GD", "2027-01"))
    with pytest.raises(NothingInForce):
        opened(company, make_plan(company, name="草稿"))


def test_who_asks_does_not_approve_and_rejection_goes_on_collecting(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)
    analysed(company, change, value(version, "GD") - 100)
    approval = changes.submit(change=change, actor=company.operations, at=MIDYEAR)

    with pytest.raises(OwnSubmission):
        approvals.approve(approval=approval, actor=company.operations, at=MIDYEAR)
    with pytest.raises(ChangeClosed):
        changes.close(change=change, actor=company.operations, reason="", at=MIDYEAR)
    approvals.reject(approval=approval, actor=company.director, at=MIDYEAR, note="依据不足")

    change.refresh_from_db()
    assert (change.state, selectors.published_version(2027)) == (ChangeState.COLLECTING, version)


def test_a_change_of_an_older_version_does_not_take_the_newer_back(company: Company) -> None:
    version = publish(company, make_plan(company))
    first, second = opened(company, version), opened(company, version, region="JS")
    for change, region in ((first, "GD"), (second, "JS")):
        analysed(company, change, value(version, region) - 100)
    waiting = changes.submit(change=second, actor=company.operations, at=MIDYEAR)
    approved(company, first)

    with pytest.raises(BaseMoved):
        approvals.approve(approval=waiting, actor=company.director, at=MIDYEAR)

    assert Approval.objects.get(pk=waiting.pk).state == "submitted"
    assert selectors.published_version(2027) == first.__class__.objects.get(pk=first.pk).result


def test_a_contested_letter_opens_a_change_with_its_reason(company: Company) -> None:
    publish(company, make_plan(company))
    letter = Letter.objects.get(person=company.person("owner"))

    client_of(company.owner).post(reverse("letter-contest", args=[letter.pk]), {"reason": "大客户关店"})

    change = TargetChange.objects.get(letter=letter)
    assert (change.region, change.source, change.evidence.get().text) == (
        f"T:{company.sunan.code}",
        "letter",
        "大客户关店",
    )


def test_from_request_to_version_on_the_pages(company: Company) -> None:
    version = publish(company, make_plan(company))
    asking = client_of(company.operations)
    form = {
        "version": version.pk, "title": "政策", "trigger": "policy", "region": "GD", "period": "2027",
        "product_line": "", "reason": "补贴取消",
    }  # fmt: skip
    asking.post(reverse("target-change-new"), form)
    change = TargetChange.objects.get()
    file = SimpleUploadedFile("调查.pdf", b"<script>alert(1)</script>")
    asking.post(reverse("target-change-evidence", args=[change.pk]), {"text": "", "file": file})
    program = {"text": "调查报告", "file": SimpleUploadedFile("调查.exe", b"MZ")}
    refused = asking.post(
        reverse("target-change-evidence", args=[change.pk]), program, follow=True
    ).content.decode()
    assert "“调查.exe”不能作为依据" in refused
    assert "调查报告" in refused
    bad = asking.post(
        reverse("target-change-analysis", args=[change.pk]),
        {"value": "很多", "first_month": "2027-03", "rule": "none"},
    )
    assert "不是金额" in bad.content.decode()
    asking.post(
        reverse("target-change-analysis", args=[change.pk]),
        {"value": "-5%", "first_month": "2027-03", "rule": "none"},
    )
    kept = asking.get(reverse("target-change", args=[change.pk])).content.decode()
    change.refresh_from_db()
    assert f'value="{format_yuan(change.value or 0).replace(",", "")}元"' in kept
    asking.post(reverse("target-change-submit", args=[change.pk]))
    approval = Approval.objects.get(subject_type="target_change")
    shown = client_of(company.director).get(reverse("approval", args=[approval.pk])).content.decode()
    assert "上级随之变化" in shown
    assert ">none<" not in shown
    assert "变化率" in shown
    client_of(company.director).post(reverse("approval-approve", args=[approval.pk]))

    change.refresh_from_db()
    page = asking.get(reverse("target-change", args=[change.pk])).content.decode()
    assert change.state == ChangeState.APPLIED
    assert "沟通与确认" in page
    given = asking.get(reverse("target-change-file", args=[change.pk, ChangeEvidence.objects.get().pk]))
    assert given["Content-Type"] == "application/octet-stream"
    assert given["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "status"),
    [("boss", 404), ("neighbour", 200), ("owner", 404), ("stranger", 403), ("auditor", 200)],
)
def test_a_change_is_seen_within_reach(company: Company, name: str, status: int) -> None:
    change = opened(company, publish(company, make_plan(company)), at=AT)
    client = client_of(getattr(company, name))

    assert client.get(reverse("target-change", args=[change.pk])).status_code == status
    listed = client.get(reverse("target-changes"))
    assert (f"/changes/{change.pk}/" in listed.content.decode()) is (status == 200)


def test_a_manager_asks_for_his_own_region_only(company: Company) -> None:
    version = publish(company, make_plan(company))
    client = client_of(company.neighbour)
    form = {
        "version": version.pk,
        "title": "x",
        "trigger": "market",
        "period": "2027",
        "product_line": "",
        "reason": "y",
    }

    client.post(reverse("target-change-new"), form | {"region": "JS"})
    assert not TargetChange.objects.exists()
    client.post(reverse("target-change-new"), form | {"region": "GD"})
    assert TargetChange.objects.get().region == "GD"


def test_the_approver_reads_nothing_that_the_asker_may_not(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)
    analysed(company, change, value(version, "GD") - 500_00, EditRule.KEEP_TOTAL)
    kept = TargetChange.objects.get(pk=change.pk)

    assert {"HQ", "JS"} & {line["code"] for line in kept.analysis["regions"]}
    assert "江苏" not in str(changes.summary_of(kept))
    page = client_of(company.neighbour).get(reverse("target-change", args=[change.pk])).content.decode()
    whole = client_of(company.operations).get(reverse("target-change", args=[change.pk])).content.decode()
    assert ("江苏" in page, "全公司（万元）" in page) == (False, False)
    assert ("江苏" in whole, "全公司（万元）" in whole) == (True, True)


def test_quantities_are_asked_for_and_shown_in_pieces(company: Company) -> None:
    version = publish(company, make_plan(company))
    Plan.objects.update(measure="quantity")
    change = opened(company, PlanVersion.objects.get(pk=version.pk))
    asking = client_of(company.operations)

    asking.post(
        reverse("target-change-analysis", args=[change.pk]),
        {"value": "3900000", "first_month": "2027-05", "rule": "none"},
    )

    change = TargetChange.objects.get(pk=change.pk)
    assert change.value == 3_900_000_000
    assert changes.summary_of(change)["after"] == "3,900,000 件"
    page = asking.get(reverse("target-change", args=[change.pk])).content.decode()
    assert ("调整后（件）" in page, "万元" in page) == (True, False)


def test_the_targets_of_a_year_that_is_over_stay(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)
    after = datetime(2028, 1, 5, 9, 30, tzinfo=UTC)

    with pytest.raises(YearOver):
        opened(company, version, at=after)
    with pytest.raises(YearOver):
        changes.analyse(
            change=change, value=1, rule=EditRule.PUSH_UP, first_month="2027-12", actor=company.operations, at=after
        )  # fmt: skip


def test_who_looked_at_an_older_analysis_neither_submits_nor_closes(company: Company) -> None:
    version = publish(company, make_plan(company))
    change = opened(company, version)
    analysed(company, change, value(version, "GD") - 100)
    seen = TargetChange.objects.get(pk=change.pk).version
    analysed(company, change, value(version, "GD") - 900)

    client = client_of(company.operations)
    for step in ("target-change-submit", "target-change-close"):
        client.post(reverse(step, args=[change.pk]), {"row_version": seen})

    assert TargetChange.objects.get(pk=change.pk).state == ChangeState.COLLECTING
    client.post(reverse("target-change-submit", args=[change.pk]), {"row_version": seen + 1})
    assert TargetChange.objects.get(pk=change.pk).state == ChangeState.SUBMITTED


def test_an_objection_is_heard_of_and_its_end_too(company: Company) -> None:
    publish(company, make_plan(company))
    letter = Letter.objects.get(person=company.person("owner"))
    change = changes.from_letter(letter=letter, actor=company.owner, reason="大客户关店", at=AT)
    assert Notice.objects.filter(user=company.boss, text__contains=letter.number).exists()

    changes.close(change=change, actor=company.boss, reason="已另行支持", at=AT)

    letter.refresh_from_db()
    assert (letter.state, letter.answered_at, letter.objection) == (LetterState.ISSUED, None, "大客户关店")
    assert Notice.objects.filter(user=company.owner, text__contains="已另行支持").count() == 1
