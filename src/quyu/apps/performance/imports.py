"""The import of order lines: what the columns are, what is checked, what is written."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.performance import (
    background,
    derive,
    first_map,
    order_amounts,
    order_scope,
    places,
    rollups,
    services,
)
from quyu.apps.performance.batch_totals import by_territory
from quyu.apps.performance.duplicates import Lines
from quyu.apps.performance.order_checks import (
    Resolved,
    closed_notices,
    errors_of,
    in_closed_months,
    may_create,
    questions_of,
    recorded_meanwhile,
    resolve,
)
from quyu.apps.performance.order_columns import ALTERNATIVES, COLUMNS
from quyu.apps.performance.previewing import preview
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND
from quyu.platform.imports.kinds import Context, Findings, ImportKind, Parsed, Receipt, RowError, register
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.people.models import User


def precheck(context: Context, kind: str = ORDER_LINE_KIND) -> tuple[RowError, ...]:
    """The same file has no effect the second time; as another kind of facts it is another file."""
    batch = store.find(context.source_sha256, kind)
    if batch is None:
        return ()
    message = _("这个文件已在 {day:%Y-%m-%d %H:%M} 导入过（批次 {batch}），没有重复写入。")
    text = message.format(day=localtime(batch.created_at), batch=batch.pk)
    return (RowError(None, None, "already_imported", None, text),)


def check(parsed: Parsed, context: Context) -> Findings:
    """Judge the rows and say what committing them would do."""
    resolved = resolve(parsed, context.answers)
    outside = tuple(order_scope.errors_of(parsed, resolved, context))
    hidden = {error.row for error in outside}
    found = errors_of(parsed, resolved, context, source=_source(context))
    errors = (
        *outside,
        *(error for error in found if error.row not in hidden),  # nothing else is told about such rows
        *order_amounts.errors_of(parsed),
    )
    notices: tuple[str, ...] = (
        () if "quantity_milli" in parsed.table.column_names else (_("文件没有数量列，数量按 0 记录。"),)
    )
    notices += (*order_amounts.notices_of(parsed), *closed_notices(parsed))
    bad = {error.row for error in errors if error.row is not None}
    return Findings(
        errors,
        notices,
        _preview(
            parsed.without(bad),
            resolved if not bad else resolve(parsed.without(bad), context.answers),
            context,
        ),
        (
            *questions_of(parsed, resolved.people, context),
            *order_amounts.questions_of(parsed, ORDERS.column("amount_fen")),
        ),
    )


def _source(context: Context) -> str:
    return context.options.get("source") or services.DEFAULT_SOURCE


def _preview(parsed: Parsed, resolved: Resolved, context: Context) -> dict[str, object]:
    """Totals, and the master data that would be created."""
    creates = {kind: names for kind, names in _creations(resolved, context).items() if names}
    return preview(parsed, resolved, dated_by="ordered_on") | (
        {"creates": creates} if len(parsed.rows) else {}
    )


def _creations(resolved: Resolved, context: Context) -> dict[str, list[str]]:
    """What would be created, or could be if it were allowed."""
    found = {
        "customers": (resolved.customers, "customers"),
        "products": (resolved.products, "products"),
        "channels": (resolved.channels, "channels"),
        "regions": (resolved.regions, "regions"),
    }
    creations = {
        kind: resolution.unknown_texts()
        for kind, (resolution, _name) in found.items()
        if may_create(kind, resolution.exists, context)
    }
    if may_create("people", resolved.people.exists, context):
        creations["people"] = resolved.people.unknown_texts()
    return creations


def facts(parsed: Parsed, resolved: Resolved) -> pa.Table:
    """The rows as order-line facts."""
    table = parsed.table
    zero = pa.array(np.zeros(table.num_rows, dtype=np.int64))
    columns: dict[str, object] = {
        "order_no": table["order_no"],
        "line_no": resolved.lines.line_no,
        "ordered_on": table["ordered_on"],
        "customer_code": resolved.customers.encoded(),
        "product_code": resolved.products.encoded(),
        "channel_code": resolved.channels.encoded(),
        "salesperson_code": resolved.people.column(),
        "quantity_milli": pc.fill_null(table["quantity_milli"], 0)
        if "quantity_milli" in table.column_names
        else zero,
        "amount_fen": table["amount_fen"],
        "place_code": places.existing_codes(places.line_places(table)),
    }
    columns |= {
        name: table[name]
        for name in ("shipped_on", "region_name", "profit_fen")
        if name in table.column_names
    }
    return pa.table(columns)


@dataclass(frozen=True)
class _Ready:
    """What `stage` leaves for `commit`; everything else it needed is let go."""

    staged: services.Staged
    lines: Lines
    last_batch: int
    new: derive.Implied | None
    """The master data to be created first."""


def stage(parsed: Parsed, context: Context) -> None:
    """Put the lines on disk, attributed and summed unless master data must be created first."""
    first_map.prepare(parsed.table, today=context.today)
    resolved = resolve(parsed, context.answers)
    kinds = [kind for kind, names in _creations(resolved, context).items() if names]
    lines, last_batch = resolved.lines, resolved.last_batch
    del resolved
    new = derive.implied(parsed.table, kinds) if kinds else None
    staged = services.stage_orders(
        _released(parsed, context), source_sha256=context.source_sha256, is_summed=new is None
    )
    parsed.memory["ready"] = _Ready(staged, lines, last_batch, new)


def _released(parsed: Parsed, context: Context) -> pa.Table:
    """The facts; the references they were made from are forgotten, for they take as much memory again."""
    table = facts(parsed, resolve(parsed, context.answers))
    parsed.memory.clear()
    return table


def _ready(parsed: Parsed, context: Context) -> _Ready:
    """What was staged; staged again when the same file was imported and taken back meanwhile."""
    ready = parsed.memory.get("ready")
    if isinstance(ready, _Ready) and services.is_current(ready.staged, context.source_sha256):
        return ready
    parsed.memory.clear()
    stage(parsed, context)
    return _ready(parsed, context)


def commit(parsed: Parsed, context: Context) -> Receipt:
    """Create what may be created, then record the lines, in the pipeline's transaction."""
    ready = _ready(parsed, context)
    rollups.locked_state()
    meanwhile = recorded_meanwhile(
        parsed, ready.lines, context, source=_source(context), after=ready.last_batch
    )
    if error := next(chain(precheck(context), meanwhile, in_closed_months(parsed)), None):
        raise FileRefused(error.code, "{message}", row=error.row, column=error.column, message=error.message)
    created = derive.create(ready.new, actor=context.actor, at=context.at) if ready.new else {}
    batch = services.record_orders(
        ready.staged,
        file_name=context.file_name,
        source_sha256=context.source_sha256,
        actor=context.actor,
        at=context.at,
        source=_source(context),
    )
    background.refresh_figures_later(context.at)
    totals = {
        "amount_fen": batch.amount_fen,
        "quantity_milli": batch.quantity_milli,
        "first_on": batch.first_on.isoformat() if batch.first_on else "",
        "last_on": batch.last_on.isoformat() if batch.last_on else "",
        "sha256": batch.source_sha256,
        "created": created,
        "was_present": batch.was_present,
    }
    return Receipt(0 if batch.was_present else batch.row_count, totals, batch.pk)


def undo(batch_id: int, reason: str, actor: User | None, at: datetime) -> Receipt:
    """Take an imported batch back by a reversal."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    reversal = services.reverse(batch=batch, reason=reason, actor=actor, at=at)
    background.refresh_figures_later(at)
    totals: dict[str, object] = {"amount_fen": reversal.amount_fen}
    if reversal.booked_on is not None:
        totals |= {"booked_on": reversal.booked_on.isoformat(), "booked": reversal.booked}
    return Receipt(reversal.row_count, totals, reversal.pk)


ORDERS = register(
    ImportKind(
        id="orders",
        label=gettext_lazy("订单明细"),
        resource="actual",
        columns=COLUMNS,
        check=check,
        stage=stage,
        commit=commit,
        creatable=derive.KINDS,
        creatable_labels=derive.LABELS,
        alternatives=ALTERNATIVES,
        precheck=precheck,
        undo=undo,
        by_owner=by_territory,
    )
)
