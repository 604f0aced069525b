"""The policy pack watched on actuals: its page, figures to date, regions that miss a rule, what is needed for the others."""

from datetime import date
from unittest.mock import Mock

import pytest
from django.urls import reverse

from quyu.apps.customers.models import Customer
from quyu.apps.performance import achieved, services
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.targets.models import PolicyRule
from quyu.apps.targets.remembered import Remembered
from quyu.apps.targets.selectors.monitored import watched_rules
from quyu.platform.catalog.models import ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything, scope_of
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = [pytest.mark.django_db, pytest.mark.capability("TGT10")]


@pytest.fixture
def sold(trading: Trading) -> Trading:
    """Snacks are strategic; C3 bought in June of 2024, then nothing until May of 2026; C9 has been lost since 2024."""
    ProductLine.objects.filter(code="SNACK").update(is_strategic=True)
    Customer.objects.filter(code="C1").update(tier="a", tier_since=date(2026, 2, 1))
    old = order_lines(
        line("OLD-1", date(2024, 7, 20), WAN, customer="C3"),
        line("OLD-2", date(2024, 8, 1), WAN, customer="C9"),
    )
    services.record_orders(old, file_name="o.csv", source_sha256="d" * 64, actor=None, at=AT)
    return trading


def test_rules_with_facts_have_a_value_a_verdict_and_the_regions_that_miss_them(sold: Trading) -> None:
    found = watched_rules(everything(), today=TODAY)

    share = found["R1"]
    assert (share.value, share.required, share.is_met) == (50 * 10_000 // 537 + 0, 3_000, False)
    assert set(share.behind) == {"华东", "江苏", "华南", "广东"}
    assert (share.state, share.label) == ("danger", "未达到")
    assert found["R7"].value == 1_250, "of four customers one bought two lines in the last twelve months"
    assert (found["R8"].value, found["R8"].is_met) == (1, False)
    assert found["R9"].value == 10_000, "C3 and C9 were lost in the last twelve months and both came back"
    assert (found["R9"].state, found["R9"].label) == ("ok", "达到")


def test_rules_without_facts_say_what_is_needed(sold: Trading) -> None:
    found = watched_rules(everything(), today=TODAY)

    assert set(found) == {f"R{number}" for number in range(1, 15)}
    for code in ("R3", "R4", "R5", "R6", "R10", "R11", "R12", "R13", "R14"):
        assert (found[code].value, found[code].is_met, found[code].label) == (None, None, "尚无数据")
    assert found["R11"].words == "需要：NPS 调查。"
    assert found["R3"].words == "需要：发货（或订单）与回款。"


def test_a_rule_that_is_off_is_not_watched(sold: Trading) -> None:
    PolicyRule.objects.filter(code="R1").update(is_on=False)

    assert "R1" not in watched_rules(everything(), today=TODAY)


def test_a_manager_sees_the_state_of_his_own_part(sold: Trading) -> None:
    found = watched_rules(scope_of(sold.company.boss, at=TODAY), today=TODAY)

    assert found["R1"].name == "江苏"
    assert found["R1"].value == 1_000
    assert found["R8"].is_met is None, "the number is the company's"
    assert watched_rules(scope_of(sold.company.stranger, at=TODAY), today=TODAY) == {}


def test_before_any_order_every_rule_waits_for_facts(trading: Trading) -> None:
    found = watched_rules(everything(), today=date(2030, 6, 15))

    assert found["R1"].value is None
    assert found["R1"].label == "尚无数据"


def test_the_page_shows_the_states(sold: Trading) -> None:
    text = client_of(sold.company.director).get(reverse("target-pack")).text

    assert "到今天" in text
    assert "9.31%" in text
    assert "未达到" in text
    assert "需要：发货（或订单）与回款" in text
    assert "3.00–5.00 个百分点" in text
    assert "≥ 30.00%" in text


def test_what_orders_tell_is_read_once_until_something_changes(
    sold: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Mock(side_effect=attributed_lines)
    monkeypatch.setattr(achieved, "attributed_lines", opened)
    monkeypatch.setattr(achieved, "_KEPT", Remembered(64))

    first = watched_rules(everything(), today=TODAY)
    again = watched_rules(everything(), today=TODAY)

    assert opened.call_count == 2, "this year, and twelve months"
    assert again == first
    ProductLine.objects.filter(code="TEA").update(is_strategic=True)
    assert watched_rules(everything(), today=TODAY)["R1"].value == 10_000
    batch = Batch.objects.order_by("-pk")[0]
    services.reverse(batch=batch, reason="重复", actor=None, at=AT)
    assert watched_rules(everything(), today=TODAY)["R9"].value != first["R9"].value
