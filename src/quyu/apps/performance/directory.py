"""The names behind the codes of order lines: customers, products, channels, territories, people, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.db.models import CharField, F, Q, QuerySet, Value

from quyu.apps.customers.models import Customer
from quyu.apps.territories.models import Territory
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import Channel, Product
from quyu.platform.people.models import OrgUnit, Person

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

KINDS = ("customer", "product", "strategic", "channel", "territory", "person", "unit")


@dataclass(frozen=True)
class Directory:
    """Rows of (kind, code, name, extra): extra is a customer's tier, a product's line name, a territory's org unit code."""

    rows: tuple[tuple[str, str, str, str], ...]

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


def _part(kind: str, rows: QuerySet[Any], extra: str | None) -> QuerySet[Any, tuple[str, str, str, str]]:
    text = CharField()
    labelled = rows.order_by().annotate(
        kind_=Value(kind, text), extra_=F(extra) if extra else Value("", text)
    )
    tuples: QuerySet[Any, tuple[str, str, str, str]] = labelled.values_list("kind_", "code", "name", "extra_")
    return tuples
