"""The rows behind the figures of a tally, or of a kind that does not add up: each with whom it counts for.

Rows that were taken back are left out with what took them back, so that what is listed adds up to the figure.
Of a batch, the day of every row is read, and everything else only of the rows of the days asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.apps.performance import bases
from quyu.apps.performance.kinds import KINDS
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollups import SUMMED
from quyu.apps.performance.selectors.by_basis import DELIVERY
from quyu.apps.performance.selectors.drill import Reach
from quyu.apps.performance.tallies import (
    DELIVERED,
    RETURNED,
    SHIPMENT,
    Tally,
    standing,
    tallies,
    turn_to_shipments,
)
from quyu.apps.performance.tallies import tally as tally_of
from quyu.platform.facts import attribution, picking
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import KINDS as STORED
from quyu.platform.imports.kinds import Column

DRAWN = {kind.id: kind for kind in KINDS}
ORDER = [("ordered_on", "descending"), ("document_no", "ascending"), ("line_no", "ascending")]
SHOWN_APART = ("document_no", "line_no", "region_name", "amount_fen", "quantity_milli")


@dataclass(frozen=True)
class FactRows:
    """`table` has the columns of order lines, the number of the document, territory, person, and the extras."""

    table: pa.Table
    extras: tuple[Column, ...]
    has_amount: bool
    has_quantity: bool
    adds_up: bool
    """False for levels, such as stock counts: their amounts are never summed."""

    @property
    def headers(self) -> list[str]:
        """The names of the extras that any row fills in."""
        return [str(column.label) for column in self.extras]

    @property
    def has_product(self) -> bool:
        return bool(self.table["product_code"].null_count < self.table.num_rows)

    @property
    def amount_fen(self) -> int:
        return int(pc.sum(self.table["amount_fen"]).as_py() or 0)


def listed() -> list[str]:
    """The tallies and kinds whose rows can be looked at."""
    return [DELIVERY, DELIVERED.id, RETURNED.id, *DRAWN]


def fact_rows(name: str, reach: Reach, days: tuple[date, date]) -> FactRows:
    """The rows of the days that count for the reach, the newest first."""
    if name == DELIVERY:
        turn = turn_to_shipments()
        early = _rows(DELIVERED, DELIVERED.id, reach, (days[0], min(days[1], turn)))
        return _together(early, _rows(tally_of(SHIPMENT), SHIPMENT, reach, (max(days[0], turn), days[1])))
    known = {tally.id: tally for tally in tallies()}
    return _rows(known.get(name) or _of_level(name), name, reach, days, adds_up=name in known)


def _together(early: FactRows, late: FactRows) -> FactRows:
    """Two lists as one; what only one of them fills in is empty in the other."""
    table = pa.concat_tables([early.table, late.table], promote_options="default")
    return FactRows(table.sort_by(ORDER), late.extras, has_amount=True, has_quantity=True, adds_up=True)


def _rows(
    tally: Tally, name: str, reach: Reach, days: tuple[date, date], *, adds_up: bool = True
) -> FactRows:
    drawn = DRAWN.get(name)
    extras = tuple(
        column
        for column in (drawn.stored() if drawn else ())
        if column.name not in (*SHOWN_APART, tally.dated_by)
    )
    state = RollupState.objects.filter(pk=1).first()
    basis = bases.kept_basis(state.ownership_digest, state.catalog_digest) if state else None
    batches = standing((tally.kind,))
    if tally.dated_by == STORED[tally.kind].dated_by:
        batches = batches.filter(first_on__lt=days[1], last_on__gte=days[0])
    parts = [_of_batch(batch, tally, extras, basis, reach, days) for batch in batches.order_by("pk")]
    parts = [part for part in parts if part.num_rows]
    table = pa.concat_tables(parts) if parts else _nothing(extras, tally)
    extras = tuple(column for column in extras if table[column.name].null_count < table.num_rows)
    return FactRows(table.sort_by(ORDER), extras, bool(tally.amount), bool(tally.quantity), adds_up)


def _of_level(name: str) -> Tally:
    """A kind without sums, read in the same way."""
    stored = STORED[name]
    return Tally(name, name, stored.dated_by, stored.amount, stored.quantity)


def _of_batch(
    batch: Batch,
    tally: Tally,
    extras: Sequence[Column],
    basis: bases.Basis | None,
    reach: Reach,
    days: tuple[date, date],
) -> pa.Table:
    numbers = tally.numbers(batch, days)
    if not len(numbers):
        return pa.table({})
    number = STORED[batch.kind].identity
    others = picking.rows(batch, numbers, [*number, *(column.name for column in extras)])
    lines = tally.counted(_added(tally.picked(batch, numbers, SUMMED), others, number), batch.sign)
    frame = basis.ownership if basis is not None else attribution.OWNERSHIP.empty_table()
    claimed = lines
    if batch.kind in DRAWN and DRAWN[batch.kind].is_seen_in_place:
        nobody = pa.nulls(lines.num_rows, pa.string())
        claimed = lines.set_column(lines.schema.get_field_index("customer_code"), "customer_code", nobody)
    owned = attribution.append(lines, attribution.attribute_lines(claimed, frame))
    if reach.is_everything:
        return owned
    mine = pc.is_in(owned["territory_code"], pa.array(reach.territory_codes, pa.string()))
    return owned.filter(mine)


def _added(lines: pa.Table, others: pa.Table, number: tuple[str, str]) -> pa.Table:
    for name, column in zip(others.column_names, others.columns, strict=True):
        shown = {number[0]: "document_no", number[1]: "line_no"}.get(name, name)
        plain = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        lines = lines.append_column(shown, plain)
    for name in ("customer_code", "product_code", "place_code", "channel_code"):
        place = lines.schema.get_field_index(name)
        lines = lines.set_column(place, name, lines[name].cast(pa.string()))
    return lines


def _nothing(extras: Sequence[Column], tally: Tally) -> pa.Table:
    schema = STORED[tally.kind].schema
    names = [*SUMMED, "document_no", "line_no", "territory_code", "person_code"]
    numbers = {"quantity_milli": np.int64, "amount_fen": np.int64}
    found = {name: pa.array([], pa.int64() if name in numbers else pa.string()) for name in names}
    found["ordered_on"] = pa.array([], pa.date32())
    return pa.table(found | {column.name: pa.array([], schema.field(column.name).type) for column in extras})
