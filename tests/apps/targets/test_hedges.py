"""More is handed down than is carried: the sums stay exact, and nobody below is told."""

import pytest
from django.urls import reverse

from quyu.apps.targets import services as targets
from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, UnknownNode
from quyu.apps.targets.models import Letter, PlanVersion
from quyu.apps.targets.selectors.hedges import carried, hedges_of
from quyu.apps.targets.selectors.letter_check import check_letter
from quyu.apps.targets.selectors.proof import proof
from quyu.apps.targets.services import hedging
from quyu.apps.targets.services.hedging import FairShareCap, UpliftTooLarge, set_uplift
from quyu.platform.approvals.models import Approval
from quyu.platform.people.models import User
from quyu.platform.people.policy import roles_with
from tests.apps.targets.plans import AT, make_plan, publish, scope
from tests.apps.targets.test_rounds import hand_down, reached, row, start, year
from tests.people import Company, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("DEC11")]


@pytest.fixture
def plan(company: Company) -> PlanVersion:
    return make_plan(company)


def uplift(
    version: PlanVersion, user: User, region: str, bp: int, *, cap_bp: int = 1_000, reason: str = "留余地"
) -> None:
    fresh = PlanVersion.objects.get(pk=version.pk)
    set_uplift(
        plan_version=fresh, region=region, uplift_bp=bp, cap_bp=cap_bp, reason=reason, actor=user,
        expected_version=fresh.version, scope=scope(user), at=AT,
    )  # fmt: skip


def carries(version: PlanVersion, region: str) -> int:
    fresh = PlanVersion.objects.get(pk=version.pk)
    return carried(Axes.from_json(fresh.axes), store.load(fresh), hedges_of(fresh), region)


def test_every_level_adds_up_to_the_fen(company: Company, plan: PlanVersion) -> None:
    company_number = year(plan, "HQ")
    uplift(plan, company.director, "HQ", 300)
    uplift(plan, company.director, "EAST", 137)
    uplift(plan, company.boss, "JS", 211)

    hedges = hedges_of(plan)
    assert carries(plan, "HQ") == company_number
    assert carries(plan, "HQ") + hedges["HQ"] == carries(plan, "EAST") + carries(plan, "SOUTH")
    assert carries(plan, "EAST") + hedges["EAST"] == carries(plan, "JS")
    assert carries(plan, "JS") + hedges["JS"] == year(plan, "T:苏南") + year(plan, "T:苏北")
    assert year(plan, "HQ") == company_number + sum(hedges.values())
    assert hedges["HQ"] == (company_number * 300 + 5_000) // 10_000


def test_undo_takes_the_hedge_back_and_redo_puts_it_on(company: Company, plan: PlanVersion) -> None:
    before = year(plan, "HQ")
    uplift(plan, company.director, "HQ", 300)
    after, hedges = year(plan, "HQ"), hedges_of(plan)

    def step(name: str) -> None:
        version = PlanVersion.objects.get(pk=plan.pk)
        getattr(targets, name)(
            plan_version=version, actor=company.director, scope=scope(company.director), at=AT
        )

    step("undo")
    assert (year(plan, "HQ"), hedges_of(plan)) == (before, {})
    step("redo")
    assert (year(plan, "HQ"), hedges_of(plan)) == (after, hedges)


def test_zero_takes_it_off_again(company: Company, plan: PlanVersion) -> None:
    before = year(plan, "HQ")
    uplift(plan, company.director, "HQ", 300)
    uplift(plan, company.director, "HQ", 0)
    assert (year(plan, "HQ"), carries(plan, "HQ"), hedges_of(plan)) == (before, before, {})


def test_a_copy_keeps_the_hedges(company: Company, plan: PlanVersion) -> None:
    uplift(plan, company.director, "HQ", 300)
    copy = targets.new_version(plan_version=plan, actor=company.operations, at=AT)
    assert hedges_of(copy) == hedges_of(plan) != {}


def test_no_child_is_padded_past_the_cap(company: Company, plan: PlanVersion) -> None:
    before = year(plan, "HQ")
    with pytest.raises(FairShareCap):
        uplift(plan, company.director, "HQ", 600, cap_bp=500)
    with pytest.raises(UpliftTooLarge):
        uplift(plan, company.director, "HQ", 5_001, cap_bp=10_000)
    assert year(plan, "HQ") == before

    seen = {code: year(plan, code) for code in ("EAST", "SOUTH")}
    uplift(plan, company.director, "HQ", 500, cap_bp=500)
    for code, value in seen.items():
        assert year(plan, code) <= value * 10_500 // 10_000 + 1


def test_a_manager_pads_in_a_round_and_keeps_what_he_carries(company: Company, plan: PlanVersion) -> None:
    reached(company, plan)
    handed = row(plan, "JS").handed_fen

    uplift(plan, company.boss, "JS", 200)

    assert carries(plan, "JS") == handed == row(plan, "JS").handed_fen
    hand_down(plan, company.boss, "JS")
    below = [row(plan, code).handed_fen or 0 for code in ("T:苏南", "T:苏北")]
    assert sum(below) == carries(plan, "JS") + hedges_of(plan)["JS"]
    start_again = row(plan, "EAST").handed_fen
    assert start_again == carries(plan, "EAST")


