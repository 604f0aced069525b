"""The lines of a basis batch by batch: whom they counted for on their day, and whom they would count for on one day.

A batch and its attribution lie in the same row order, so nothing is joined.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.analytics.bridge import Ints
from quyu.apps.customers import selectors as customers
from quyu.apps.performance import bases
from quyu.apps.performance.attributed import without_taken_back
from quyu.apps.performance.bases import Basis
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.performance.tallies import DELIVERED, SHIPMENT, Tally, tally, turn_to_shipments
from quyu.apps.performance.then import Then
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

LineBasis = Literal["order", "delivery"]
Days = tuple[date, date]
ORDERED = Tally("ordered", ORDER_LINE_KIND, "ordered_on")
"""Order lines on their own day, which is what the rollups sum."""
BOUGHT = ("ordered_on", "customer_code", "amount_fen")
READ = ("ordered_on", "customer_code", "place_code", "product_code", "quantity_milli", "amount_fen")


class NoLines(Refusal):
    """Cash has no products, quantities or prices."""

    def __init__(self) -> None:
        super().__init__(
            "no_lines_of_cash",
            "回款不分产品，没有数量和价格，不能分解成价格、销量和结构；请按下单或发货看差异，回款的多少看“应收与账龄”。",
        )


@dataclass(frozen=True)
class Part:
    """Batches read as the lines of one tally; those of `days` count."""

    source: Tally
    batches: tuple[Batch, ...]
    days: Days


@dataclass(frozen=True)
class Read:
    """Rows of one batch: codes as dictionaries, amounts and quantities as they stand; `sign` is -1 in a reversal."""

    lines: pa.Table
    was: pa.ChunkedArray
    sign: int


@dataclass(frozen=True, eq=False)
class Sold:
    """The lines of a basis as they stand now or stood then, and what they count under."""

    name: LineBasis
    parts: tuple[Part, ...]
    structure: Basis

    @cached_property
    def facts(self) -> tuple[object, ...]:
        """Which lines these are."""
        return tuple(
            (part.source.id, part.days, tuple(batch.content_sha256 for batch in part.batches))
            for part in self.parts
        )

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Which lines these are and what they count under."""
        return (self.facts, self.structure.ownership_digest, self.structure.catalog_digest)

    def bought(self, stop: date) -> Iterator[pa.Table]:
        """Day, customer and amount of all lines before a day."""
        for part in self.parts:
            for batch in part.batches:
                yield _within(part.source.columns(batch, BOUGHT), (part.days[0], min(stop, part.days[1])))[0]

    def between(self, days: Sequence[Days]) -> Iterator[Read]:
        """The lines of some stretches of days, with the territory each counted for."""
        for part in self.parts:
            clipped = [(max(first, part.days[0]), min(end, part.days[1])) for first, end in days]
            for batch in part.batches:
                lines, chosen = _within(part.source.columns(batch, READ), *clipped)
                if lines.num_rows:
                    yield Read(lines, self._was(part, batch, lines, chosen), batch.sign)

    def _was(self, part: Part, batch: Batch, lines: pa.Table, chosen: NDArray[np.bool_]) -> pa.ChunkedArray:
        path = attribution.path_of(batch, self.structure.ownership_digest)
        if part.source is ORDERED and path.exists():
            return attribution.read(path)["territory_code"].filter(pa.array(chosen))
        return attribution.attribute_lines(lines, self.structure.ownership)["territory_code"]


def sold_lines(name: LineBasis, then: Then | None) -> Sold:
    """The lines of a basis, now or at a past moment."""
    state = None if then else RollupState.objects.filter(pk=AS_WAS.state_id).first()
    kept = bases.kept_basis(state.ownership_digest, state.catalog_digest) if state else None
    structure = then.basis if then else kept or bases.basis(customers.ownership_frame())
    last = then.last_batch if then else state.last_batch if state else 0
    orders = Batch.objects.filter(kind=ORDER_LINE_KIND, pk__lte=last).order_by("pk")
    ordered = tuple(without_taken_back(list(orders)))
    if name == "order":
        return Sold(name, (Part(ORDERED, ordered, (date.min, date.max)),), structure)
    shipped = Batch.objects.filter(kind=SHIPMENT).order_by("pk")
    shipped = shipped.filter(created_at__lt=then.end) if then else shipped
    turn = turn_to_shipments(then.end if then else None)
    early = Part(DELIVERED, ordered, (date.min, turn))
    return Sold(
        name,
        (early, Part(tally(SHIPMENT), tuple(without_taken_back(list(shipped))), (turn, date.max))),
        structure,
    )


def _within(lines: pa.Table, *days: Days) -> tuple[pa.Table, NDArray[np.bool_]]:
    """The lines dated in any of the stretches, and which they are."""
    day = day_numbers(lines)
    chosen = np.zeros(lines.num_rows, bool)
    for first, end in days:
        chosen |= (day >= number_of(first)) & (day < number_of(end))
    return lines.filter(pa.array(chosen)), chosen


def day_numbers(lines: pa.Table) -> Ints:
    """The day of each line as Arrow numbers it; far in the past where there is none yet."""
    days = pc.fill_null(lines["ordered_on"].cast(pa.int32()), np.iinfo(np.int32).min)
    numbers: Ints = days.to_numpy().astype(np.int64)
    return numbers


def number_of(day: date) -> int:
    return (day - date(1970, 1, 1)).days
