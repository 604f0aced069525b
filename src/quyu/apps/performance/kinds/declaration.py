"""The declaration of a kind of fact: everything a kind is, in one object.

Its file columns become the columns of the fact. References are stored as codes: a customer under
`customer_code`, a product under `product_code`, a place under `place_code`, whatever the file says of them.
Every kind has a document number and a line number, which with the source say which row it is; where a file has no
number, one is made of the columns in `natural`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext_lazy as _

from quyu.apps.performance.order_columns import COLUMNS as ORDER_COLUMNS
from quyu.platform.facts import schema
from quyu.platform.facts.schema import FactKind
from quyu.platform.imports.kinds import Column, Label

REFERENCES = ("customer_code", "product_code", "channel_code", "salesperson_code", "place_code")
NAMES = ("customer_name", "product_name", "territory_name", "province", "city", "county")
"""What a file says to name a reference; the fact holds its code."""
NUMBERS = ("amount", "quantity", "integer", "price", "rate", "decimal")
_of_orders = {column.name: column for column in ORDER_COLUMNS}


def as_in_orders(*names: str) -> tuple[Column, ...]:
    """Columns that go by the same words as in an order file."""
    return tuple(_of_orders[name] for name in names)


CUSTOMER = as_in_orders("customer_code", "customer_name")
PRODUCT = as_in_orders("product_code", "product_name")
PLACE = as_in_orders("province", "city", "county")
SALESPERSON = as_in_orders("salesperson_code")
REGION = as_in_orders("region_name")
CHANNEL = as_in_orders("channel_code")


@dataclass(frozen=True)
class Check:
    """What is wrong with a value of a column: `is_wrong` gets the column and says it of each row."""

    column: str
    code: str
    message: Label
    is_wrong: Callable[[pa.ChunkedArray], pa.ChunkedArray]


def not_negative(column: str) -> Check:
    return Check(column, "negative", _("不能是负数。"), lambda values: pc.less(values, 0))


def not_zero(column: str) -> Check:
    return Check(column, "zero", _("不能是 0。"), lambda values: pc.equal(values, 0))


def positive(column: str) -> Check:
    return Check(column, "not_positive", _("必须大于 0。"), lambda values: pc.less_equal(values, 0))


@dataclass(frozen=True)
class Kind:
    """`dated_by` is the day a row counts on; `amount` and `quantity` are the columns summed, "" for none.

    A flow adds up over time; what is none (a count of stock, a price) is only ever read by its last value.
    What is seen in a place counts for who answers there, whoever the customer is that the row names.
    Rows of closed months that are `booked_late` are given back in the open month when their import is taken back; of
    what is no money or goods (a visit, a count of stock) no row less can be had later, so its month is opened first.
    """

    id: str
    command: str
    label: Label
    columns: tuple[Column, ...]
    dated_by: str
    amount: str = "amount_fen"
    quantity: str = ""
    natural: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = (("customer_name", "customer_code"),)
    is_flow: bool = True
    is_seen_in_place: bool = False
    booked_late: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def has_product(self) -> bool:
        return "product_code" in self.names

    def stored(self) -> list[Column]:
        """The file columns that the fact holds as they are."""
        return [column for column in self.columns if column.name not in (*REFERENCES, *NAMES)]

    def schema(self) -> pa.Schema:
        """Number, line, day, references, then what the file says; later columns go to the end of `columns`."""
        fields = [
            pa.field("document_no", pa.string(), nullable=False),
            pa.field("line_no", pa.string(), nullable=False),
            pa.field(self.dated_by, pa.date32(), nullable=False),
            *(pa.field(name, pa.string()) for name in REFERENCES),
        ]
        known = {field.name for field in fields}
        fields += [
            pa.field(column.name, _type(column), nullable=not column.required)
            for column in self.stored()
            if column.name not in known
        ]
        return pa.schema(fields)

    def declare(self) -> FactKind:
        """Make the kind known to the store of facts."""
        measures = [column.name for column in self.stored() if column.type in ("amount", "quantity")]
        return schema.declare(
            FactKind(
                self.id,
                self.schema(),
                self.dated_by,
                tuple(measures),
                self.amount,
                self.quantity,
                booked_late=self.booked_late,
            )
        )


def _type(column: Column) -> pa.DataType:
    if column.type in NUMBERS:
        return pa.int64()
    return {"date": pa.date32(), "boolean": pa.bool_()}.get(column.type, pa.string())
