"""客户分级 on its page: what it would change is shown, and only what was shown is confirmed."""

import re

import pytest

from quyu.apps.customers.models import Customer
from quyu.platform.audit.models import Decision
from quyu.platform.people.choices import Role
from tests import factories
from tests.apps.performance.conftest import Trading
from tests.people import client_of

PAGE, APPLY = "/performance/tiers/", "/performance/tiers/apply/"


def tiers() -> dict[str, str]:
    return dict(Customer.objects.values_list("code", "tier"))


def shown(text: str) -> str:
    """The changes a page would have confirmed."""
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', text)
    assert found
    return found[1]


@pytest.mark.capability("CUS2")
def test_what_was_shown_is_what_is_confirmed(trading: Trading) -> None:
    client = client_of(trading.company.operations)
    before = tiers()

    text = client.get(PAGE).content.decode()

    assert tiers() == before == {"C1": "c", "C2": "c", "C3": "c", "C9": "c"}
    assert "苏南商贸" in text
    assert "近 12 个月 1,100.00 万元，排在前面的客户累计占 0.00%" in text
    answer = client.post(APPLY, {"digest": shown(text)}, follow=True)
    assert "客户分级已更新。" in answer.content.decode()
    assert tiers() == {"C1": "a", "C2": "b", "C3": "c", "C9": "c"}
    changed = Customer.objects.get(code="C1")
    assert changed.history.first().history_user == trading.company.operations
    decision = Decision.objects.get(verb="retier")
    assert (decision.actor, decision.detail) == (trading.company.operations, {"changed": 2})
    assert "没有要变动的客户" in client.get(PAGE).content.decode()


@pytest.mark.capability("CUS2")
def test_what_changed_after_the_look_is_not_confirmed(trading: Trading) -> None:
    client = client_of(trading.company.operations)
    digest = shown(client.get(PAGE).content.decode())
    Customer.objects.filter(code="C2").update(tier="b")

    for stale in (digest, ""):
        answer = client.post(APPLY, {"digest": stale}, follow=True)
        assert "打开页面之后，订单或客户有变化" in answer.content.decode()

    assert tiers() == {"C1": "c", "C2": "b", "C3": "c", "C9": "c"}


@pytest.mark.capability("CUS2")
def test_only_who_keeps_all_customers_classes_them(trading: Trading) -> None:
    company = trading.company
    factories.grant(company.stranger, Role.SALES_OPERATIONS, company.jiangsu)
    allowed = {"owner": 403, "boss": 403, "director": 403, "stranger": 403, "operations": 200}

    for name, status in allowed.items():
        client = client_of(getattr(company, name))
        assert client.get(PAGE).status_code == status, name
        assert client.post(APPLY, {"digest": ""}).status_code == (302 if status == 200 else 403), name
        listed = client.get("/performance/customers/").content.decode()
        assert (PAGE in listed) == (status == 200), name
