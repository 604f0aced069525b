"""Four customers on the map of `site`, two product lines, and a key-account and a snack territory beside the map."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from quyu.apps.customers.division import editing
from quyu.apps.customers.models import Customer, RuleSet
from quyu.apps.territories.models import Territory, TerritoryOwner
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.geography.models import BasicUnit
from tests import factories
from tests.apps.territories.conftest import Site, site
from tests.people import START, TODAY

__all__ = ["site"]


@dataclass(frozen=True)
class Divided:
    site: Site
    keys: Territory
    snacks: Territory
    tea: ProductLine
    snack: ProductLine

    def customer(self, code: str) -> Customer:
        return Customer.objects.get(code=code)


def customer(code: str, unit: str | None = None, **more: Any) -> Customer:
    place = BasicUnit.objects.get(code=unit) if unit else None
    return Customer.objects.create(code=code, name=f"{code}商行", unit=place, **more)


@pytest.fixture
def divided(site: Site) -> Divided:
    company = site.company
    tea, snack = (ProductLine.objects.create(code=code, name=code) for code in ("TEA", "SNACK"))
    Product.objects.create(code="P1", name="茶", line=tea)
    Product.objects.create(code="P2", name="饼", line=snack)
    modern = Channel.objects.create(code="KA", name="现代渠道")
    keys = factories.territory("重客组", company.jiangsu, valid_from=START)
    snacks = factories.territory("休食组", company.jiangsu, valid_from=START)
    for territory, name in ((keys, "boss"), (snacks, "colleague")):
        TerritoryOwner.objects.create(territory=territory, position=company.position(name), valid_from=START)
    customer("C1", "J11", tier="a", industry="餐饮", channel=modern)
    customer("C2", "J14", tier="b", industry="餐饮")
    customer("C3", "G11", tier="a", kind="key_account")
    customer("C4", tier="c")
    return Divided(site, keys, snacks, tea, snack)


def rule_set(*rules: tuple[Any, ...]) -> RuleSet:
    """A draft of (condition, product line, territory)."""
    made = editing.create(name="规则", based_on=None, actor=None, at=TODAY)
    for condition, line, territory in rules:
        editing.add_rule(
            rule_set=made, condition=condition, product_line=line, territory=territory,
            expected_version=made.version, actor=None,
        )  # fmt: skip
    return made


def publish(made: RuleSet, valid_from: date, *, actor: Any, at: date | datetime = TODAY) -> RuleSet:
    """In force, as after an approval."""
    RuleSet.objects.filter(pk=made.pk).update(state="approved")
    return editing.activate(rule_set=made, valid_from=valid_from, actor=actor, at=at)
