"""The pages of rules: drafted, tried, put in order, approved by another, in force, and the check of coverage."""

from datetime import date

import pytest
from django.urls import reverse

from quyu.apps.customers import sales
from quyu.apps.customers.models import ClaimRuling, Customer, CustomerTerritory, RuleSet
from quyu.apps.territories.models import TerritoryOwner
from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from tests.apps.customers.division.conftest import Divided, customer, publish, rule_set
from tests.people import START, TODAY, client_of
from tests.platform.facts.lines import AT


@pytest.fixture(autouse=True)
def bought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "_readers", [lambda _day: {("C1", "TEA"): 12_345_600}])


def version(pk: int) -> int:
    return RuleSet.objects.get(pk=pk).version


@pytest.mark.capability("TER2", "TER3", "TER4", "TER9")
def test_from_a_draft_to_rules_in_force(divided: Divided) -> None:
    company = divided.site.company
    client = client_of(company.operations)
    made = client.post(reverse("rule-set-new"), {"name": "重点客户"})
    row = RuleSet.objects.get()
    assert made.url == reverse("rule-set", args=[row.pk])

    said = {"territory": "重客组", "tier": ["a"], "do": "try", "version": row.version}
    tried = client.post(reverse("rule-add", args=[row.pk]), said).content.decode()
    assert "符合 2 家，拿走 2 家" in tried
    assert "从“苏南”拿走 1 家" in tried
    assert not row.rules.exists()

    client.post(reverse("rule-add", args=[row.pk]), {**said, "do": "add"})
    line = {"territory": "休食组", "product_line": "SNACK", "industry": "餐饮", "do": "add"}
    client.post(reverse("rule-add", args=[row.pk]), {**line, "version": version(row.pk)})
    last = row.rules.get(position=2)
    client.post(reverse("rule-move", args=[row.pk]), {"rule": last.pk, "to": "1", "version": version(row.pk)})
    assert [rule.territory.name for rule in row.rules.order_by("position")] == ["休食组", "重客组"]

    client.post(reverse("rule-set-submit", args=[row.pk]), {"version": version(row.pk)})
    approval = Approval.objects.get()
    assert approval.summary["customers"] == 4
    page = client_of(company.director).get(reverse("rule-set", args=[row.pk])).content.decode()
    assert 'name="do"' not in page
    approvals.approve(approval=approval, actor=company.director, at=AT)
    client_of(company.director).post(
        reverse("rule-set-activate", args=[row.pk]), {"valid_from": "2026-07-01"}
    )
    given = CustomerTerritory.objects.values_list("customer__code", "product_line__code", "valid_from")
    day = date(2026, 7, 1)
    assert set(given) == {
        ("C1", "SNACK", day), ("C2", "SNACK", day), ("C1", None, day), ("C3", None, day),
    }  # fmt: skip
    panel = client.get(reverse("customer-detail", kwargs={"pk": divided.customer("C1").pk})).content.decode()
    assert "重客组" in panel


def test_a_refused_value_stays_beside_its_field(divided: Divided) -> None:
    client = client_of(divided.site.company.operations)
    made = rule_set()
    said = {"territory": "重客组", "place": "无此县", "do": "add", "version": made.version}
    page = client.post(reverse("rule-add", args=[made.pk]), said).content.decode()
    assert "找不到“无此县”" in page
    assert 'value="无此县"' in page
    assert not made.rules.exists()


def test_an_old_page_changes_nothing(divided: Divided) -> None:
    made = rule_set(({"tier": ["a"]}, None, divided.keys))
    rule = made.rules.get()
    client = client_of(divided.site.company.operations)
    client.post(reverse("rule-remove", args=[made.pk]), {"rule": rule.pk, "version": made.version - 1})
    assert made.rules.count() == 1
    client.post(reverse("rule-remove", args=[made.pk]), {"rule": rule.pk, "version": made.version})
    assert made.rules.count() == 0


def test_rules_in_force_are_not_edited_but_copied(divided: Divided) -> None:
    company = divided.site.company
    made = publish(rule_set(({"tier": ["a"]}, None, divided.keys)), TODAY, actor=company.operations)
    client = client_of(company.operations)
    rule = made.rules.get()
    client.post(reverse("rule-remove", args=[made.pk]), {"rule": rule.pk, "version": made.version})
    assert made.rules.count() == 1
    client.post(reverse("rule-set-new"), {"name": "第二版", "based_on": made.pk})
    copy = RuleSet.objects.exclude(pk=made.pk).get()
    assert [(r.condition, r.territory) for r in copy.rules.all()] == [({"tier": ["a"]}, divided.keys)]


