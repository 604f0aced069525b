"""Rules decide for whom order lines count: by product line, from their day on, and the rollups follow to the bit."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quyu.apps.customers import sales
from quyu.apps.customers.models import Customer
from quyu.apps.performance import figures, services
from quyu.apps.performance.models import MonthRollup
from quyu.apps.targets.sales import Asked
from quyu.apps.territories.models import Territory
from quyu.platform.catalog.models import Product
from quyu.shell.past_sales import PastSales
from tests.apps.customers.division.conftest import Divided, divided, publish, rule_set, site
from tests.apps.performance.test_rollups import rollups
from tests.people import client_of
from tests.platform.facts.lines import AT, line, order_lines
from tests.platform.imports.test_pages import upload

__all__ = ["divided", "site"]
JUNE = date(2026, 6, 1)
WAN = 1_000_000


@pytest.fixture
def sold(divided: Divided, settings: Any, tmp_path: Path) -> Divided:
    settings.QUYU_HOME = tmp_path
    lines = [
        line("O1", date(2026, 5, 10), 100 * WAN, customer="C1"),
        line("O2", date(2026, 6, 10), 40 * WAN, customer="C1"),
        line("O3", date(2026, 6, 11), 3 * WAN, customer="C1", product="P2"),
        line("O4", date(2026, 6, 12), 20 * WAN, customer="C2", product="P2"),
        line("O5", date(2026, 6, 12), 5 * WAN, customer="C4"),
    ]
    services.record_orders(order_lines(*lines), file_name="a", source_sha256="a" * 64, actor=None, at=AT)
    return divided


def amounts() -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    names = dict(Territory.objects.values_list("pk", "name"))
    for territory, fen in MonthRollup.objects.values_list("territory_id", "amount_fen"):
        name = names.get(territory)
        found[name] = found.get(name, 0) + fen // WAN
    return {name: wan for name, wan in found.items() if wan}


def followed() -> dict[str | None, int]:
    """The sums after the change went through; the same as made from nothing."""
    services.refresh_ownership(at=AT)
    by_delta = rollups()
    found = amounts()
    services.rebuild_rollups(at=AT)
    assert by_delta == rollups()
    return found


@pytest.mark.capability("TER2", "TER3", "TER4", "ORG3")
def test_lines_count_for_the_first_rule_that_holds_from_its_day_on(sold: Divided) -> None:
    assert amounts() == {"苏南": 143, "苏北": 20, None: 5}
    made = rule_set(
        ({"industry": ["餐饮"]}, sold.snack, sold.snacks), ({"customer": ["C1"]}, None, sold.keys)
    )
    publish(made, JUNE, actor=sold.site.company.operations, at=AT)
    assert followed() == {"苏南": 100, "重客组": 40, "休食组": 23, None: 5}

    Product.objects.filter(code="P2").update(line=sold.tea)
    assert followed() == {"苏南": 100, "重客组": 43, "苏北": 20, None: 5}

    Product.objects.filter(code="P2").update(line=sold.snack)
    Customer.objects.filter(code="C1").update(territory_override=sold.site.company.yuedong)
    assert followed() == {"粤东": 143, "休食组": 20, None: 5}

    publish(rule_set(), date(2026, 6, 12), actor=sold.site.company.operations, at=AT)
    assert followed() == {"粤东": 143, "苏北": 20, None: 5}


def test_history_counts_for_the_territories_of_a_day(sold: Divided) -> None:
    made = rule_set(({}, sold.snack, sold.snacks), ({"customer": ["C1"]}, None, sold.keys))
    publish(made, JUNE, actor=sold.site.company.operations, at=AT)
    services.refresh_ownership(at=AT)
    asked = Asked((2026,), before=date(2027, 1, 1), restated_on=date(2026, 6, 15))
    found: dict[str | None, int] = {}
    for row in PastSales().months(asked).to_pylist():
        found[row["territory"]] = found.get(row["territory"], 0) + row["value"] // WAN
    assert found == {"重客组": 140, "休食组": 23, None: 5}


def test_what_customers_bought_is_told_by_line(sold: Divided) -> None:
    assert sales.year_before(date(2026, 6, 12)) == {("C1", "TEA"): 140 * WAN, ("C1", "SNACK"): 3 * WAN}


def test_who_answers_for_a_line_imports_it_and_no_other(sold: Divided) -> None:
    """The boss of 江苏 brings orders of a customer in 广东 whose snacks a rule gave to his province."""
    made = rule_set(({"customer": ["C3"]}, sold.snack, sold.snacks))
    publish(made, JUNE, actor=sold.site.company.operations, at=AT)
    boss = client_of(sold.site.company.boss)
    orders = ("X1,2026-06-04,C3商行,饼,1,5", "X2,2026-06-04,C3商行,茶,1,5", "X3,2026-05-04,C3商行,饼,1,5")
    run = upload(boss, *orders)
    assert [(error["row"], error["code"]) for error in run.errors] == [
        (3, "out_of_scope"),
        (4, "out_of_scope"),
    ]


@pytest.mark.capability("TER2", "TER5")
def test_what_rules_give_away_weighs_no_unit(sold: Divided) -> None:
    """Each unit's sales are those of who goes by the map there; the rest is balanced elsewhere."""

    def weights() -> dict[str, int]:
        found = figures.unit_amounts(date(2026, 7, 1))
        return {unit: value // WAN for unit, value in found.items() if value}

    assert weights() == {"J11": 143, "J14": 20}
    made = rule_set(({"customer": ["C1"]}, sold.snack, sold.snacks), ({"customer": ["C2"]}, None, sold.keys))
    publish(made, JUNE, actor=sold.site.company.operations, at=AT)
    assert weights() == {"J11": 140}
    Customer.objects.filter(code="C1").update(territory_override=sold.site.company.yuedong)
    assert weights() == {}
