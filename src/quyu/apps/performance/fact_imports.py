"""The import of every kind of fact beside order lines, made from its declaration.

The rows are looked at as order lines are: the document number stands for the order number and the day of the
row for the order date, so that references, scope, closed months and repeats are judged by the same code.
New master data are never made here; only orders bring them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.apps.performance import order_scope, places, rollups, services, tallies
from quyu.apps.performance.batch_totals import by_territory
from quyu.apps.performance.duplicates import Lines
from quyu.apps.performance.imports import precheck, undo
from quyu.apps.performance.kinds import KINDS, Kind
from quyu.apps.performance.kinds.declaration import PLACE
from quyu.apps.performance.order_checks import (
    NOTHING_NEW,
    Resolved,
    errors_of,
    in_closed_months,
    recorded_meanwhile,
    resolve,
)
from quyu.apps.performance.previewing import preview
from quyu.platform.facts import schema, store
from quyu.platform.imports.kinds import Context, Findings, ImportKind, Parsed, Receipt, RowError, register
from quyu.platform.imports.refusals import FileRefused

BETWEEN = "·"
PLACES = tuple(column.name for column in PLACE)


def seen_as_orders(kind: Kind, parsed: Parsed) -> Parsed:
    """The rows with the columns that the checks of orders ask for, once."""
    known = parsed.memory.get("seen")
    if not isinstance(known, Parsed):
        table, raw = parsed.table, parsed.raw
        number = _document_numbers(kind, table)
        if "order_no" in table.column_names:
            table = table.rename_columns(
                ["paid_order_no" if name == "order_no" else name for name in table.column_names]
            )
            raw = raw.rename_columns(
                ["paid_order_no" if name == "order_no" else name for name in raw.column_names]
            )
        table = table.append_column("order_no", number).append_column("ordered_on", table[kind.dated_by])
        own = {"order_no": "document_no", "ordered_on": kind.dated_by}
        for alias, name in own.items():
            if name in raw.column_names:
                raw = raw.append_column(alias, raw[name])
        headers = {**parsed.headers, **{a: parsed.headers[n] for a, n in own.items() if n in parsed.headers}}
        known = parsed.memory["seen"] = Parsed(table, parsed.rows, headers, raw)
    return known


def _document_numbers(kind: Kind, table: pa.Table) -> pa.ChunkedArray:
    """What the file says, else what of each row says which it is."""
    given = table["document_no"].cast(pa.string()) if "document_no" in table.column_names else None
    if given is not None and not given.null_count:
        return given
    parts = [_part(table, name) for name in kind.natural]
    natural = pc.binary_join_element_wise(*parts, BETWEEN)
    return natural if given is None else pc.coalesce(given, natural)


def _part(table: pa.Table, name: str) -> pa.ChunkedArray:
    """One column as text; a customer by name where it has no code."""
    other = {"customer_code": "customer_name"}.get(name, name)
    found = [table[one].cast(pa.string()) for one in (name, other) if one in table.column_names]
    if not found:
        return pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    return pc.fill_null(pc.coalesce(*found), "")


def check(kind: Kind, parsed: Parsed, context: Context) -> Findings:
    """Judge the rows and say what committing them would do."""
    context = replace(context, create=NOTHING_NEW)
    seen = seen_as_orders(kind, parsed)
    resolved = resolve(seen, context.answers)
    where = _place_codes(parsed) if kind.is_seen_in_place else None
    outside = tuple(order_scope.errors_of(seen, resolved, context, seen_in=where))
    hidden = {error.row for error in outside}
    declared = schema.KINDS[kind.id]
    found = errors_of(seen, resolved, context, source=_source(kind, context), kind=declared)
    errors = (
        *outside,
        *(error for error in found if error.row not in hidden),  # nothing else is told about such rows
        *_own_errors(kind, parsed),
    )
    valid = seen.without({error.row for error in errors if error.row is not None})
    shown = preview(
        valid,
        resolved if valid is seen else resolve(valid, context.answers),
        dated_by=kind.dated_by,
        amount=kind.amount,
        quantity=kind.quantity,
    )
    return Findings(errors, (), shown)


def _own_errors(kind: Kind, parsed: Parsed) -> Iterator[RowError]:
    for rule in kind.checks:
        if rule.column not in parsed.table.column_names:
            continue
        wrong = pc.fill_null(rule.is_wrong(parsed.table[rule.column]), False).to_numpy()
        for index in np.flatnonzero(wrong):
            yield parsed.error(int(index), rule.column, rule.code, str(rule.message))


def _source(kind: Kind, context: Context) -> str:
    return context.options.get("source") or kind.id


def facts(kind: Kind, parsed: Parsed, resolved: Resolved) -> pa.Table:
    """The rows as facts of the kind."""
    table = parsed.table
    columns: dict[str, object] = {
        column.name: table[column.name] for column in kind.stored() if column.name in table.column_names
    }
    columns |= {
        "document_no": resolved.lines.order_no,
        "line_no": resolved.lines.line_no,
        "customer_code": resolved.customers.encoded(),
        "product_code": resolved.products.encoded(),
        "channel_code": resolved.channels.encoded(),
        "salesperson_code": resolved.people.column(),
    }
    columns["place_code"] = _place_codes(parsed)
    return pa.table(columns)


def _place_codes(parsed: Parsed) -> pa.Array:
    """The unit of each row, null where the file says nothing of places."""
    if not any(name in parsed.table.column_names for name in PLACES):
        return pa.nulls(parsed.table.num_rows, pa.string())
    return places.existing_codes(places.line_places(parsed.table))


@dataclass(frozen=True)
class _Ready:
    """What `stage` leaves for `commit`."""

    staged: store.Staged
    lines: Lines
    last_batch: int


def stage(kind: Kind, parsed: Parsed, context: Context) -> None:
    """Put the rows on disk."""
    resolved = resolve(seen_as_orders(kind, parsed), context.answers)
    staged = store.stage(facts(kind, parsed, resolved), kind=kind.id, source_sha256=context.source_sha256)
    parsed.memory["ready"] = _Ready(staged, resolved.lines, resolved.last_batch)


def _ready(kind: Kind, parsed: Parsed, context: Context) -> _Ready:
    """What was staged; staged again when the same file was imported and taken back meanwhile."""
    ready = parsed.memory.get("ready")
    if isinstance(ready, _Ready) and store.is_current(ready.staged, context.source_sha256):
        return ready
    parsed.memory.clear()
    stage(kind, parsed, context)
    return _ready(kind, parsed, context)


def commit(kind: Kind, parsed: Parsed, context: Context) -> Receipt:
    """Record the rows, in the pipeline's transaction."""
    ready, seen = _ready(kind, parsed, context), seen_as_orders(kind, parsed)
    rollups.locked_state()
    meanwhile = recorded_meanwhile(
        seen,
        ready.lines,
        context,
        source=_source(kind, context),
        after=ready.last_batch,
        kind=schema.KINDS[kind.id],
    )
    if error := next(chain(precheck(context, kind.id), meanwhile, in_closed_months(seen)), None):
        raise FileRefused(error.code, "{message}", row=error.row, column=error.column, message=error.message)
    batch = services.record_facts(
        ready.staged,
        kind=kind.id,
        file_name=context.file_name,
        source_sha256=context.source_sha256,
        actor=context.actor,
        at=context.at,
        source=_source(kind, context),
    )
    totals: Mapping[str, object] = {
        **({"amount_fen": batch.amount_fen} if kind.amount else {}),
        **({"quantity_milli": batch.quantity_milli} if kind.quantity else {}),
        "first_on": batch.first_on.isoformat() if batch.first_on else "",
        "last_on": batch.last_on.isoformat() if batch.last_on else "",
        "sha256": batch.source_sha256,
        "was_present": batch.was_present,
    }
    return Receipt(0 if batch.was_present else batch.row_count, totals, batch.pk)


def importable(kind: Kind) -> ImportKind:
    """Make a declared kind known to the store, the sums, the pages and the command line."""
    kind.declare()
    if kind.is_flow:
        tallies.declare(kind.id)
    return register(
        ImportKind(
            id=f"facts-{kind.command}",
            label=kind.label,
            resource="actual",
            columns=kind.columns,
            check=partial(check, kind),
            stage=partial(stage, kind),
            commit=partial(commit, kind),
            alternatives=kind.alternatives,
            precheck=partial(precheck, kind=kind.id),
            undo=undo,
            by_owner=by_territory if kind.is_flow and kind.amount else None,
            command=kind.command,
        )
    )


IMPORTS = tuple(importable(kind) for kind in KINDS)
