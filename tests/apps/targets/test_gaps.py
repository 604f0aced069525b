"""Top-down against bottom-up, and sharing what is missing among the others."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets import services as targets
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, UnknownNode
from quyu.apps.targets.choices import Answer
from quyu.apps.targets.models import Minutes, PlanVersion
from quyu.apps.targets.selectors.gaps import ShareBy, gap_table
from quyu.apps.targets.selectors.rounds import open_round
from quyu.apps.targets.services import rounds
from quyu.apps.targets.services.gaps import BeyondBounds, NothingToShare, preview, share_gap
from quyu.apps.targets.sharing import share
from quyu.platform.audit.models import StaleSave
from quyu.platform.people.models import User
from tests.apps.targets.plans import AT, edit, make_plan, scope
from tests.apps.targets.test_negotiation import say
from tests.apps.targets.test_rounds import hand_down, reached, row, year
from tests.people import Company, client_of

YESTERDAY = AT - timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.capability("B11", "TGT6")]


@pytest.fixture
def plan(company: Company) -> PlanVersion:
    """苏南 has countered 3 % less, and his manager has agreed."""
    version = make_plan(company)
    reached(company, version)
    hand_down(version, company.boss, "JS")
    say(
        version,
        company.owner,
        "counter",
        number_fen=year(version, "T:苏南") * 97 // 100,
        text="大客户流失",
        at=YESTERDAY,
    )
    say(version, company.boss, "agree", at=YESTERDAY)
    return version


def apply(version: PlanVersion, user: User, *, cap_bp: int = 500, seen: int | None = None) -> None:
    fresh = PlanVersion.objects.get(pk=version.pk)
    share_gap(
        plan_version=fresh, region="JS", method=ShareBy.PROPORTION, cap_bp=cap_bp, reason="会上商定", actor=user,
        expected_version=fresh.version if seen is None else seen, scope=scope(user), at=AT,
    )  # fmt: skip


def test_the_table_says_what_is_missing_and_who_has_not_answered(company: Company, plan: PlanVersion) -> None:
    found, axes = open_round(plan), Axes.from_json(plan.axes)
    assert found is not None
    table = gap_table(found, axes, store.load(plan), "JS")

    first = year(plan, "T:苏南")
    assert table.gap_fen == first - first * 97 // 100
    assert table.now_fen == year(plan, "JS")
    assert (table.missing, table.said_fen) == (1, year(plan, "JS") - table.gap_fen)


@pytest.mark.parametrize("method", list(ShareBy))
def test_a_proposal_keeps_the_sum_and_the_agreed_number(
    company: Company, plan: PlanVersion, method: ShareBy
) -> None:
    found = preview(
        plan_version=plan, region="JS", method=method, cap_bp=500, scope=scope(company.boss), at=AT
    )

    after = {share.region: share.after_fen for share in found.rows}
    assert after["T:苏南"] == row(plan, "T:苏南").number_fen
    assert sum(after.values()) == year(plan, "JS")
    assert found.left_fen == 0


def test_applied_it_is_one_change_and_hands_down_anew(company: Company, plan: PlanVersion) -> None:
    whole, agreed, before = year(plan, "JS"), row(plan, "T:苏南").number_fen, year(plan, "T:苏北")

    apply(plan, company.boss)

    assert (year(plan, "JS"), year(plan, "T:苏南")) == (whole, agreed)
    assert row(plan, "T:苏南").answer == Answer.AGREED
    assert row(plan, "T:苏北").handed_fen == year(plan, "T:苏北") > before
    targets.undo(
        plan_version=PlanVersion.objects.get(pk=plan.pk), actor=company.boss, scope=scope(company.boss), at=AT
    )
    assert year(plan, "T:苏北") == before == row(plan, "T:苏北").handed_fen


def test_past_the_cap_it_is_refused_with_what_is_left(company: Company, plan: PlanVersion) -> None:
    before = year(plan, "T:苏北")
    with pytest.raises(BeyondBounds):
        apply(plan, company.boss, cap_bp=1)
    assert year(plan, "T:苏北") == before


def test_what_moved_since_it_was_shown_is_refused(company: Company, plan: PlanVersion) -> None:
    seen = PlanVersion.objects.get(pk=plan.pk).version
    edit(plan, company.operations, "T:苏北", "2027", year(plan, "T:苏北") + 100)
    with pytest.raises(StaleSave):
        apply(plan, company.boss, seen=seen)


def test_twice_there_is_nothing_left_to_share(company: Company, plan: PlanVersion) -> None:
    apply(plan, company.boss)
    with pytest.raises(NothingToShare):
        apply(plan, company.boss)


def test_a_neighbour_neither_sees_nor_shares(company: Company, plan: PlanVersion) -> None:
    with pytest.raises(UnknownNode):
        apply(plan, company.neighbour)
    page = client_of(company.neighbour).get(reverse("target-gap", args=[plan.pk]) + "?region=JS")
    assert page.status_code == 404


def test_the_page_shows_the_proposal_and_applies_it(company: Company, plan: PlanVersion) -> None:
    client, address = client_of(company.boss), reverse("target-gap", args=[plan.pk])
    query = urlencode({"region": "JS", "method": "headroom", "cap": "5"})
    assert "已商定" in client.get(f"{address}?{query}").content.decode()
    version = PlanVersion.objects.get(pk=plan.pk).version

    client.post(
        reverse("gap-share", args=[plan.pk]),
        {"region": "JS", "method": "headroom", "cap": "5", "version": version},
    )

    assert year(plan, "T:苏南") == row(plan, "T:苏南").number_fen


def test_minutes_list_the_decisions_and_become_a_document(company: Company, plan: PlanVersion) -> None:
    client = client_of(company.boss)
    asked = {"title": "江苏目标会", "held_on": "2026-06-15", "text": "苏南下调 3%，\n苏北分担。"}
    for _twice in range(2):
        client.post(reverse("target-minutes", args=[plan.pk]), asked)

    made = Minutes.objects.get()
    page = client.get(reverse("minutes", args=[made.pk])).content.decode()
    assert "同意还价" in page
    rounds.close_round(found=made.round, actor=company.director, at=AT)
    listed = client.get(reverse("target-minutes", args=[plan.pk])).content.decode()
    assert reverse("minutes", args=[made.pk]) in listed
    document = client.get(reverse("minutes-pdf", args=[made.pk]))
    assert document.content[:5] == b"%PDF-"
    for name, status in (("neighbour", 404), ("owner", 404), ("stranger", 403), ("director", 200)):
        answer = client_of(getattr(company, name)).get(reverse("minutes", args=[made.pk]))
        assert answer.status_code == status


@settings(deadline=None, max_examples=100)
@given(
    amount=st.integers(0, 10**15),
    places=st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**14)), min_size=1, max_size=8),
)
def test_shares_fill_the_room_and_never_more(amount: int, places: list[tuple[int, int]]) -> None:
    weights, room = [weight for weight, _ in places], [most for _, most in places]
    parts = share(amount, weights=weights, room=room)

    assert sum(parts) == min(amount, sum(room))
    assert all(0 <= part <= most for part, most in zip(parts, room, strict=True))
    free = [i for i, part in enumerate(parts) if part < room[i]]
    for i in free:
        for j in free:
            if weights[i] and weights[j]:
                # parts that are not full are in proportion, within the rounding of the passes
                assert abs(parts[i] * weights[j] - parts[j] * weights[i]) <= len(parts) * max(
                    weights[i], weights[j]
                )
