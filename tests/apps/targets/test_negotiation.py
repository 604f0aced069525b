"""Accept, counter, decide: who may say what when, twice, too late, both at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from quyu.apps.targets.axes import UnknownNode
from quyu.apps.targets.choices import Answer
from quyu.apps.targets.models import Commitment, Evidence, Handover, NegotiationMove, PlanVersion
from quyu.apps.targets.services.negotiation import (
    MonthsDiffer,
    NotHisMove,
    NumberMissing,
    Said,
    WordsMissing,
    speak,
)
from quyu.apps.targets.services.rounds import NotTheTurn
from quyu.platform.audit.models import Decision, StaleSave
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import User
from tests.apps.targets.plans import AT, make_plan, scope
from tests.apps.targets.test_rounds import hand_down, reached, row, year
from tests.people import Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("TGT6", "B11")]


@pytest.fixture
def plan(company: Company) -> PlanVersion:
    """Handed down to the salespeople of 江苏."""
    version = make_plan(company)
    reached(company, version)
    hand_down(version, company.boss, "JS")
    return version


def say(version: PlanVersion, user: User, kind: str, region: str = "T:苏南", **said: Any) -> NegotiationMove:
    """One thing said on the newest reading, from a form of its own."""
    found = row(version, region)
    seen = said.pop("seen", found.version)
    said.setdefault("token", f"{kind}-{NegotiationMove.objects.count()}")
    at = said.pop("at", AT)
    return speak(
        handover=found,
        kind=kind,
        said=Said(**said),
        expected_version=seen,
        actor=user,
        scope=scope(user),
        at=at,
    )


def test_who_accepts_has_committed(company: Company, plan: PlanVersion) -> None:
    say(plan, company.owner, "accept")

    found = row(plan, "T:苏南")
    assert (found.answer, found.number_fen) == (Answer.ACCEPTED, year(plan, "T:苏南"))
    assert Commitment.objects.get(handover=found).value_fen == found.number_fen
    assert Decision.objects.filter(verb="negotiation.accept", actor=company.owner).exists()


def test_a_counter_offer_agreed_is_settled(company: Company, plan: PlanVersion) -> None:
    first = year(plan, "T:苏南")
    say(
        plan,
        company.owner,
        "counter",
        number_fen=first - 500,
        text="大客户流失",
        figures=[("在谈", "120 万元")],
    )
    assert row(plan, "T:苏南").answer == Answer.COUNTERED
    assert Notice.objects.filter(user=company.boss, text__contains="还价").exists()

    say(plan, company.boss, "agree")

    found = row(plan, "T:苏南")
    assert (found.answer, found.number_fen, found.handed_fen) == (Answer.AGREED, first - 500, first)
    assert NegotiationMove.objects.filter(handover=found, kind="counter").get().figures == [
        ["在谈", "120 万元"]
    ]


def test_declined_means_what_was_handed_down(company: Company, plan: PlanVersion) -> None:
    first = year(plan, "T:苏南")
    say(plan, company.owner, "counter", number_fen=first - 500, text="大客户流失")
    with pytest.raises(WordsMissing):
        say(plan, company.boss, "decline")
    say(plan, company.boss, "decline", text="已有替代订单")

    assert (row(plan, "T:苏南").answer, row(plan, "T:苏南").number_fen) == (Answer.DECLINED, first)
    say(plan, company.owner, "accept")
    assert row(plan, "T:苏南").answer == Answer.ACCEPTED


def test_a_proposal_accepted_is_agreed_at_its_number(company: Company, plan: PlanVersion) -> None:
    first = year(plan, "T:苏南")
    say(plan, company.owner, "counter", number_fen=first - 500, text="大客户流失")
    say(plan, company.boss, "propose", number_fen=first - 200, text="各让一步")
    say(plan, company.owner, "accept")

    assert (row(plan, "T:苏南").answer, row(plan, "T:苏南").number_fen) == (Answer.AGREED, first - 200)


def test_a_commitment_by_month_is_its_sum(company: Company, plan: PlanVersion) -> None:
    months = {"2027-01": 1_000_00, "2027-02": 2_000_00}
    say(plan, company.owner, "counter", months=months, text="按订单")

    found = row(plan, "T:苏南")
    assert found.number_fen == 3_000_00
    assert {made.period: made.value_fen for made in found.commitments.all()} == months
    with pytest.raises(MonthsDiffer):
        say(plan, company.owner, "counter", months=months, number_fen=1, text="按订单")
    with pytest.raises(UnknownNode):
        say(plan, company.owner, "counter", months={"2028-01": 5}, text="按订单")


@pytest.mark.parametrize("number", [None, -1, 10**18])
def test_a_counter_offer_needs_a_number_that_can_be(
    company: Company, plan: PlanVersion, number: int | None
) -> None:
    with pytest.raises(NumberMissing):
        say(plan, company.owner, "counter", number_fen=number, text="大客户流失")
    assert row(plan, "T:苏南").answer == Answer.PENDING


@pytest.mark.parametrize(
    ("name", "kind", "refusal"),
    [
        ("boss", "accept", NotHisMove),
        ("boss", "counter", NotHisMove),
        ("owner", "agree", NotHisMove),
        ("owner", "propose", NotHisMove),
        ("colleague", "accept", UnknownNode),
        ("neighbour", "agree", UnknownNode),
        ("stranger", "comment", UnknownNode),
    ],
)
def test_each_says_only_what_is_his(
    company: Company, plan: PlanVersion, name: str, kind: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        say(plan, getattr(company, name), kind, number_fen=5, text="理由")
    assert not NegotiationMove.objects.exists()


@pytest.mark.parametrize("kind", ["agree", "decline"])
def test_there_is_nothing_to_decide_before_a_counter_offer(
    company: Company, plan: PlanVersion, kind: str
) -> None:
    with pytest.raises(NotTheTurn):
        say(plan, company.boss, kind, text="理由")
    assert row(plan, "T:苏南").answer == Answer.PENDING


def test_what_is_agreed_is_not_countered_again(company: Company, plan: PlanVersion) -> None:
    say(plan, company.owner, "counter", number_fen=500, text="理由")
    say(plan, company.boss, "agree")
    with pytest.raises(NotTheTurn):
        say(plan, company.owner, "counter", number_fen=400, text="再少")


def test_the_same_form_twice_is_one_answer(company: Company, plan: PlanVersion) -> None:
    seen = row(plan, "T:苏南").version
    first = say(plan, company.owner, "counter", number_fen=500, text="理由", token="form", seen=seen)
    again = say(plan, company.owner, "counter", number_fen=500, text="理由", token="form", seen=seen)

    assert first.pk == again.pk
    assert NegotiationMove.objects.count() == 1
    assert Notice.objects.filter(user=company.boss, text__contains="还价").count() == 1


def test_two_at_once_are_refused_with_both_values(company: Company, plan: PlanVersion) -> None:
    say(plan, company.owner, "counter", number_fen=500_00, text="理由")
    seen = row(plan, "T:苏南").version
    say(plan, company.boss, "propose", number_fen=800_00, text="各让一步", seen=seen)

    with pytest.raises(StaleSave) as refused:
        say(plan, company.owner, "counter", number_fen=600_00, text="再想想", seen=seen)

    assert "600" in str(refused.value)
    assert "800" in str(refused.value)
    assert row(plan, "T:苏南").number_fen == 800_00


def test_an_answer_after_the_deadline_counts_and_is_late(company: Company, plan: PlanVersion) -> None:
    say(plan, company.owner, "accept", at=AT + timedelta(days=30))
    page = client_of(company.boss).get(reverse("target-round", args=[plan.pk])).content.decode()

    assert row(plan, "T:苏南").answer == Answer.ACCEPTED
    assert "逾期后答复" in page


# ---- pages -----------------------------------------------------------------------------------------


def form(version: PlanVersion, kind: str, region: str = "T:苏南", **fields: Any) -> dict[str, Any]:
    found = row(version, region)
    return {
        "kind": kind,
        "token": "f",
        "version": found.version,
        "number": "",
        "text": "",
        "figures": "",
    } | fields


def test_my_page_shows_my_number_before_the_plan_is_published(company: Company, plan: PlanVersion) -> None:
    client = client_of(company.owner)

    page = client.get(reverse("my-targets")).content.decode()

    assert f"{year(plan, 'T:苏南') / 1_000_000:,.2f}" in page
    assert "苏北" not in page
    assert client.get(reverse("target-version", args=[plan.pk])).status_code == 404


def test_a_counter_offer_with_a_file_from_the_page(company: Company, plan: PlanVersion) -> None:
    client = client_of(company.owner)
    file = SimpleUploadedFile("证据.txt", b"<script>alert(1)</script>", content_type="text/html")
    asked = form(plan, "counter", number="1.2万", text="大客户流失", figures="在谈：120 万元", evidence=file)

    client.post(reverse("negotiation-answer", args=[row(plan, "T:苏南").pk]), asked)

    assert row(plan, "T:苏南").number_fen == 12_000 * 100
    found = Evidence.objects.get()
    answer = client_of(company.boss).get(reverse("evidence", args=[found.pk]))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    for name in ("colleague", "neighbour", "stranger"):
        status = client_of(getattr(company, name)).get(reverse("evidence", args=[found.pk])).status_code
        assert status in (403, 404)


@pytest.mark.parametrize(
    ("name", "content"), [("工具.exe", b"text"), ("页面.html", b"<p>"), ("清单.pdf", b"MZ\x90")]
)
def test_a_program_is_no_evidence_and_what_was_typed_stays(
    company: Company, plan: PlanVersion, name: str, content: bytes
) -> None:
    asked = form(
        plan, "counter", number="1.2万", text="大客户流失", evidence=SimpleUploadedFile(name, content)
    )

    answer = client_of(company.owner).post(
        reverse("negotiation-answer", args=[row(plan, "T:苏南").pk]), asked
    )

    page = answer.content.decode()
    assert f"“{name}”不能作为依据" in page
    assert "大客户流失" in page
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [("owner", 200), ("boss", 200), ("director", 200), ("auditor", 200), ("colleague", 404), ("neighbour", 404),
     ("stranger", 403), ("admin", 403), ("dealer", 403)],
)  # fmt: skip
def test_who_sees_the_talk_about_a_node(company: Company, plan: PlanVersion, name: str, status: int) -> None:
    address = reverse("negotiation", args=[row(plan, "T:苏南").pk])
    assert client_of(getattr(company, name)).get(address).status_code == status


def test_what_was_not_handed_down_is_not_there(company: Company) -> None:
    version = make_plan(company)
    reached(company, version)

    address = reverse("negotiation", args=[row(version, "T:苏南").pk])

    assert client_of(company.owner).get(address).status_code == 404
    assert client_of(company.boss).get(address).status_code == 200


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"number": "很多"}, "“很多”不是以“万元”计的数"),
        ({"number": "1.2万元", "month_2027-01": "3"}, "不一致"),
        ({"number": "120", "version": "0"}, "已被他人修改"),
        ({"number": "", "kind": "counter"}, "需要填写一个不小于零的数"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    company: Company, plan: PlanVersion, fields: dict[str, str], complaint: str
) -> None:
    asked = form(plan, "counter", text="大客户流失", figures="在谈：120 万元") | fields
    client = client_of(company.owner)

    answer = client.post(reverse("negotiation-answer", args=[row(plan, "T:苏南").pk]), asked)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in page
    assert "None" not in page
    for typed in (
        "大客户流失",
        "在谈：120 万元",
        *(f'value="{fields[name]}"' for name in fields if name.startswith(("number", "month"))),
    ):
        assert typed in page
    assert Handover.objects.filter(answer=Answer.COUNTERED).count() == 0
