"""A draft handed down level by level: who may move how much, who is where, what is late."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from quyu.apps.targets import services as targets
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, UnknownNode
from quyu.apps.targets.choices import Answer, Direction, Handing
from quyu.apps.targets.models import Handover, PlanVersion, Round
from quyu.apps.targets.selectors.hedges import year_of
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.rounds import handovers_in, progress
from quyu.apps.targets.services import rounds
from quyu.apps.targets.services.delegated import NotHandedDown, OutsideBand
from quyu.apps.targets.services.negotiation import Said, speak
from quyu.apps.targets.services.operations import NotADraft
from quyu.apps.targets.services.rounds import Band, DeadlinePast, NothingBelow, RoundClosed, RoundStillOpen
from quyu.platform.notices.models import Notice
from quyu.platform.people.models import User
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.people import TODAY, Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("DEC9")]

DUE = date(2026, 6, 30)
BANDS = (Band(1, 0, 1_000), Band(2, 0, 500))


def start(company: Company, version: PlanVersion, **changes: object) -> Round:
    """A round with ±10 % for the children of areas and ±5 % for those of provinces; own totals stay."""
    asked = {"title": "2027 年目标下达", "message": "请在月底前完成", "due_on": DUE, "bands": BANDS} | changes
    return rounds.start_round(plan_version=version, actor=company.director, at=AT, **asked)  # type: ignore[arg-type]


def row(version: PlanVersion, region: str) -> Handover:
    return Handover.objects.select_related("round").get(round__plan_version=version, region=region)


def hand_down(version: PlanVersion, user: User, region: str) -> Handover:
    return rounds.hand_down(handover=row(version, region), actor=user, scope=scope(user), at=AT)


def reached(company: Company, version: PlanVersion) -> None:
    """Handed down as far as the territories of 江苏 and the province of 广东."""
    start(company, version)
    for region in ("EAST", "SOUTH"):
        hand_down(version, company.director, region)


def year(version: PlanVersion, region: str) -> int:
    fresh = PlanVersion.objects.get(pk=version.pk)
    return year_of(Axes.from_json(fresh.axes), store.load(fresh), region)


@pytest.fixture
def plan(company: Company) -> PlanVersion:
    return make_plan(company)


def test_a_round_opens_the_level_below_the_head_office_only(company: Company, plan: PlanVersion) -> None:
    start(company, plan)

    assert row(plan, "EAST").state == Handing.NOT_STARTED
    assert row(plan, "EAST").handed_fen == year(plan, "EAST")
    assert row(plan, "JS").state == Handing.WAITING
    assert row(plan, "JS").handed_fen is None


def test_handing_down_opens_the_children_and_tells_them(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    assert row(plan, "JS").state == Handing.NOT_STARTED
    assert Notice.objects.filter(user=company.boss).count() == 1
    assert not Notice.objects.filter(user=company.owner).exists()

    hand_down(plan, company.boss, "JS")

    assert row(plan, "JS").state == Handing.SUBMITTED
    assert row(plan, "T:苏南").handed_fen == year(plan, "T:苏南")
    assert Notice.objects.filter(user=company.owner).count() == 1


def test_handing_down_twice_is_once(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    first = hand_down(plan, company.boss, "JS")
    again = hand_down(plan, company.boss, "JS")

    assert again.version == first.version
    assert Notice.objects.filter(user=company.owner).count() == 1


def test_a_manager_who_was_not_handed_anything_waits(company: Company, plan: PlanVersion) -> None:
    start(company, plan)
    before = year(plan, "T:苏南")

    with pytest.raises(NotHandedDown):
        edit(plan, company.boss, "T:苏南", "2027", before + 1, rule="total")

    assert year(plan, "T:苏南") == before


def test_a_split_within_the_band_is_saved_and_past_it_is_refused_with_the_range(
    company: Company, plan: PlanVersion
) -> None:
    reached(company, plan)
    first, whole = year(plan, "T:苏南"), year(plan, "JS")

    edit(plan, company.boss, "T:苏南", "2027", first * 10_400 // 10_000, rule="total")

    assert year(plan, "JS") == whole
    assert row(plan, "JS").state == Handing.WORKING
    with pytest.raises(OutsideBand) as refused:
        edit(plan, company.boss, "T:苏南", "2027", first * 10_600 // 10_000, rule="total")
    assert f"{(first + first * 500 // 10_000) // 100:,}." in str(refused.value)
    assert year(plan, "T:苏南") == first * 10_400 // 10_000


@pytest.mark.parametrize("period", ["2027", "2027-03"])
def test_the_band_is_said_before_anything_is_typed(company: Company, plan: PlanVersion, period: str) -> None:
    start(company, plan, bands=(Band(2, 300, 500),))
    for region in ("EAST", "SOUTH"):
        hand_down(plan, company.director, region)
    edit(plan, company.boss, "T:苏南", "2027", year(plan, "T:苏南") * 10_100 // 10_000, rule="total")
    asked = {"region": "T:苏南", "period": period, "rule": "none"}

    said = client_of(company.boss).get(reverse("target-outlook", args=[plan.pk]), asked).json()

    least, most = (int(re.sub(r"\D", "", part)) for part in said["interval"].split("至"))
    assert least < said["value_fen"] < most
    for value in (least - 1, most + 1):
        with pytest.raises(OutsideBand):
            edit(plan, company.boss, "T:苏南", period, value)
    for value in (least, most):
        edit(plan, company.boss, "T:苏南", period, value)


def test_who_waits_is_told_before_he_types(company: Company, plan: PlanVersion) -> None:
    start(company, plan)
    said = client_of(company.boss).get(
        reverse("target-outlook", args=[plan.pk]), {"region": "T:苏南", "period": "2027", "rule": "total"}
    )
    assert said.json()["interval"] == ""
    assert "未下达" in said.json()["sentence"]


def test_small_steps_count_together_in_a_band(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    first = year(plan, "T:苏南")
    for bp in (10_200, 10_400):
        edit(plan, company.boss, "T:苏南", "2027", first * bp // 10_000, rule="total")

    with pytest.raises(OutsideBand):
        edit(plan, company.boss, "T:苏南", "2027", first * 10_600 // 10_000, rule="total")


def test_a_neighbours_change_from_above_does_not_start_the_count_anew(
    company: Company, plan: PlanVersion
) -> None:
    reached(company, plan)
    first = year(plan, "T:苏南")
    edit(plan, company.boss, "T:苏南", "2027", first * 10_400 // 10_000, rule="total")
    edit(plan, company.operations, "GD", "2027", year(plan, "GD") + 100)

    with pytest.raises(OutsideBand):
        edit(plan, company.boss, "T:苏南", "2027", first * 10_800 // 10_000, rule="total")


def test_the_own_total_stays(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    with pytest.raises(OutsideBand):
        edit(plan, company.boss, "T:苏南", "2027", year(plan, "T:苏南") + 1)


def test_the_own_total_may_move_within_its_band(company: Company, plan: PlanVersion) -> None:
    start(company, plan, bands=(Band(2, 300, None),))
    for region in ("EAST", "SOUTH"):
        hand_down(plan, company.director, region)
    whole = year(plan, "JS")

    edit(plan, company.boss, "JS", "2027", whole * 10_300 // 10_000)
    with pytest.raises(OutsideBand):
        edit(plan, company.boss, "JS", "2027", whole * 10_302 // 10_000)


def test_a_change_from_above_hands_down_anew(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    hand_down(plan, company.boss, "JS")
    owner = row(plan, "T:苏南")
    said = Said(token="a")
    speak(handover=owner, kind="accept", said=said, expected_version=owner.version, actor=company.owner,
          scope=scope(company.owner), at=AT)  # fmt: skip

    edit(plan, company.operations, "T:苏南", "2027", year(plan, "T:苏南") + 1_000)

    assert row(plan, "T:苏南").handed_fen == year(plan, "T:苏南")
    assert row(plan, "T:苏南").answer == Answer.PENDING
    assert row(plan, "JS").handed_fen == year(plan, "JS")


def test_what_is_confirmed_stands_until_it_is_sent_back(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    hand_down(plan, company.boss, "JS")
    rounds.confirm(handover=row(plan, "JS"), actor=company.director, scope=scope(company.director), at=AT)
    first = year(plan, "T:苏南")

    with pytest.raises(NotHandedDown):
        edit(plan, company.boss, "T:苏南", "2027", first + 100, rule="total")
    rounds.send_back(
        handover=row(plan, "JS"),
        reason="苏北偏低",
        actor=company.director,
        scope=scope(company.director),
        at=AT,
    )
    edit(plan, company.boss, "T:苏南", "2027", first + 100, rule="total")

    assert row(plan, "JS").state == Handing.WORKING


@pytest.mark.parametrize("name", ["boss", "owner", "neighbour", "stranger"])
def test_nobody_confirms_himself_or_beside_himself(company: Company, plan: PlanVersion, name: str) -> None:
    reached(company, plan)
    hand_down(plan, company.boss, "JS")
    user = getattr(company, name)

    with pytest.raises(UnknownNode):
        rounds.confirm(handover=row(plan, "JS"), actor=user, scope=scope(user), at=AT)
    assert row(plan, "JS").state == Handing.SUBMITTED


def test_a_territory_hands_nothing_down(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    hand_down(plan, company.boss, "JS")
    with pytest.raises(NothingBelow):
        hand_down(plan, company.owner, "T:苏南")


def test_bottom_up_asks_everybody_at_once(company: Company, plan: PlanVersion) -> None:
    start(company, plan, direction=Direction.BOTTOM_UP)
    assert {found.state for found in Handover.objects.all()} == {Handing.NOT_STARTED}


def test_one_round_at_a_time_and_not_into_the_past(company: Company, plan: PlanVersion) -> None:
    with pytest.raises(DeadlinePast):
        start(company, plan, due_on=TODAY - timedelta(1))
    found = start(company, plan)
    with pytest.raises(RoundStillOpen):
        start(company, plan)

    rounds.close_round(found=found, actor=company.director, at=AT)
    assert start(company, plan).pk != found.pk


def test_a_closed_round_binds_nobody_and_takes_nothing(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    rounds.close_round(found=Round.objects.get(), actor=company.director, at=AT)

    with pytest.raises(RoundClosed):
        hand_down(plan, company.boss, "JS")
    edit(plan, company.boss, "T:苏南", "2027", year(plan, "T:苏南") + 1)
    assert row(plan, "JS").answer == Answer.PENDING


@pytest.mark.parametrize("state", ["submitted", "approved", "published"])
def test_a_version_that_is_no_draft_is_not_handed_down(
    company: Company, plan: PlanVersion, state: str
) -> None:
    reached(company, plan)
    PlanVersion.objects.filter(pk=plan.pk).update(state=state)
    with pytest.raises(NotADraft):
        hand_down(plan, company.boss, "JS")


def test_progress_says_who_is_overdue(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    found, axes = Round.objects.get(), Axes.from_json(plan.axes)
    seen = reach_of(axes, scope(company.director), at=TODAY)

    def badges(today: date) -> dict[str, str]:
        rows = handovers_in(found, axes, seen)
        return {
            p.handover.region: p.badge for p in progress(found, axes, store.load(plan), rows, today=today)
        }

    assert badges(DUE)["JS"] == "not_started"
    late = badges(DUE + timedelta(1))
    assert (late["JS"], late["EAST"], late["T:苏南"]) == ("overdue", "submitted", "waiting")


def test_a_reminder_goes_to_who_has_not_answered_once_a_day(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    tomorrow, found = AT + timedelta(days=1), Round.objects.get()

    def remind(at: object) -> int:
        return rounds.remind(found=found, scope=scope(company.director), at=at)  # type: ignore[arg-type]

    assert remind(AT) == 0
    assert remind(tomorrow) == 2
    assert remind(tomorrow) == 0
    assert Notice.objects.filter(user=company.boss).count() == 2


# ---- pages -----------------------------------------------------------------------------------------


def test_who_is_proposed_a_number_is_reminded(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    hand_down(plan, company.boss, "JS")
    found = row(plan, "T:苏南")
    speak(
        handover=found, kind="propose", said=Said("p", number_fen=5, text="多些"), expected_version=found.version,
        actor=company.boss, scope=scope(company.boss), at=AT,
    )  # fmt: skip
    tomorrow = AT + timedelta(days=1)

    rounds.remind(found=Round.objects.get(), scope=scope(company.boss), at=tomorrow)

    assert Notice.objects.filter(user=company.owner, url=reverse("my-targets"), created_at=tomorrow).exists()


def test_why_a_split_is_sent_back_is_read_by_its_holder(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    hand_down(plan, company.boss, "JS")
    address = reverse("node-send-back", args=[row(plan, "JS").pk])
    client_of(company.director).post(address, {"reason": "苏北偏低，请重分"})

    page = client_of(company.boss).get(reverse("negotiation", args=[row(plan, "JS").pk])).content.decode()

    assert row(plan, "JS").state == Handing.WORKING
    assert "苏北偏低，请重分" in page


def test_what_was_typed_for_a_round_stays_when_it_is_refused(company: Company, plan: PlanVersion) -> None:
    asked = {"title": "下达", "message": "请月底前完成", "due_on": "2026-06-01", "direction": "top_down"}
    asked |= {"total_1": "1", "child_1": "7.25", "total_2": "0", "child_2": ""}
    client, address = client_of(company.director), reverse("round-start", args=[plan.pk])

    for changes, complaint in (({}, "2026-06-01 已经过去"), ({"total_1": "很多"}, "很多")):
        page = client.post(address, asked | changes)
        assert page.status_code == 422
        for kept in (complaint, "请月底前完成", 'value="7.25"'):
            assert kept in page.content.decode()
    assert not Round.objects.exists()


def test_a_round_that_has_ended_is_still_read(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    found, client = Round.objects.get(), client_of(company.director)
    rounds.close_round(found=found, actor=company.director, at=AT)
    address = reverse("target-round", args=[plan.pk])
    assert f"?round={found.pk}" in client.get(address).content.decode()

    page = client.get(address, {"round": found.pk}).content.decode()

    assert "待答复" in page
    for step in ("结束本轮", "代为下达", "提醒未答复的人", "退回"):
        assert step not in page
    assert client.get(address, {"round": found.pk + 1}).status_code == 404


@pytest.mark.capability("B11")
def test_the_approver_is_told_who_has_not_answered(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    waiting = Handover.objects.filter(round__plan_version=plan, answer=Answer.PENDING).exclude(
        state=Handing.WAITING
    )
    before = waiting.count()

    approval = targets.submit(plan_version=plan, actor=company.operations, at=AT)

    told = approval.summary["checks"]
    assert (told["unanswered"], told["countered"]) == (before, 0)
    assert before > 0
    page = client_of(company.director).get(reverse("approval", args=[approval.pk])).content.decode()
    assert "下达未答复" in page


@pytest.mark.capability("TGT6")
def test_a_commitment_from_below_is_called_one(company: Company, plan: PlanVersion) -> None:
    start(company, plan, direction=Direction.BOTTOM_UP)
    hand_down(plan, company.director, "EAST")
    given = {
        "kind": "counter", "token": "b", "version": row(plan, "JS").version, "number": "1.2万", "text": "在谈项目",
        "figures": "",
    }  # fmt: skip
    address = reverse("negotiation-answer", args=[row(plan, "JS").pk])

    page = client_of(company.boss).post(address, given, follow=True).content.decode()

    assert row(plan, "JS").number_fen == 12_000 * 100
    assert "已记录：承诺" in page
    assert "已记录：还价" not in page
