"""The names behind the codes of order lines: customers, products, channels, territories, people, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db.models import CharField, F, Q, QuerySet, Value

from quyu.apps.customers.models import Customer
from quyu.apps.performance.then import Then
from quyu.apps.territories.models import Territory
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import Channel, Product, ProductLine
from quyu.platform.people.models import OrgUnit, Person

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

KINDS = ("customer", "product", "strategic", "channel", "territory", "person", "unit")


@dataclass(frozen=True)
class Directory:
    """Rows of (kind, code, name, extra): extra is a customer's tier, a product's line name, a territory's org unit code.

    `then` is the past moment whose territories and product lines these are; None for those of now.
    """

    rows: tuple[tuple[str, str, str, str], ...]
    then: Then | None = None

    def of(self, kind: str) -> list[tuple[str, str, str]]:
        return [row[1:] for row in self.rows if row[0] == kind]

    @cached_property
    def unit_of_territory(self) -> dict[str, str]:
        """Territory code -> org unit code."""
        return {code: unit for code, _name, unit in self.of("territory")}

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """One table for each kind: `customer_name(code, name, extra)`, `product_name`, ..."""
        for kind in KINDS:
            columns = list(zip(*self.of(kind), strict=True)) or [(), (), ()]
            arrays = [pa.array(values, pa.string()) for values in columns]
            connection.register(f"{kind}_name", pa.table(arrays, names=["code", "name", "extra"]))


def directory() -> Directory:
    """Everything, by one union."""
    parts = [
        _part("product", Product.objects.all(), "line__name"),
        _part("strategic", Product.objects.filter(Q(is_strategic=True) | Q(line__is_strategic=True)), None),
        _part("channel", Channel.objects.all(), None),
        _part("territory", Territory.objects.all(), "org_unit__code"),
        _part("person", Person.objects.all(), None),
        _part("unit", OrgUnit.objects.all(), None),
    ]
    rows = _part("customer", Customer.objects.all(), "tier").union(*parts, all=True)
    return Directory(tuple(rows))


def directory_of(then: Then, regions: pa.Table) -> Directory:
    """The territories and product lines of a past moment, where they hung then; all else is called as it is now."""
    kept = [row for row in directory().rows if row[0] not in ("territory", "product")]
    territories = dict(Territory.objects.order_by().values_list("pk", "name"))
    for row in regions.to_pylist():
        kept.append(("territory", row["code"], territories.get(row["id"], row["code"]), row["unit"] or ""))
    lines = dict(ProductLine.objects.order_by().values_list("pk", "name"))
    products = dict(Product.objects.order_by().values_list("code", "name"))
    for row in then.basis.catalog.to_pylist():
        if row["kind"] == "product":
            name = products.get(row["code"], row["code"])
            kept.append(("product", row["code"], name, lines.get(row["id"], "")))
    return Directory(tuple(kept), then)


def _part(kind: str, rows: QuerySet[Any], extra: str | None) -> QuerySet[Any, tuple[str, str, str, str]]:
    text = CharField()
    labelled = rows.order_by().annotate(
        kind_=Value(kind, text), extra_=F(extra) if extra else Value("", text)
    )
    tuples: QuerySet[Any, tuple[str, str, str, str]] = labelled.values_list("kind_", "code", "name", "extra_")
    return tuples
