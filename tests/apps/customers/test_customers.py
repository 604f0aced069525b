"""Whose customer is it, where is it, and of what class."""

from datetime import date

import pytest
from django.urls import reverse

from quyu.apps.customers import selectors, services
from quyu.apps.customers.models import ClaimRuling, Customer
from quyu.apps.customers.tiering import rank, tier_of
from quyu.apps.territories import services as territories
from quyu.apps.territories.models import Alignment, AlignmentUnit, TerritoryOwner, UnitFigure
from quyu.platform.audit.models import Decision
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import scope_of
from tests.apps.territories.conftest import site
from tests.people import START, TODAY, client_of

__all__ = ["site"]

JULY = date(2026, 7, 1)


def customer(code, unit=None, **more):
    place = BasicUnit.objects.get(code=unit) if unit else None
    return Customer.objects.create(code=code, name=f"{code}商行", unit=place, **more)


@pytest.fixture
def four(site):
    customer("C-JS1", "J11")
    customer("C-JS2", "J14")
    customer("C-GD", "G11")
    customer("C-NOWHERE")
    return site


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("owner", {"C-JS1"}),
        ("colleague", {"C-JS2"}),
        ("boss", {"C-JS1", "C-JS2"}),
        ("neighbour", {"C-GD"}),
        ("stranger", set()),
        ("operations", {"C-JS1", "C-JS2", "C-GD", "C-NOWHERE"}),
    ],
)
def test_customers_are_seen_by_territory(four, name, codes):
    scope = scope_of(getattr(four.company, name), at=TODAY)
    assert set(Customer.objects.visible_to(scope, TODAY).values_list("code", flat=True)) == codes


def test_a_named_territory_overrules_the_place(four):
    Customer.objects.filter(code="C-GD").update(territory_override=four.company.subei)
    scope = scope_of(four.company.colleague, at=TODAY)
    seen = set(Customer.objects.visible_to(scope, TODAY).values_list("code", flat=True))
    assert seen == {"C-JS2", "C-GD"}
    assert not Customer.objects.visible_to(scope_of(four.company.neighbour, at=TODAY), TODAY).exists()


def ownership(code):
    rows = selectors.ownership_frame().to_pylist()
    return [
        (r["valid_from"], r["valid_to"], r["territory_code"], r["person_code"])
        for r in rows
        if r["customer_code"] == code
    ]


def test_ownership_follows_the_alignment_in_force_on_each_day(four):
    draft = territories.create_draft(based_on=four.active, name="新", actor=None, at=TODAY)
    AlignmentUnit.objects.filter(alignment=draft, unit__code="J11").update(territory=four.company.subei)
    Alignment.objects.filter(pk=draft.pk).update(state="approved")
    territories.activate(alignment=draft, valid_from=JULY, actor=None, at=TODAY)
    assert ownership("C-JS1") == [
        (START, JULY, "苏南", "E-owner"),
        (JULY, None, "苏北", "E-colleague"),
    ]
    assert ownership("C-GD") == [(START, JULY, "粤东", None), (JULY, None, "粤东", None)]
    assert ownership("C-NOWHERE") == []
    spells = selectors.territory_spells(Customer.objects.get(code="C-JS1"))
    assert [(s.territory.name, s.valid_from, s.valid_to) for s in spells] == [
        ("苏北", JULY, None),
        ("苏南", START, JULY),
    ]


@pytest.mark.capability("ORG7")
def test_two_claims_on_one_customer_and_day_are_found(four):
    assert selectors.claim_conflicts() == []
    TerritoryOwner.objects.create(
        territory=four.company.sunan,
        position=four.company.position("colleague"),
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 2, 1),
    )
    [conflict] = selectors.claim_conflicts()
    assert conflict.customer_code == "C-JS1"
    assert {conflict.first[3], conflict.second[3]} == {"E-owner", "E-colleague"}
    page = client_of(four.company.operations).get(reverse("customer-conflicts")).content.decode()
    assert "C-JS1" in page
    other = client_of(four.company.neighbour).get(reverse("customer-conflicts")).content.decode()
    assert "C-JS1" not in other
    assert reverse("customer-conflicts") in page


RULING = {"start": "2025-01-01", "claim": "苏南|E-colleague", "reason": "合同在先"}


@pytest.fixture
def disputed(four):
    TerritoryOwner.objects.create(
        territory=four.company.sunan,
        position=four.company.position("colleague"),
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 2, 1),
    )
    return four


def ruled(site, name, **changes):
    address = reverse("customer-rule", args=["C-JS1"])
    return client_of(getattr(site.company, name)).post(address, {**RULING, **changes}, follow=True)


