"""Order lines for tests."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from quyu.platform.facts.schema import ORDER_LINE

AT = datetime(2026, 6, 15, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def line(
    order_no: str, day: date, amount_fen: int, *, customer: str = "C1", product: str = "P1"
) -> dict[str, object]:
    return {
        "order_no": order_no,
        "line_no": "1",
        "ordered_on": day,
        "customer_code": customer,
        "product_code": product,
        "quantity_milli": 1000,
        "amount_fen": amount_fen,
    }


def order_lines(*rows: dict[str, object]) -> pa.Table:
    columns = {name: [row.get(name) for row in rows] for name in ORDER_LINE.names}
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in ORDER_LINE})


def ownership(*rows: tuple[str, date, date | None, str, str | None]) -> pa.Table:
    """Rows of (customer, valid_from, valid_to, territory, person)."""
    names = ("customer_code", "valid_from", "valid_to", "territory_code", "person_code")
    types = (pa.string(), pa.date32(), pa.date32(), pa.string(), pa.string())
    return pa.table({name: pa.array([row[i] for row in rows], types[i]) for i, name in enumerate(names)})
