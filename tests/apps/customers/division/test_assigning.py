"""Customers shared out without a map: balanced, little moved, groups kept, and a draft that does what was shown."""

from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from quyu.apps.customers import sales
from quyu.apps.customers.models import Customer, CustomerClaim, CustomerTerritory, RuleSet
from quyu.platform.audit.models import Decision
from tests.apps.customers.division.conftest import Divided, customer, publish, rule_set
from tests.people import TODAY, client_of

AMOUNTS = {
    f"A{n:02}": int(value) * 100 for n, value in enumerate(np.random.default_rng(7).integers(1, 900, 60))
}


@pytest.fixture
def accounts(divided: Divided, monkeypatch: pytest.MonkeyPatch) -> Divided:
    """Sixty accounts of one industry, half of them on the map."""
    found = {(code, "TEA"): fen for code, fen in AMOUNTS.items()}
    monkeypatch.setattr(sales, "_readers", [lambda _day: found])
    for number, code in enumerate(AMOUNTS):
        customer(code, ("J11", "J14", None, None)[number % 4], industry="医药", tier="b")
    return divided


def said(**more: Any) -> dict[str, Any]:
    return {
        "name": "医药客户", "industry": "医药", "territories": ["重客组", "休食组", "苏南"],
        "amount": "3", "count": "15", "keeps_owners": "on", "do": "try", **more,
    }  # fmt: skip


def digest(page: str) -> str:
    return page.split('name="digest" value="')[1].split('"')[0]


@pytest.mark.capability("TER2", "TER4", "TER7")
def test_shared_out_as_shown_and_in_force_by_the_same_rules(accounts: Divided) -> None:
    publish(rule_set(({"tier": ["a"]}, None, accounts.keys)), TODAY, actor=accounts.site.company.operations)
    client, url = client_of(accounts.site.company.operations), reverse("rule-set-assign")
    assert "自动分配客户" in client.get(reverse("rule-sets")).content.decode()
    group = "A01,A02,A03"
    shown = client.post(url, said(groups=group, capacities="苏南 2")).content.decode()
    assert "没有完全达到公差" not in shown
    assert RuleSet.objects.count() == 1
    kept = client.post(url, said(groups=group, capacities="苏南 2", do="keep", digest=digest(shown)))
    row = RuleSet.objects.get(state="draft")
    assert kept.url == reverse("rule-set", args=[row.pk])
    rules = list(row.rules.order_by("position"))
    assert [rule.condition for rule in rules[3:]] == [{"tier": ["a"]}]
    named = {rule.territory.name: rule.condition["customer"] for rule in rules[:3]}
    assert sorted(code for codes in named.values() for code in codes) == sorted(AMOUNTS)
    assert any({"A01", "A02", "A03"} <= set(codes) for codes in named.values())
    total = sum(AMOUNTS.values())
    for name, part in (("苏南", 0.5), ("重客组", 0.25), ("休食组", 0.25)):
        loaded = sum(AMOUNTS[code] for code in named[name])
        assert abs(loaded / (total * part) - 1) <= 0.03 + 1e-9, name
        assert abs(len(named[name]) / (60 * part) - 1) <= 0.15 + 1e-9, name
    here = set(Customer.objects.filter(industry="医药", unit__code="J11").values_list("code", flat=True))
    assert len(here & set(named["苏南"])) >= len(here) - 3

    publish(row, TODAY.replace(day=20), actor=accounts.site.company.operations)
    given = CustomerTerritory.objects.in_force(TODAY.replace(day=20)).filter(customer__industry="医药")
    assert {r.customer.code: r.territory.name for r in given.select_related("customer", "territory")} == {
        code: name for name, codes in named.items() for code in codes
    }


def test_who_a_ruling_gave_away_takes_no_part_and_the_log_knows_balance_and_moves(accounts: Divided) -> None:
    company, url = accounts.site.company, reverse("rule-set-assign")
    claim = {
        "customer": "A00", "territory": "苏北", "wanted_from": TODAY.isoformat(), "reason": "合同",
        "full_name": "A00商行",
    }  # fmt: skip
    client_of(company.colleague).post(reverse("customer-claim-new"), claim)
    row = CustomerClaim.objects.get()
    ruling = {"effect": "granted", "since": TODAY.isoformat(), "reason": "合同", "version": str(row.version)}
    client_of(company.director).post(reverse("customer-claim-decide", args=[row.pk]), ruling)
    client = client_of(company.operations)
    shown = client.post(url, said()).content.decode()
    assert "另有 1 家已停用、单独指定或按裁定归属" in shown
    client.post(url, said(do="keep", digest=digest(shown)))
    draft = RuleSet.objects.get()
    named = [code for rule in draft.rules.all() for code in rule.condition["customer"]]
    assert sorted(named) == sorted(AMOUNTS.keys() - {"A00"})
    told = Decision.objects.get(verb="propose", subject_id=str(draft.pk)).detail
    assert told["customers"] == 59
    assert told["moved"] == sum(told["why"].values()) > 0
    assert told["deviation_bp"]["amount"] <= 300
    assert told["is_within"]


def test_what_changed_meanwhile_is_not_kept(accounts: Divided, monkeypatch: pytest.MonkeyPatch) -> None:
    client, url = client_of(accounts.site.company.operations), reverse("rule-set-assign")
    shown = client.post(url, said()).content.decode()
    Customer.objects.filter(code="A05").update(closed_on=TODAY)
    page = client.post(url, said(do="keep", digest=digest(shown))).content.decode()
    assert "没有写入" in page
    assert "另有 1 家已停用、单独指定或按裁定归属" in page
    assert digest(page) != digest(shown)
    assert not RuleSet.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"territories": ["苏南"]}, "至少选两个销售区域"),
        ({"industry": "航天"}, "少于销售区域数"),
        ({"amount": "", "count": ""}, "至少填一个均衡公差"),
        ({"groups": "A01,X9"}, "找不到客户“X9”"),
        ({"groups": "A01,A02\nA02,A03"}, "写在两组里"),
        ({"capacities": "苏南 -1"}, "不是“编码 容量”"),
        ({"capacities": "粤东 2"}, "不在所选的销售区域里"),
        ({"capacities": "苏南 nan"}, "不是“编码 容量”"),
    ],
)
def test_what_is_wrong_is_told(accounts: Divided, wrong: Any, told: str) -> None:
    page = client_of(accounts.site.company.operations).post(reverse("rule-set-assign"), said(**wrong))
    assert page.status_code == 200
    assert told in page.content.decode()
    assert not RuleSet.objects.exists()


def test_a_group_too_heavy_is_told_with_what_no_plan_can_better(accounts: Divided) -> None:
    heavy = ",".join(code for code, _fen in sorted(AMOUNTS.items(), key=lambda pair: -pair[1])[:30])
    page = client_of(accounts.site.company.operations).post(reverse("rule-set-assign"), said(groups=heavy))
    assert "没有完全达到公差" in page.content.decode()


def test_only_who_answers_for_the_whole_company(accounts: Divided) -> None:
    for name, status in (("boss", 403), ("owner", 403)):
        page = client_of(getattr(accounts.site.company, name)).post(reverse("rule-set-assign"), said())
        assert page.status_code == status
