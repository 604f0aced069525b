"""What rules would do, told before they are in force; nothing is counted twice and nothing lost."""

from typing import Any

import pytest

from quyu.apps.customers import sales
from quyu.apps.customers.division import editing, previewing, reading
from quyu.apps.customers.division.previewing import Preview
from quyu.apps.customers.models import Customer, RuleSet
from quyu.apps.territories.models import Territory
from tests.apps.customers.division.conftest import Divided, publish, rule_set
from tests.people import TODAY

BOUGHT = {("C1", "TEA"): 700, ("C1", "SNACK"): 50, ("C2", "SNACK"): 80, ("C3", ""): 9, ("C4", "TEA"): 4}


@pytest.fixture(autouse=True)
def bought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "_readers", [lambda _day: BOUGHT])


def seen(made: RuleSet) -> Preview:
    return previewing.preview(reading.rules_of(made), TODAY)


@pytest.mark.capability("TER2", "TER4")
def test_each_rule_tells_whom_it_takes_and_from_whom(divided: Divided) -> None:
    found = seen(
        rule_set(
            ({}, divided.snack, divided.snacks),
            ({"tier": ["a"], "industry": ["餐饮"]}, None, divided.keys),
            ({"industry": ["餐饮"]}, None, divided.keys),
        )
    )
    snacks, best, eating = found.rules
    assert (snacks.fulfil, snacks.taken, snacks.amount_fen) == (4, 4, 130)
    assert [one.code for one in snacks.first] == ["C2", "C1", "C3", "C4"]
    assert (best.taken, best.amount_fen, best.staying) == (1, 700, 0)
    assert [(one.territory, one.customers, one.amount_fen) for one in best.losing] == [("苏南", 1, 700)]
    assert (eating.fulfil, eating.taken, eating.earlier) == (2, 1, ((2, 1),))
    assert (found.by_map, found.by_map_fen) == (1, 9)
    assert [one.code for one in found.nowhere] == ["C4"]
    whole = sum(view.amount_fen for view in found.rules) + found.by_map_fen + found.named_fen
    assert whole + sum(one.amount_fen for one in found.nowhere) == found.amount_fen == sum(BOUGHT.values())


def test_what_is_wrong_with_a_rule_is_named(divided: Divided) -> None:
    Customer.objects.filter(code="C3").update(territory_override=divided.snacks)
    Territory.objects.filter(pk=divided.snacks.pk).update(valid_to=TODAY)
    found = seen(
        rule_set(
            ({"tier": ["a", "b"]}, None, divided.keys),
            ({"tier": ["a"]}, None, divided.snacks),
            ({"industry": ["没有"]}, None, divided.keys),
            ({"customer": ["C4"]}, None, divided.keys),
            ({"customer": ["C4", "C2"]}, None, divided.site.company.yuedong),
        )
    )
    assert [view.faults for view in found.rules] == [
        (), ("shadowed", "ended"), ("empty",), ("disputed",), ("shadowed", "vacant", "disputed"),
    ]  # fmt: skip
    assert found.rules[1].earlier == ((1, 1),)
    assert (found.rules[0].named, found.named, found.named_fen) == (1, 1, 9)


def test_it_says_what_is_when_rules_are_in_force(divided: Divided) -> None:
    publish(rule_set(({"tier": ["a"]}, None, divided.keys)), TODAY, actor=divided.site.company.operations)
    [view] = seen(rule_set(({"customer": ["C1", "C2"]}, None, divided.keys))).rules
    assert (view.staying, [one.territory for one in view.losing]) == (1, ["苏北"])


def test_places_and_customers_may_be_named_by_words(divided: Divided) -> None:
    made = rule_set(({"place": ["甲市"], "customer": ["C2商行"]}, None, divided.keys))
    [rule] = reading.rules_of(made)
    assert rule.condition == {"customer": ["C2"], "place": ["JC"]}
    assert seen(made).rules[0].taken == 1


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"tier": ["z"]}, "unknown_value"),
        ({"place": ["无此县"]}, "unknown_value"),
        ({"tier": ["a"]}, "same_rule"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(divided: Divided, condition: dict[str, Any], code: str) -> None:
    made = rule_set(({"tier": ["a"]}, None, divided.keys))
    with pytest.raises(editing.Refusal) as refused:
        editing.add_rule(
            rule_set=made, condition=condition, product_line=None, territory=divided.snacks,
            expected_version=made.version, actor=None,
        )  # fmt: skip
    assert refused.value.code == code
    assert made.rules.count() == 1