def test_nobody_pads_above_or_beside_himself(company: Company, plan: PlanVersion) -> None:
    for user, region in ((company.boss, "EAST"), (company.neighbour, "JS"), (company.owner, "JS")):
        with pytest.raises(UnknownNode):
            uplift(plan, user, region, 300)


@pytest.mark.parametrize(
    "address",
    ["target-uplift", "target-history", "target-round", "target-gap", "target-version", "target-chain"],
)
def test_below_a_node_no_page_tells_of_its_hedge(company: Company, plan: PlanVersion, address: str) -> None:
    start(company, plan)
    uplift(plan, company.director, "EAST", 300, reason="kqz-secret")
    hand_down(plan, company.director, "EAST")
    amounts = {f"{fen / 1_000_000:,.2f}" for fen in (hedges_of(plan)["EAST"], carries(plan, "EAST"))}

    page = client_of(company.boss).get(reverse(address, args=[plan.pk]), follow=True).content.decode()

    assert "kqz-secret" not in page
    assert address == "target-uplift" or ">加码<" not in page
    assert not [amount for amount in amounts if amount in page]


def test_the_reasons_of_a_number_do_not_name_the_hedge_above(company: Company, plan: PlanVersion) -> None:
    uplift(plan, company.director, "EAST", 300, reason="kqz-secret")
    for step in (targets.undo, targets.redo):
        fresh = PlanVersion.objects.get(pk=plan.pk)
        step(plan_version=fresh, actor=company.director, scope=scope(company.director), at=AT)
    address = reverse("target-why", args=[plan.pk]) + "?region=T:苏南&period=2027&line="

    page = client_of(company.boss).get(address).content.decode()

    assert "改动过这里的变更" in page
    for word in ("加码", "撤销", "重做", "kqz-secret"):
        assert word not in page


def test_who_does_not_edit_targets_has_no_such_page(company: Company, plan: PlanVersion) -> None:
    address = reverse("target-uplift", args=[plan.pk])
    for name, status in (
        ("owner", 403),
        ("stranger", 403),
        ("boss", 200),
        ("director", 200),
        ("auditor", 403),
    ):
        assert client_of(getattr(company, name)).get(address).status_code == status


def test_the_page_shows_what_it_would_do_and_does_it(company: Company, plan: PlanVersion) -> None:
    client = client_of(company.boss)
    asked = {"region": "JS", "uplift": "3", "cap": "5", "reason": ""}
    page = client.get(reverse("target-uplift", args=[plan.pk]), asked).content.decode()
    planned = hedging.preview_uplift(
        plan_version=plan, region="JS", uplift_bp=300, cap_bp=500, scope=scope(company.boss), at=AT
    )
    assert f"{planned.hedge_fen / 1_000_000:,.2f}" in page

    version = PlanVersion.objects.get(pk=plan.pk).version
    client.post(reverse("uplift-apply", args=[plan.pk]), asked | {"version": version})

    assert hedges_of(plan) == {"JS": planned.hedge_fen}


@pytest.mark.capability("B1")
def test_the_certificate_states_what_is_carried_beside_what_is_handed_down(
    company: Company, plan: PlanVersion
) -> None:
    company_number = year(plan, "HQ")
    uplift(plan, company.director, "HQ", 300)
    uplift(plan, company.boss, "JS", 211)
    hedges = hedges_of(plan)
    figures = [company_number, hedges["HQ"], company_number + hedges["HQ"], carries(plan, "JS"), hedges["JS"]]
    address = reverse("target-proof", args=[plan.pk])

    page = client_of(company.director).get(address).content.decode()

    assert [value for value in figures if f">{value / 1_000_000:,.2f}<" not in page] == []
    assert "承接与下达" in page
    assert client_of(company.boss).get(address).status_code == 403
    assert roles_with("plan", "view") <= roles_with(
        "target", "view"
    )  # who reads it reads every hedge in the log


@pytest.mark.capability("DEC13", "ORD6")
def test_the_letter_asks_what_one_carries_and_below_what_was_handed_down(
    company: Company, plan: PlanVersion
) -> None:
    company_number = year(plan, "HQ")
    uplift(plan, company.director, "HQ", 300)
    uplift(plan, company.boss, "JS", 211)
    carried_by_boss = carries(plan, "JS")

    version = publish(company, PlanVersion.objects.get(pk=plan.pk))
    told = Approval.objects.get(subject_id=plan.pk, subject_type="plan_version").summary["total"]
    assert (told["carried_fen"], told["target_fen"]) == (company_number, year(version, "HQ"))

    asked = {letter.person.code: letter for letter in Letter.objects.filter(plan_version=version)}
    boss, owner = (asked[company.person(name).code] for name in ("boss", "owner"))
    assert boss.content["measures"][0]["total"] == carried_by_boss < year(version, "JS")
    assert owner.content["measures"][0]["total"] == year(version, "T:苏南")
    assert [
        letter.content["measures"][0]["total"]
        for letter in asked.values()
        if letter.content["regions"][0]["code"] == "HQ"
    ] in ([], [company_number])
    for letter in asked.values():
        part = letter.content["measures"][0]
        assert sum(part["months"].values()) == part["total"] == sum(line["total"] for line in part["lines"])
        assert sum(part["regions"].values()) == part["total"]
        assert check_letter(letter).findings == ()
    assert proof(version).flaws == ()
