"""明细: the rows behind a basis, and those of every other kind of fact, with whom each counts for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.performance.directory import Directory, directory
from quyu.apps.performance.selectors.by_basis import DELIVERY
from quyu.apps.performance.selectors.fact_rows import DRAWN, FactRows, fact_rows, listed
from quyu.apps.performance.tallies import DELIVERED, RETURNED
from quyu.apps.performance.web import exports
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.place import common, frame_asked, reach_of
from quyu.platform.imports.kinds import Column, Label
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

ROWS_A_PAGE = 50
FILTERS = ("customer", "product")
MICRO, MILLI = 1_000_000, 1_000
LABELS: dict[str, Label] = {
    DELIVERY: gettext_lazy("发货（有发货单起按发货单，之前按订单行）"),
    DELIVERED.id: gettext_lazy("订单行（按发货日期）"),
    RETURNED.id: gettext_lazy("退货（负数订单行）"),
    **{name: kind.label for name, kind in DRAWN.items()},
}


@guard.require("actual", "view")
@or_empty
def facts_page(request: GuardedRequest) -> HttpResponseBase:
    """The rows of one kind below a node in a period; they add up to the figure of the board."""
    shown, region = frame_asked(request)
    known = listed()
    name = request.GET.get("kind", "")
    name = name if name in known else "receipt"
    names = directory()
    days = (shown.span.start, min(shown.span.period.end, request.today + timedelta(1)))
    found = fact_rows(name, reach_of(request, shown, [region], names), days)
    only = {column: request.GET[column] for column in FILTERS if request.GET.get(column)}
    found = _only(found, only)
    if "export" in request.GET:
        return exports.facts(request, str(LABELS[name]), found, list(told(found, found.table, names)))
    page = Paginator(range(found.table.num_rows), ROWS_A_PAGE).get_page(request.GET.get("page"))
    numbers = list(page.object_list)
    piece = found.table.slice(numbers[0], len(numbers)) if numbers else found.table.slice(0, 0)
    context = {
        **common(request, shown, region),
        "page": page,
        "rows": list(told(found, piece, names)),
        "found": found,
        "kind": name,
        "kinds": [(code, LABELS[code]) for code in known],
        "label": LABELS[name],
        "only": only,
        "only_names": [
            _name(names, column, code) if found.table.num_rows else code for column, code in only.items()
        ],
    }
    return render(request, "performance/facts.html.jinja", context)


def _only(found: FactRows, only: Mapping[str, str]) -> FactRows:
    """The rows of one customer, one product, or both."""
    table = found.table
    for column, code in only.items():
        table = table.filter(pc.equal(table[f"{column}_code"], code))
    return replace(found, table=table)


def _name(names: Directory, kind: str, code: str) -> str:
    """What is asked for by its name; never of what has no row within reach."""
    return next((name for known, name, _extra in names.of(kind) if known == code), code)


def told(found: FactRows, table: pa.Table, names: Directory) -> Iterator[dict[str, Any]]:
    """The rows as a person reads them: names for codes, numbers in their units."""
    by_kind = {
        kind: {code: name for code, name, _extra in names.of(kind)}
        for kind in ("customer", "product", "territory", "person")
    }
    for row in table.to_pylist():
        spoken = {kind: by_kind[kind].get(row[f"{kind}_code"], row[f"{kind}_code"] or "") for kind in by_kind}
        yield {
            **row,
            **spoken,
            "customer_code": row["customer_code"] or "",
            "quantity": row["quantity_milli"] / MILLI,
            "extras": [said(column, row[column.name]) for column in found.extras],
        }


def said(column: Column, value: object) -> str:
    """A value of an extra column."""
    if value is None:
        return "—"
    if column.type == "price" and isinstance(value, int):
        return f"{value / MICRO:,.2f}"
    if column.type == "boolean":
        return _("是") if value else _("否")
    return str(value)