@pytest.mark.capability("ORG7")
def test_a_dispute_is_ruled_with_a_reason_and_kept(disputed):
    page = ruled(disputed, "operations").content.decode()

    assert "已记录裁定" in page
    assert "判归 苏南" in page
    assert "合同在先" in page
    made = ClaimRuling.objects.get()
    assert (made.valid_from, made.valid_to, made.person.code) == (
        date(2025, 1, 1),
        date(2025, 2, 1),
        "E-colleague",
    )
    decision = Decision.objects.get(verb="claim.rule")
    assert (decision.actor, decision.reason) == (disputed.company.operations, "合同在先")
    assert "已经裁定" in ruled(disputed, "operations").content.decode()
    assert ClaimRuling.objects.count() == 1


@pytest.mark.capability("ORG7")
@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [
        ("boss", {}, 403),
        ("owner", {}, 403),
        ("operations", {"reason": " "}, 200),
        ("operations", {"claim": "粤东|E-owner"}, 200),
        ("operations", {"start": "2025-01-02"}, 200),
        ("operations", {"claim": ""}, 200),
    ],
)
def test_no_ruling_without_right_reason_and_claim(disputed, name, changes, status):
    assert ruled(disputed, name, **changes).status_code == status
    assert not ClaimRuling.objects.exists()


@pytest.mark.capability("ORG7")
def test_sellers_and_those_in_charge_find_the_conflicts_others_do_not(disputed):
    for name, status in {"owner": 200, "boss": 200, "auditor": 200, "dealer": 403, "admin": 403}.items():
        answer = client_of(getattr(disputed.company, name)).get(reverse("customer-conflicts"))
        assert answer.status_code == status, name


def test_customers_in_no_territory_are_counted(four):
    assert selectors.unplaced_count(TODAY) == 1


def test_a_unit_counts_the_customers_without_a_named_territory(four):
    Customer.objects.filter(code="C-NOWHERE").update(unit=BasicUnit.objects.get(code="J21"))

    services.refresh_unit_counts(at=TODAY)

    counts = dict(UnitFigure.objects.filter(measure="customers").values_list("unit__code", "value"))
    assert counts == {"J11": 1, "J14": 1, "J21": 1, "G11": 1}


@pytest.mark.capability("CUS2")
def test_classes_by_cumulative_share():
    ranked = rank([500, 250, 150, 60, 40, 0, -10], ["c"] * 7)
    assert [r.before_bp for r in ranked] == [0, 5_000, 7_500, 9_000, 9_600, 10_000, 10_000]
    assert [r.tier.value for r in ranked] == ["a", "a", "b", "c", "c", "c", "c"]


@pytest.mark.capability("CUS2")
@pytest.mark.parametrize(
    ("now", "before_bp", "then"),
    [
        ("a", 7_400, "a"), ("a", 7_500, "b"), ("b", 6_600, "b"), ("b", 6_400, "a"), ("b", 9_400, "b"),
        ("b", 9_500, "c"), ("c", 8_600, "c"), ("c", 8_400, "b"), ("c", 6_400, "a"), ("prospect", 6_900, "a"),
    ],
)  # fmt: skip
def test_a_customer_near_a_limit_keeps_its_class(now, before_bp, then):
    assert tier_of(1, before_bp, now) == then


@pytest.mark.capability("CUS2")
def test_retiering_writes_the_reason_and_the_history(four):
    changes = services.retier(
        amounts={"C-JS1": 900_000_00, "C-GD": 100_000_00}, actor=four.company.operations, at=TODAY
    )
    assert [(c.customer.code, c.before, c.after) for c in changes] == [("C-JS1", "c", "a")]
    row = Customer.objects.get(code="C-JS1")
    assert (row.tier, row.tier_since, row.version) == ("a", TODAY, 2)
    assert row.tier_reason == "近 12 个月 90.00 万元，排在前面的客户累计占 0.00%"
    assert row.history.first().history_user == four.company.operations
    assert services.retier(amounts={"C-JS1": 900_000_00, "C-GD": 100_000_00}, actor=None, at=TODAY) == []


@pytest.mark.capability("CUS1")
def test_customer_page_shows_data_territory_and_history(four):
    row = Customer.objects.get(code="C-JS1")
    page = client_of(four.company.owner).get(reverse("customer-detail", kwargs={"pk": row.pk}))
    text = page.content.decode()
    for word in ("C-JS1商行", "苏南", "江苏", "owner", "按所在地", "归属历史", "2024-01-01"):
        assert word in text
    assert client_of(four.company.colleague).get(page.request["PATH_INFO"]).status_code == 404
    lost = Customer.objects.get(code="C-NOWHERE")
    page = client_of(four.company.operations).get(reverse("customer-detail", kwargs={"pk": lost.pk}))
    assert "没有销售区域" in page.content.decode()
