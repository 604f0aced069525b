"""A claim on a customer: made, answered, ruled by who is above both, in effect from its day, on record."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from quyu.apps.customers import sales
from quyu.apps.customers.division import crediting, keeping, overlays, owning, previewing, reading, sharing
from quyu.apps.customers.models import Customer, CustomerClaim, CustomerTerritory, TerritoryRule
from quyu.platform.audit.models import Decision
from quyu.platform.notices.models import Notice
from tests.apps.customers.division.conftest import Divided, publish, rule_set
from tests.people import TODAY, client_of

SINCE = TODAY + timedelta(10)


def ask(divided: Divided, name: str = "colleague", **more: str) -> Any:
    said = {
        "customer": "C1", "full_name": "C1商行", "territory": "苏北", "wanted_from": SINCE.isoformat(),
        "reason": "总部在苏北", "evidence": "合同 2026-08", **more,
    }  # fmt: skip
    return client_of(getattr(divided.site.company, name)).post(reverse("customer-claim-new"), said)


def decide(divided: Divided, row: CustomerClaim, name: str = "director", **more: str) -> Any:
    row.refresh_from_db()
    said = {
        "effect": "granted",
        "since": SINCE.isoformat(),
        "reason": "以合同为准",
        "version": str(row.version),
    }
    client = client_of(getattr(divided.site.company, name))
    return client.post(reverse("customer-claim-decide", args=[row.pk]), said | more)


def owner(divided: Divided, day: date, line: Any = None) -> str | None:
    found = owning.owner_of(divided.customer("C1"), line, day)
    return found.territory.code if found else None


@pytest.mark.capability("ORG7")
def test_from_a_claim_to_a_ruling_in_force(divided: Divided) -> None:
    company = divided.site.company
    made = ask(divided)
    row = CustomerClaim.objects.get()
    assert made.url == reverse("customer-claim", args=[row.pk])
    assert Notice.objects.filter(user=company.owner, text__contains="认领客户 C1").count() == 1

    page = client_of(company.owner).get(reverse("customer-claim", args=[row.pk])).content.decode()
    assert "总部在苏北" in page
    assert 'name="answer"' in page
    assert 'name="effect"' not in page
    client_of(company.owner).post(
        reverse("customer-claim-answer", args=[row.pk]), {"answer": "门店在苏南", "version": row.version}
    )
    assert decide(divided, row).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer, row.ruling) == ("granted", "门店在苏南", "以合同为准")
    assert owner(divided, SINCE - timedelta(1)) == "苏南"
    assert owner(divided, SINCE) == "苏北"
    assert Notice.objects.filter(user=company.colleague, text__contains="已裁定").count() == 1
    listed = client_of(company.colleague).get(reverse("customer-claims")).content.decode()
    assert "归认领方" in listed
    verbs = set(Decision.objects.filter(verb__startswith="claim.").values_list("verb", flat=True))
    assert verbs == {"claim.make", "claim.answer", "claim.decide"}
    assert row.history.count() == 3
    detail = client_of(company.operations).get(reverse("customer-detail", kwargs={"pk": row.customer_id}))
    assert detail.status_code == 200


@pytest.mark.capability("ORG7")
def test_a_ruling_goes_before_rules_and_ends_on_its_day(divided: Divided) -> None:
    company = divided.site.company
    publish(rule_set(({"tier": ["a"]}, None, divided.keys)), TODAY, actor=company.operations)
    ask(divided)
    row = CustomerClaim.objects.get()
    decide(divided, row, until=(SINCE + timedelta(5)).isoformat())
    days = [TODAY, SINCE, SINCE + timedelta(4), SINCE + timedelta(5)]
    assert [owner(divided, day) for day in days] == ["重客组", "苏北", "苏北", "重客组"]
    publish(rule_set(({"tier": ["a"]}, None, divided.snacks)), SINCE + timedelta(2), actor=company.operations)
    assert [owner(divided, day) for day in days] == ["重客组", "苏北", "苏北", "休食组"]
    before = list(CustomerTerritory.objects.order_by("pk").values_list())
    keeping.keep(at=TODAY)
    assert list(CustomerTerritory.objects.order_by("pk").values_list()) == before


@pytest.mark.capability("ORG7", "TER7")
def test_a_preview_of_rules_leaves_what_rulings_gave(divided: Divided, monkeypatch: Any) -> None:
    bought = {("C1", "TEA"): 700, ("C1", "SNACK"): 300, ("C3", "TEA"): 50}
    monkeypatch.setattr(sales, "_readers", [lambda _day: bought])
    rules = rule_set(({"tier": ["a"]}, None, divided.keys))
    for said, taken, fen, ruled_fen in (({}, 1, 50, 1000), ({"product_line": "TEA"}, 2, 350, 700)):
        ask(divided, **said)
        row = CustomerClaim.objects.first()
        assert row is not None
        assert previewing.preview(reading.rules_of(rules), TODAY).ruled == 0
        decide(divided, row, since=TODAY.isoformat(), until=SINCE.isoformat())
        shown = previewing.preview(reading.rules_of(rules), TODAY)
        [view] = shown.rules
        assert (view.taken, view.amount_fen, view.ruled) == (taken, fen, 2 - taken)
        assert (shown.ruled, shown.ruled_fen) == (1, ruled_fen)
        parts = (view.amount_fen, shown.by_map_fen, shown.named_fen, shown.ruled_fen)
        assert sum(parts) + sum(one.amount_fen for one in shown.nowhere) == shown.amount_fen
        page = client_of(divided.site.company.operations).get(reverse("rule-set", args=[rules.pk]))
        assert "按裁定" in page.content.decode()
        CustomerTerritory.objects.all().delete()
        TerritoryRule.objects.filter(claim=row).delete()


@pytest.mark.capability("ORG7", "TER3")
def test_a_preview_of_overlays_leaves_what_rulings_share(divided: Divided, monkeypatch: Any) -> None:
    """Line by line, as credit is kept: what a ruling shares is in no overlay, neither its customer nor its sales."""
    bought = {("C1", "TEA"): 700, ("C1", "SNACK"): 300, ("C3", "TEA"): 50}
    monkeypatch.setattr(sales, "_readers", [lambda _day: bought])
    made = rule_set()
    for line, condition in ((divided.tea, {"tier": ["a"]}), (None, {"customer": ["C1"]})):
        overlays.add(
            rule_set=made, name="专员", condition=condition, product_line=line,
            shares=[overlays.Share(None, 6_000), overlays.Share(divided.snacks, 4_000)],
            expected_version=made.version, actor=None,
        )  # fmt: skip
        made.refresh_from_db()

    def seen() -> list[tuple[int, int, int, tuple[str, ...]]]:
        rows = sharing.preview(reading.overlays_of(made), TODAY)
        return [(row.customers, row.amount_fen, row.ruled, row.faults) for row in rows]

    assert seen() == [(2, 750, 0, ()), (1, 300, 0, ())]
    ask(divided, product_line="TEA")
    row = CustomerClaim.objects.get()
    decide(divided, row, effect="shared", share="25", since=SINCE.isoformat())
    assert seen() == [(2, 750, 0, ()), (1, 300, 0, ())], "the ruling is not in force yet"
    CustomerClaim.objects.update(ruled_from=TODAY)
    assert seen() == [(1, 50, 1, ()), (1, 300, 0, ())]
    page = client_of(divided.site.company.operations).get(reverse("rule-set-overlays", args=[made.pk])).text
    assert "另有 1 家按裁定分成" in page


@pytest.mark.capability("ORG7", "TER3")
def test_a_ruling_may_share_the_credit_of_one_line(divided: Divided) -> None:
    ask(divided, product_line="TEA")
    row = CustomerClaim.objects.get()
    refused = decide(divided, row, effect="shared").content.decode()
    assert "请填认领方的分成" in refused
    decide(divided, row, effect="shared", share="25")
    assert owner(divided, SINCE, divided.tea) == "苏南"
    parts = crediting.credit_of(divided.customer("C1"), divided.tea, SINCE)
    assert [(part.territory.code, part.share_bp) for part in parts if part.territory] == [
        ("苏南", 7500), ("苏北", 2500),
    ]  # fmt: skip
    panel = client_of(divided.site.company.owner).get(reverse("customer-detail", args=[row.customer_id]))
    assert f"按裁定 #{row.pk}" in panel.content.decode()
    assert "苏北" not in panel.content.decode()
    for line, day in ((divided.snack, SINCE), (divided.tea, SINCE - timedelta(1))):
        [whole] = crediting.credit_of(divided.customer("C1"), line, day)
        assert whole.share_bp == 10_000


@pytest.mark.capability("ORG7")
def test_only_who_is_above_both_and_neither_decides(divided: Divided) -> None:
    company = divided.site.company
    ask(divided)
    row = CustomerClaim.objects.get()
    assert decide(divided, row, "colleague").status_code == 403
    assert decide(divided, row, "owner").status_code == 403
    page = reverse("customer-claim", args=[row.pk])
    assert client_of(company.neighbour).get(page).status_code == 404
    assert decide(divided, row, "neighbour").status_code in (403, 404)
    assert client_of(company.neighbour).get(reverse("customer-claims")).content.decode().count(">C1<") == 0
    seen = client_of(company.colleague).get(page).content.decode()
    assert "C1商行" not in seen
    assert "苏南" not in seen
    assert decide(divided, row, "boss").status_code == 302


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("colleague", {"customer": "C99"}, "没有这个客户编码"),
        ("colleague", {"territory": "苏南"}, "territory"),
        ("colleague", {"customer": "C2"}, "今天已经归“苏北”"),
        ("colleague", {"reason": ""}, "reason"),
    ],
)
def test_what_cannot_be_claimed_is_told(divided: Divided, name: str, wrong: Any, told: str) -> None:
    page = ask(divided, name, **wrong)
    assert page.status_code == 200
    assert told in page.content.decode()
    assert not CustomerClaim.objects.exists()


def test_the_form_does_not_tell_which_codes_there_are(divided: Divided) -> None:
    """A code out of reach is answered as one that does not exist, unless its name is known; one's own needs none."""
    guessed = [
        errors(ask(divided, customer=code, full_name=name).content.decode())
        for code, name in (("C1", ""), ("C3", "C1商行"), ("C99", ""), ("C99", "C1商行"))
    ]
    assert len(set(guessed)) == 1
    assert "没有这个客户编码" in guessed[0]
    assert not CustomerClaim.objects.exists()
    assert "今天已经归" in ask(divided, customer="C2", full_name="").content.decode()
    ask(divided, customer=" C1 ", full_name=" C1商行 ")
    assert CustomerClaim.objects.get().customer.code == "C1"


def errors(page: str) -> str:
    return page.split('id="id_customer_error">')[1].split("</div></div>")[0]


def test_one_open_claim_none_on_named_customers_and_none_reaching_back(divided: Divided) -> None:
    ask(divided)
    row = CustomerClaim.objects.get()
    assert "还没有裁定" in ask(divided).content.decode()
    assert "不改变已经过去的归属" in decide(divided, row, since="2026-06-01").content.decode()
    stale = decide(divided, row, version="7")
    assert stale.status_code == 200
    row.refresh_from_db()
    assert row.state == "open"
    client = client_of(divided.site.company.colleague)
    client.post(reverse("customer-claim-withdraw", args=[row.pk]), {"version": row.version})
    row.refresh_from_db()
    assert row.state == "withdrawn"
    page = decide(divided, row)
    assert page.status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"
    Customer.objects.filter(code="C1").update(territory_override=divided.keys)
    assert "单独指定了销售区域" in ask(divided).content.decode()
