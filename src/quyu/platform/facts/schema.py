"""The shape of a fact: one column list per kind, fixed for ever; later columns are appended as nullable.

Amounts are int64 fen, quantities int64 thousandths, dates are days. A line is identified by its source,
its order number and its line number.
"""

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
MEASURES = ("quantity_milli", "amount_fen", "profit_fen")
SMALL_DICTIONARY = 10_000
"""A larger one is written again with every row group and gains nothing."""
SCHEMAS = {ORDER_LINE_KIND: ORDER_LINE}


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