@pytest.mark.parametrize(
    ("name", "status"), [("boss", 403), ("owner", 403), ("auditor", 200), ("stranger", 403)]
)
def test_rules_are_for_who_sees_the_whole_company(divided: Divided, name: str, status: int) -> None:
    client = client_of(getattr(divided.site.company, name))
    assert client.get(reverse("rule-sets")).status_code == status


@pytest.mark.capability("ORG3")
def test_coverage_is_told_within_reach(divided: Divided) -> None:
    page = client_of(divided.site.company.operations).get(reverse("customer-coverage")).content.decode()
    assert "C4商行" in page
    assert "C3商行" in page
    assert "C1商行" not in page
    near = client_of(divided.site.company.neighbour).get(reverse("customer-coverage")).content.decode()
    assert "C3商行" in near
    assert "C4商行" not in near
    assert Customer.objects.count() == 4


def test_days_that_are_none_are_not_called_covered(divided: Divided) -> None:
    client = client_of(divided.site.company.operations)
    said = {"since": "2026-07-01", "until": "2026-07-01"}
    page = client.get(reverse("customer-coverage"), said).content.decode()
    assert "终止日须晚于起始日。" in page
    assert "C4商行" in page
    assert f'value="{TODAY.isoformat()}"' in page
    late = client.get(reverse("customer-coverage"), {"since": "9999-12-01"})
    assert 'value="9999-12-31"' in late.content.decode()


def test_full_names_may_hold_spaces(divided: Divided) -> None:
    customer("C5", industry="Food service", tier="c")
    Customer.objects.filter(code="C5").update(name="Acme Foods")
    client, made = client_of(divided.site.company.operations), rule_set()
    said = {
        "territory": "重客组",
        "customer": "Acme Foods , C1",
        "industry": "Food service，餐饮",
        "do": "add",
    }
    client.post(reverse("rule-add", args=[made.pk]), {**said, "version": made.version})
    assert made.rules.get().condition == {"customer": ["C1", "C5"], "industry": ["Food service", "餐饮"]}


def test_who_answers_for_one_line_is_not_told_who_answers_for_the_others(divided: Divided) -> None:
    company = divided.site.company
    publish(rule_set(({"customer": ["C3"]}, divided.snack, divided.snacks)), TODAY, actor=company.operations)
    address = reverse("customer-detail", kwargs={"pk": divided.customer("C3").pk})
    page = client_of(company.colleague).get(address).content.decode()
    assert "休食组" in page
    assert "其他区域" in page
    assert "粤东" not in page
    assert "粤东" in client_of(company.operations).get(address).content.decode()


@pytest.mark.capability("ORG7")
def test_two_claims_on_a_line_given_apart_are_arbitrated_on_record(divided: Divided) -> None:
    company = divided.site.company
    publish(rule_set(({"customer": ["C2"]}, divided.snack, divided.snacks)), TODAY, actor=company.operations)
    TerritoryOwner.objects.create(
        territory=divided.snacks,
        position=company.position("owner"),
        valid_from=START,
        valid_to=date(2026, 7, 1),
    )
    client = client_of(company.director)
    page = client.get(reverse("customer-conflicts")).content.decode()
    assert page.count("C2商行") == 1
    said = {"start": TODAY.isoformat(), "claim": "休食组|E-owner", "reason": "合同在先"}
    client.post(reverse("customer-rule", args=["C2"]), said)
    assert not ClaimRuling.objects.exists()
    client.post(reverse("customer-rule", args=["C2"]), {**said, "line": "SNACK"})
    ruling = ClaimRuling.objects.get()
    assert (ruling.product_line, ruling.person, ruling.decided_by) == (
        divided.snack, company.person("owner"), company.director,
    )  # fmt: skip
    assert (ruling.valid_from, ruling.valid_to, ruling.reason) == (TODAY, date(2026, 7, 1), "合同在先")
    assert "合同在先" in client.get(reverse("customer-conflicts")).content.decode()
