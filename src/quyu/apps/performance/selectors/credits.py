"""Credit: what each territory sold as the accountable one, what overlays give away of it, and to whom.

Each order line that an overlay shares is split by largest remainder (ties to the share declared first), a
return as what it takes back, so that the parts are the line to the fen and both views have one sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.db.models import Sum

from quyu.apps.customers.models import CustomerCredit, Overlay, OverlayShare
from quyu.apps.performance.attributed import attributed_lines
from quyu.apps.performance.directory import Directory
from quyu.apps.performance.models import DayRollup
from quyu.platform.catalog.models import Product

NOBODY = ""
"""The territory of lines that count for none."""
PARTS = """exact AS (
  SELECT l.n, l.fen, l.owner, l.customer, l.overlay, s.place, coalesce(s.territory, l.owner) AS territory,
         abs(l.fen) // 10000 * s.share_bp + (abs(l.fen) % 10000) * s.share_bp // 10000 AS floor,
         (abs(l.fen) % 10000) * s.share_bp % 10000 AS rest
  FROM shared l JOIN credit_share s USING (overlay)
), part AS (
  SELECT n, place, overlay, owner, territory, customer, sign(fen) * (floor + CASE
           WHEN row_number() OVER (PARTITION BY n ORDER BY rest DESC, place) <= abs(fen) - sum(floor) OVER (PARTITION BY n)
           THEN 1 ELSE 0 END) AS fen
  FROM exact
)
"""
"""What each share of an overlay has of each row of `shared`: the floor, and the fen left over by remainder."""
SPLIT = """
WITH line AS (
  SELECT row_number() OVER () AS n, l.customer_code AS customer, l.ordered_on, l.amount_fen AS fen,
         coalesce(l.territory_code, '') AS owner, coalesce(p.line, '') AS product_line
  FROM attributed_line l LEFT JOIN credit_product p ON p.code = l.product_code
  WHERE l.ordered_on >= $start AND l.ordered_on < $stop
    AND l.customer_code IN (SELECT customer FROM credit_span)
), shared AS (
  SELECT l.*, coalesce(a.overlay, b.overlay) AS overlay FROM line l
  LEFT JOIN credit_span a ON a.customer = l.customer AND a.product_line = l.product_line AND a.product_line <> ''
       AND l.ordered_on >= a.valid_from AND l.ordered_on < a.valid_to
  LEFT JOIN credit_span b ON b.customer = l.customer AND b.product_line = ''
       AND l.ordered_on >= b.valid_from AND l.ordered_on < b.valid_to
), {parts}
SELECT overlay, owner, territory, sum(fen)::BIGINT AS fen, count(DISTINCT customer)::BIGINT AS customers
FROM part GROUP BY overlay, owner, territory ORDER BY overlay, owner, territory
"""
SPANS = pa.schema(
    [
        ("customer", pa.string()),
        ("product_line", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("overlay", pa.int64()),
    ]
)
SHARES = pa.schema(
    [("overlay", pa.int64()), ("territory", pa.string()), ("share_bp", pa.int64()), ("place", pa.int64())]
)
PRODUCTS = pa.schema([("code", pa.string()), ("line", pa.string())])


@dataclass(frozen=True)
class Part:
    """What an overlay gives `territory` of the sales for which `owner` is accountable, in fen (codes)."""

    overlay: int
    owner: str
    territory: str
    amount_fen: int
    customers: int


@dataclass(frozen=True)
class Credited:
    """One territory in both views, in fen: accountable - given + received = credit."""

    territory: str
    accountable_fen: int
    given_fen: int
    received_fen: int

    @property
    def credit_fen(self) -> int:
        return self.accountable_fen - self.given_fen + self.received_fen


@dataclass(frozen=True)
class Shared:
    """What one overlay shared: `parts` by territory, in fen, and of how many customers."""

    overlay: Overlay
    amount_fen: int
    parts: tuple[tuple[str, int], ...]


def parts(start: date, stop: date) -> list[Part]:
    """Every line on `[start, stop)` that an overlay shares, split and summed."""
    rows = CustomerCredit.objects.filter(valid_from__lt=stop).exclude(valid_to__lte=start).order_by("pk")
    spans = [
        (customer, line or "", first, last or date.max, overlay)
        for customer, line, first, last, overlay in rows.values_list(
            "customer__code", "product_line__code", "valid_from", "valid_to", "overlay_id"
        )
    ]
    if not spans:
        return []
    shares = OverlayShare.objects.filter(overlay__in={span[4] for span in spans}).order_by("pk")
    told = list(shares.values_list("overlay_id", "territory__code", "share_bp", "pk"))
    products = list(Product.objects.order_by("pk").values_list("code", "line__code"))
    with attributed_lines(Directory(())) as connection:
        for name, schema, values in (
            ("credit_span", SPANS, spans),
            ("credit_share", SHARES, told),
            ("credit_product", PRODUCTS, products),
        ):
            connection.register(name, frame(schema, values))
        found = connection.execute(SPLIT.format(parts=PARTS), {"start": start, "stop": stop}).fetchall()
    return [Part(*row) for row in found]


def frame(schema: pa.Schema, rows: Iterable[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def credited(start: date, stop: date, split: Iterable[Part]) -> dict[str, Credited]:
    """Territory code (`NOBODY` for none) -> both views; their sums are equal."""
    rows = DayRollup.objects.filter(day__gte=start, day__lt=stop).order_by()
    sums = rows.values_list("territory__code").annotate(fen=Sum("amount_fen"))
    accountable = {code or NOBODY: fen for code, fen in sums}
    given: dict[str, int] = {}
    received: dict[str, int] = {}
    for part in split:
        if part.territory != part.owner:
            given[part.owner] = given.get(part.owner, 0) + part.amount_fen
            received[part.territory] = received.get(part.territory, 0) + part.amount_fen
    codes = sorted(accountable.keys() | given.keys() | received.keys())
    return {
        code: Credited(code, accountable.get(code, 0), given.get(code, 0), received.get(code, 0))
        for code in codes
    }


def by_overlay(split: Iterable[Part]) -> list[Shared]:
    """What each overlay shared, the largest part first."""
    sums: dict[int, dict[str, int]] = {}
    for part in split:
        held = sums.setdefault(part.overlay, {})
        held[part.territory] = held.get(part.territory, 0) + part.amount_fen
    overlays = Overlay.objects.in_bulk(list(sums))
    return [
        Shared(overlays[pk], sum(held.values()), tuple(sorted(held.items(), key=lambda p: (-p[1], p[0]))))
        for pk, held in sorted(sums.items())
    ]
