"""The shape of a fact: one column list per kind, fixed for ever; later columns are appended as nullable.

Amounts are int64 fen, quantities int64 thousandths, dates are days. A row is identified by its source and by
the two columns of `FactKind.identity`, which every kind has (of an order line: order number and line number).
"""

from dataclasses import dataclass

import pyarrow as pa

ORDER_LINE_KIND = "order_line"

ORDER_LINE = pa.schema(
    [
        pa.field("order_no", pa.string(), nullable=False),
        pa.field("line_no", pa.string(), nullable=False),
        pa.field("ordered_on", pa.date32(), nullable=False),
        pa.field("shipped_on", pa.date32()),
        pa.field("customer_code", pa.string(), nullable=False),
        pa.field("product_code", pa.string(), nullable=False),
        pa.field("channel_code", pa.string()),
        pa.field("salesperson_code", pa.string()),
        pa.field("region_name", pa.string()),
        pa.field("quantity_milli", pa.int64(), nullable=False),
        pa.field("amount_fen", pa.int64(), nullable=False),
        pa.field("profit_fen", pa.int64()),
        pa.field("place_code", pa.string()),
    ]
)
SMALL_DICTIONARY = 10_000
"""A larger one is written again with every row group and gains nothing."""


@dataclass(frozen=True)
class FactKind:
    """What the store must know of a kind.

    `dated_by` is the day a row counts on and is attributed by, `also_dated` further days it is counted by; a
    kind that is `booked_late` has rows of closed months taken back in the open one; `amount` and `quantity` are the columns the
    manifest adds up ("" for none); `measures` those which a reversal negates.
    """

    id: str
    schema: pa.Schema
    dated_by: str
    measures: tuple[str, ...]
    amount: str = "amount_fen"
    quantity: str = "quantity_milli"
    identity: tuple[str, str] = ("document_no", "line_no")
    also_dated: tuple[str, ...] = ()
    booked_late: bool = False


KINDS: dict[str, FactKind] = {}
SCHEMAS: dict[str, pa.Schema] = {}


def declare(kind: FactKind) -> FactKind:
    """Make a kind known to the store; every reader of facts finds it by its id."""
    KINDS[kind.id], SCHEMAS[kind.id] = kind, kind.schema
    return kind


ORDER_LINES = declare(
    FactKind(
        ORDER_LINE_KIND,
        ORDER_LINE,
        dated_by="ordered_on",
        measures=("quantity_milli", "amount_fen", "profit_fen"),
        identity=("order_no", "line_no"),
        also_dated=("shipped_on",),
        booked_late=True,
    )
)


def conform(table: pa.Table, kind: str) -> pa.Table:
    """`table` with exactly the columns of `kind`, in order and typed; missing nullable columns become null.

    Texts may be dictionaries.
    """
    schema = SCHEMAS[kind]
    columns = [
        _typed(table[field.name], field.type)
        if field.name in table.column_names
        else pa.chunked_array([pa.nulls(table.num_rows, field.type)])
        for field in schema
        if field.name in table.column_names or field.nullable
    ]
    named = [
        field.with_type(column.type)
        for field, column in zip(
            (f for f in schema if f.name in table.column_names or f.nullable), columns, strict=True
        )
    ]
    return pa.table(columns, schema=pa.schema(named)).combine_chunks()


def _typed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The column in its type; a dictionary of texts may stay one, for files keep no difference."""
    if pa.types.is_dictionary(column.type) and column.type.value_type == kind:
        whole = column.unify_dictionaries()
        if max((len(chunk.dictionary) for chunk in whole.chunks), default=0) <= SMALL_DICTIONARY:
            return whole
    return column.cast(kind)
