"""The worked examples of docs/formulas/measures.md, read from the page and measured by the product."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from quyu.analytics.metrics import METRICS, Metric, line_metrics
from quyu.apps.customers.models import Customer
from quyu.apps.performance import services
from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors.attain import Asked, attain
from quyu.apps.performance.selectors.cuts import Cut, cut
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.platform.catalog.models import Product, ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import SCHEMAS
from quyu.platform.geography.models import BasicUnit, MarketFigure
from quyu.platform.people.scope import everything
from tests.people import Company
from tests.platform.facts.lines import AT, order_lines

pytestmark = [pytest.mark.django_db, pytest.mark.capability("MON2", "MON3")]
PAGE = Path(__file__).parents[3] / "docs" / "formulas" / "measures.md"
DAYS = date(2026, 1, 1), date(2026, 7, 1)
TERMS = {"乙": 30}
"""Payment days, as the page tells them."""
EVERYTHING = Reach(is_everything=True, territory_codes=())


def table(first_head: str) -> Iterator[list[str]]:
    """The rows of the table on the page whose header begins so."""
    rows = iter(PAGE.read_text(encoding="utf-8").partition("## 算例")[2].splitlines())
    for row in rows:
        if row.startswith(f"| {first_head} |"):
            next(rows)
            for line in rows:
                if not line.startswith("|"):
                    return
                yield [cell.strip() for cell in line.strip("|").split("|")]


RESULTS = [(row[0].strip("`"), row[1], row[4]) for row in table("id")]


def fen(text: str) -> int | None:
    return None if text == "—" else int(Decimal(text) * 100)


def lines_of_the_page() -> list[dict[str, object]]:
    return [
        {
            "order_no": order, "line_no": line, "ordered_on": date.fromisoformat(day), "customer_code": customer,
            "product_code": product, "quantity_milli": int(pieces) * 1000, "amount_fen": fen(amount), "profit_fen": fen(profit),
            "shipped_on": None if shipped == "—" else date.fromisoformat(shipped),
        }
        for order, line, day, customer, product, pieces, amount, profit, shipped in table("订单号")
    ]  # fmt: skip


KINDS = {
    "回款": ("receipt", "received_on"),
    "费用": ("expense", "spent_on"),
    "拜访": ("visit", "visited_on"),
    "发货": ("shipment", "shipped_on"),
}


def facts_of_the_page(kind: str) -> list[dict[str, object]]:
    return [
        {
            "document_no": number, "line_no": "1", KINDS[kind][1]: date.fromisoformat(day), "customer_code": customer,
            "amount_fen": fen(amount), "expense_type": "陈列费", "quantity_milli": 1_000,
        }
        for named, number, day, customer, amount in table("种类") if named == kind
    ]  # fmt: skip


def record_facts(kind: str, rows: list[dict[str, object]], sha: str) -> Batch:
    """The rows as a batch of a kind; columns that the kind lacks are left out."""
    schema = SCHEMAS[kind]
    table = pa.table(
        {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}
    )
    name = f"{kind}-{sha}"
    return services.record_facts(
        table, kind=kind, file_name=f"{name}.csv", source_sha256=name.ljust(64, "0"), actor=None, at=AT
    )


def outlets_of_the_page() -> list[dict[str, object]]:
    places = {row[0]: f"32010{number}" for number, row in enumerate(table("区县"))}
    return [
        {
            "document_no": f"P{number}", "line_no": "1", "seen_on": date.fromisoformat(day), "outlet_name": outlet,
            "place_code": places[place], "product_code": product, "price_micro": 10_000_000,
        }
        for number, (outlet, day, place, product) in enumerate(table("终端"))
    ]  # fmt: skip


def market_of_the_page(company: Company) -> None:
    """The counties in a territory, with what is known of their market and the customers that are there."""
    alignment = Alignment.objects.create(
        name="一", state="active", valid_from=date(2025, 1, 1), created_at=AT
    )
    for number, (name, day, yuan, customer) in enumerate(table("区县")):
        unit = BasicUnit.objects.create(
            code=f"32010{number}", name=name, level="county", province="江苏省", city="南京市"
        )
        AlignmentUnit.objects.create(alignment=alignment, unit=unit, territory=company.sunan)
        Customer.objects.filter(code=customer).update(unit=unit)
        if (size := fen(yuan)) is not None:
            MarketFigure.objects.create(
                unit=unit, measure="potential", as_of=date.fromisoformat(day), value=size
            )


@pytest.fixture
def sold(company: Company, settings: Any, tmp_path: Path) -> Company:
    settings.QUYU_HOME = tmp_path
    for code, price, is_strategic in (("茶", 1_200, True), ("饼干", None, False)):
        line = ProductLine.objects.create(code=f"L{code}", name=f"{code}类", is_strategic=is_strategic)
        Product.objects.create(code=code, name=code, line=line, price_fen=price)
    for code, tier in (("甲", "a"), ("乙", "b"), ("丙", "c"), ("丁", "c"), ("戊", "a")):
        Customer.objects.create(
            code=code, name=code, tier=tier, territory_override=company.sunan, payment_days=TERMS.get(code)
        )
    market_of_the_page(company)
    rows = lines_of_the_page()
    services.record_orders(order_lines(*rows), file_name="a.csv", source_sha256="a" * 64, actor=None, at=AT)
    wrong = [{**row, "order_no": f"X{number}", "customer_code": "戊"} for number, row in enumerate(rows)]
    batch = services.record_orders(
        order_lines(*wrong), file_name="b.csv", source_sha256="b" * 64, actor=None, at=AT
    )
    services.reverse(batch=batch, reason="重复", actor=None, at=AT)
    found = {kind: facts_of_the_page(named) for named, (kind, _day) in KINDS.items()}
    for kind, facts in (found | {"price_observation": outlets_of_the_page()}).items():
        record_facts(kind, facts, "a")
        twice = record_facts(kind, [{**row, "document_no": f"X{row['document_no']}"} for row in facts], "b")
        services.reverse(batch=twice, reason="重复", actor=None, at=AT)
    return company


def measured(metric: str, days: tuple[date, date] = DAYS) -> Cut:
    return cut(metric, "month", "province", EVERYTHING, directory(), days=days)


def test_the_worked_examples_are_what_the_product_measures(sold: Company) -> None:
    cuts = {metric: measured(metric) for metric, _scope, _wanted in RESULTS}

    found = {
        (metric, scope): cuts[metric].whole if scope == "合计" else cuts[metric].row_totals.get(scope)
        for metric, scope, _wanted in RESULTS
    }
    assert found == {
        (metric, scope): None if wanted == "—" else int(wanted) for metric, scope, wanted in RESULTS
    }


def test_every_measured_metric_has_an_example() -> None:
    assert {metric.id for metric in line_metrics()} == {metric for metric, _scope, _wanted in RESULTS}


def test_every_metric_has_its_row_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## 算例")[0]
    assert [metric for metric in METRICS if f"`{metric}`" not in text] == []


def test_of_nothing_a_count_is_zero_and_anything_else_is_unknown(sold: Company) -> None:
    never = (date(2030, 1, 1), date(2030, 7, 1))

    wrong = {
        metric.id: whole
        for metric in line_metrics()
        if (whole := measured(metric.id, never).whole) != of_nothing(metric)
    }

    assert wrong == {}


def of_nothing(metric: Metric) -> int | None:
    """Customers stay on file, and a market is one of years to come."""
    is_counted = metric.unit == "count" and not metric.is_level
    return 0 if is_counted or {"on_file", "market"} & set(metric.rows) else None


def test_what_is_additive_adds_up_by_month(sold: Company) -> None:
    cuts = {metric.id: measured(metric.id) for metric in line_metrics() if metric.is_additive}

    assert cuts
    assert {name: sum(found.row_totals.values()) for name, found in cuts.items()} == {
        name: found.whole for name, found in cuts.items()
    }


def test_distribution_is_told_by_product(sold: Company) -> None:
    found = cut("distribution_rate", "product", "month", EVERYTHING, directory(), days=DAYS)

    assert found.row_totals == {"茶": 7_500, "饼干": 5_000}, (
        "of two outlets in February and one in March and April each"
    )
    assert found.cells["饼干", "2026-02"] == 5_000
    asked = Asked("2026Q1", by=("product_line",), metric="distribution_rate")
    rows = attain(asked, everything(), today=date(2026, 6, 15)).rows
    assert {row.names[0]: row.actual for row in rows} == {"茶类": 6_667, "饼干类": 6_667}
