"""Other kinds of facts as attributed order lines, so that a metric is measured over receipts or visits as over orders.

A row counts for who answered for its customer on its own day, as in the tally of its kind. Imports that were taken
back and what takes them back are left out, unless that counts on a later day because their month was closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.analytics.metrics import Metric
from quyu.apps.customers.models import Customer
from quyu.apps.performance import bases, market_rows, outlet_rows, receivables
from quyu.apps.performance.receivables import OLD, Owed
from quyu.apps.performance.rollups import SUMMED
from quyu.apps.performance.tallies import SHIPMENT, Tally, standing, tally, turn_to_shipments
from quyu.kernel.deferred import deferred
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE, ORDER_LINE_KIND

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = deferred("duckdb")

Days = tuple[date, date]
DELIVERED, ON_FILE = "delivered", "on_file"
TALLIED = ("receipt", "visit", "expense", DELIVERED)
"""Tallies that a metric may be measured over beside order lines; what was delivered is spliced of two."""
RECEIPT = "receipt"
OWED, OWED_OLD, DELIVERED_YEAR = "owed", "owed_old", "delivered_year"
OWED_OVERDUE, OWED_TERMED = "owed_overdue", "owed_termed"
OF_RECEIVABLES = (OWED, OWED_OLD, DELIVERED_YEAR, OWED_OVERDUE, OWED_TERMED)
MARKET, LINE_IN_MARKET, OUTLET = "market", "line_in_market", "outlet"
ROLES = (*TALLIED, ON_FILE, *OF_RECEIVABLES, MARKET, LINE_IN_MARKET, OUTLET)
SHAPE = pa.schema(
    [
        pa.field("ordered_on", pa.date32()),
        *(pa.field(name, pa.int64()) for name in ("quantity_milli", "amount_fen")),
        *(
            pa.field(name, pa.string())
            for name in ("customer_code", "product_code", "channel_code", "territory_code", "person_code")
        ),
    ]
)
LINE = pa.schema([field for field in ORDER_LINE if field.name in SUMMED])
"""What a row has before it is attributed."""


def roles_of(metric: Metric) -> list[str]:
    """The kinds of facts beside orders that a metric is measured over; nothing is owed as long as no money is told of."""
    of_receivables = not set(metric.rows).isdisjoint(OF_RECEIVABLES)
    return [role for role in TALLIED if role in metric.rows or (of_receivables and role == RECEIPT)]


def has_rows(metric: Metric) -> bool:
    """Whether every kind of facts that it needs beside orders was ever imported and not taken back."""
    kinds = [tally(role).kind for role in roles_of(metric)]
    if OUTLET in metric.rows:
        kinds.append(outlet_rows.PRICES)
    return all(standing((kind,)).exists() for kind in kinds)


def register(connection: duckdb.DuckDBPyConnection, role: str, days: Days) -> str:
    """Make the rows of the days a table with the columns of `attributed_line`; returns its name."""
    name = f"attributed_{role}"
    if role == LINE_IN_MARKET:
        market_rows.register_lines(connection, name, days)
    else:
        connection.register(name, _shaped(_of_role(role, days)))
    return name


def _of_role(role: str, days: Days) -> pa.Table:
    if role == ON_FILE:
        return _on_file(days)
    if role in OF_RECEIVABLES:
        return _receivable(role, days)
    if role == MARKET:
        return _market(days)
    if role == OUTLET:
        return _outlets(days)
    return _delivered(days) if role == DELIVERED else _rows(tally(role), days)


def _on_file(days: Days) -> pa.Table:
    """Every customer in use on the last of the days in each month, where it lies on that day."""
    customers = list(Customer.objects.order_by("pk").values_list("code", "opened_on", "closed_on"))
    parts = [SHAPE.empty_table()]
    for day in _month_ends(days):
        codes = [
            code for code, first, end in customers if (first or day) <= day and (end is None or end > day)
        ]
        parts.append(on_day(codes, day))
    return pa.concat_tables(parts)


def on_day(codes: Sequence[str], day: date) -> pa.Table:
    """A row without amounts for each customer, where it lies on a day."""
    given = {
        "ordered_on": pa.array([day] * len(codes), pa.date32()),
        "customer_code": pa.array(codes, pa.string()),
    }
    return _owned(_lines(given, len(codes)), bases.ownership_in_force())


def _receivable(role: str, days: Days) -> pa.Table:
    """At the last of the days in each month, up to the last receipt: what each customer owes, or was delivered in the year."""
    book = receivables.ledger()
    parts = [SHAPE.empty_table()]
    if book is None:
        return parts[0]
    for day in _month_ends((days[0], min(days[1], book.last + timedelta(1)))):
        found = book.owed(day)
        amount = _level(role, found, book.customers)
        rows = on_day(book.customers, day)
        for name, values in (("amount_fen", amount), ("quantity_milli", amount * found.days)):
            rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array(values))
        parts.append(rows.filter(pa.array(amount != 0)))
    return pa.concat_tables(parts)


def _market(days: Days) -> pa.Table:
    """The size of each place on the last of the days in each month, counted where the place lies on it."""
    parts = [SHAPE.empty_table()]
    for day, by_unit in market_rows.sizes(days):
        given = {
            "ordered_on": pa.array([day] * len(by_unit), pa.date32()),
            "place_code": pa.array(list(by_unit), pa.string()),
            "amount_fen": pa.array(list(by_unit.values()), pa.int64()),
        }
        parts.append(_owned(_lines(given, len(by_unit)), bases.ownership_in_force()))
    return pa.concat_tables(parts)


def _outlets(days: Days) -> pa.Table:
    """A row for each place, month and product: outlets looked at as quantity, those where it was found as amount."""
    found = outlet_rows.found_in_places(days)
    lines = _lines({name: found[name] for name in found.column_names}, found.num_rows)
    return _owned(lines, bases.ownership_in_force())


def _lines(given: Mapping[str, pa.Array], count: int) -> pa.Table:
    """Rows in the shape of lines; what is not given is empty."""
    return pa.table({field.name: given.get(field.name, pa.nulls(count, field.type)) for field in LINE})


def _level(role: str, found: Owed, customers: Sequence[str]) -> NDArray[np.int64]:
    """By customer; weighted with the days its deliveries are of it becomes the days it is outstanding."""
    if role == DELIVERED_YEAR:
        return found.delivered
    if role in (OWED_OVERDUE, OWED_TERMED):
        due = found.due(receivables.terms_of(customers))
        return due.overdue if role == OWED_OVERDUE else due.termed
    level: NDArray[np.int64] = found.by_bucket[:, OLD if role == OWED_OLD else 0 :].sum(axis=1)
    return level


def _month_ends(days: Days) -> Iterator[date]:
    day, stop = days
    while day < stop:
        day = min(date(day.year + day.month // 12, day.month % 12 + 1, 1), stop)
        yield day - timedelta(1)


def _owned(lines: pa.Table, claims: pa.Table) -> pa.Table:
    owned = attribution.append(lines, attribution.attribute_lines(lines, claims))
    return owned.select(SHAPE.names).cast(SHAPE)


def _delivered(days: Days) -> pa.Table:
    """As the basis of delivery counts: order lines by the day they were shipped, from the first month with shipments these."""
    turn = turn_to_shipments()
    early = _rows(tally(DELIVERED), (days[0], min(days[1], turn)))
    return pa.concat_tables([early, _rows(tally(SHIPMENT), (max(days[0], turn), days[1]))])


def _rows(source: Tally, days: Days) -> pa.Table:
    """The rows dated within the days, each with its territory and person."""
    claims = bases.ownership_in_force()
    parts = [_of_batch(batch, source, claims, days) for batch in _batches(source, days)]
    return pa.concat_tables([SHAPE.empty_table(), *parts])


def _batches(source: Tally, days: Days) -> list[Batch]:
    """Those that may have rows of the days; an order is delivered on days that its batch does not tell."""
    batches = standing((source.kind,)).order_by("pk")
    if source.kind != ORDER_LINE_KIND:
        batches = batches.filter(first_on__lt=days[1], last_on__gte=days[0])
    return list(batches)


def _of_batch(batch: Batch, source: Tally, claims: pa.Table, days: Days) -> pa.Table:
    lines = source.counted(source.columns(batch, SUMMED), batch.sign)
    day = lines["ordered_on"]
    lines = lines.filter(pc.and_(pc.greater_equal(day, days[0]), pc.less(day, days[1])))
    return _owned(lines, claims)


def _shaped(rows: pa.Table) -> pa.Table:
    """With the columns of order lines that no other kind has."""
    rows = rows.append_column("order_no", pa.nulls(rows.num_rows, pa.string()))
    rows = rows.append_column("profit_fen", pa.nulls(rows.num_rows, pa.int64()))
    rows = rows.append_column("shipped_on", pa.nulls(rows.num_rows, pa.date32()))
    return rows.append_column("sign", pa.array(np.ones(rows.num_rows, np.int64)))
