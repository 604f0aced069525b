"""A dealer's account: linked to customers on days, it sees them, their orders, the products, and nothing else."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer, DealerAccess
from quyu.platform.audit.models import Decision
from tests.apps.customers.test_customers import customer
from tests.apps.territories.conftest import site
from tests.people import TODAY, client_of

__all__ = ["site"]
pytestmark = pytest.mark.capability("ORG4", "PLT7")


@pytest.fixture
def shops(site):
    customer("C-OWN", "J11", phone="13812345678", contact="王小明", tier="a", tier_reason="大客户")
    customer("C-OTHER", "J14")
    return site


def give(site, code="C-OWN", start=TODAY, end=None):
    return DealerAccess.objects.create(
        user=site.company.dealer, customer=Customer.objects.get(code=code), valid_from=start, valid_to=end
    )


def listed(site):
    page = client_of(site.company.dealer).get("/customers/").content.decode()
    return {code for code in ("C-OWN", "C-OTHER") if code in page}


@pytest.mark.parametrize(
    ("start", "end", "seen"),
    [(0, None, True), (1, None, False), (-9, 0, False), (-9, 1, True)],
    ids=["from today", "from tomorrow", "ended today", "ends tomorrow"],
)
def test_a_dealer_sees_his_customers_on_the_days_of_the_link(shops, start, end, seen):
    give(shops, start=TODAY + timedelta(start), end=None if end is None else TODAY + timedelta(end))

    pk = Customer.objects.get(code="C-OWN").pk
    assert listed(shops) == ({"C-OWN"} if seen else set())
    answer = client_of(shops.company.dealer).get(f"/customers/{pk}/")
    assert answer.status_code == (200 if seen else 404)


def test_what_a_dealer_sees_of_his_customer(shops):
    give(shops)
    client, pk = client_of(shops.company.dealer), Customer.objects.get(code="C-OWN").pk

    page = client.get(f"/customers/{pk}/").content.decode()
    api = client.get(f"/api/customers/{pk}").json()

    assert "138****5678" in page
    for hidden in (
        "13812345678",
        "王小明",
        "大客户",
        "A 类",
        "苏南",
        "owner",
        "区域归属",
        "变更记录",
        "/personal/",
    ):
        assert hidden not in page, hidden
    assert not {"tier", "territory_override", "channel"} & set(api)
    assert "变更记录" not in client.get(f"/customers/{pk}/?tab=history").content.decode()
    assert listed(shops) == {"C-OWN"}
    for tier in ("a", "b"):  # not a filter of his: what he may not see does not sort his rows either
        assert "C-OWN" in client.get(f"/customers/?tier={tier}&sort=tier").content.decode()


def test_a_dealer_enters_nowhere_else(shops):
    give(shops)
    other = Customer.objects.get(code="C-OTHER")
    client = client_of(shops.company.dealer)

    assert client.get(f"/customers/{other.pk}/").status_code == 404
    assert client.get(f"/api/customers/{other.pk}").status_code == 404
    assert client.get(reverse("performance-customer-panel", args=["C-OTHER"])).status_code == 404
    assert client.get(reverse("performance-customer-panel", args=["C-OWN"])).status_code == 200
    for path in ("/products/", "/", "/account/"):
        assert client.get(path).status_code == 200, path
    for path in (
        "/performance/", "/targets/", "/territories/", "/people/", "/org/", "/imports/", "/approvals/", "/audit/",
        "/users/", "/customers/export/", "/customers/new/", "/customers/conflicts/", "/customers/dealers/",
        "/performance/customers/C-OWN/", "/personal/customer/export/", "/home/standing/", "/channels/",
    ):  # fmt: skip
        assert client.get(path).status_code == 403, path


def test_operations_link_and_unlink_with_a_record(shops):
    client = client_of(shops.company.operations)

    client.post(
        "/customers/dealers/new/", {"user": "dealer", "customer": "C-OWN", "valid_from": "2026-06-15"}
    )
    assert listed(shops) == {"C-OWN"}
    page = client.get("/customers/dealers/").content.decode()
    assert "C-OWN" in page
    assert "boss" not in page.partition("<form")[2].partition("</select>")[0]
    access = DealerAccess.objects.get()
    client.post(f"/customers/dealers/{access.pk}/end/", {"valid_to": "2026-06-16"})
    assert listed(shops) == {"C-OWN"}
    client.post(f"/customers/dealers/{access.pk}/end/", {"valid_to": "2026-06-15"})

    assert listed(shops) == set()
    made = Decision.objects.filter(verb__startswith="dealer").order_by("pk")
    verbs = list(made.values_list("verb", flat=True))
    assert verbs == ["dealer.give", "dealer.end", "dealer.end"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"user": "boss"}, "账号"),
        ({"customer": "C-NONE"}, "没有这个编码的客户"),
        ({"valid_from": "2023-12-31"}, "没有“经销商”角色"),
        ({"valid_to": "2026-06-15"}, "终止日须晚于"),
    ],
    ids=str,
)
def test_a_wrong_link_is_refused_and_not_written(shops, data, words):
    given = {"user": "dealer", "customer": "C-OWN", "valid_from": "2026-06-15", **data}

    page = client_of(shops.company.operations).post("/customers/dealers/new/", given, follow=True)

    assert words in page.content.decode()
    assert not DealerAccess.objects.exists()


def test_one_link_at_a_time(shops):
    give(shops, start=date(2026, 7, 1))
    given = {"user": "dealer", "customer": "C-OWN", "valid_from": "2026-06-15"}

    page = client_of(shops.company.operations).post("/customers/dealers/new/", given, follow=True)

    assert "已关联" in page.content.decode()
    assert DealerAccess.objects.count() == 1


@pytest.mark.parametrize("name", ["owner", "boss", "director", "security", "admin", "auditor", "dealer"])
def test_nobody_else_links_dealers(shops, name):
    access = give(shops)
    client = client_of(getattr(shops.company, name))
    given = {"user": "dealer", "customer": "C-OTHER", "valid_from": "2026-06-15"}

    assert client.post("/customers/dealers/new/", given).status_code == 403
    assert client.post(f"/customers/dealers/{access.pk}/end/", {"valid_to": "2026-06-15"}).status_code == 403
    assert client.get("/customers/dealers/").status_code == (200 if name == "auditor" else 403)
    assert DealerAccess.objects.get().valid_to is None
