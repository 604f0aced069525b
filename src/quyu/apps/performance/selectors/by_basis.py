"""The three bases (口径) side by side: amounts by order (下单), by delivery (发货) and by cash received (回款).

Order is what the order rollups say. Delivery counts order lines on the day they were shipped; from the first
month on in which the company has imported shipments, these instead. Cash counts receipts. Each is a `Source`
as the pages read it, with every row in it exactly once; a row counts for who answered for it on its own day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from django.db import models

from quyu.apps.performance import following
from quyu.apps.performance.contributions import Contribution
from quyu.apps.performance.selectors.sources import (
    AS_IT_WAS,
    AS_RESTATED,
    DayRow,
    Days,
    MonthRow,
    NothingRecorded,
    Past,
    Source,
    Stored,
    end_of,
    past,
    structure_at,
)
from quyu.apps.performance.tallies import DELIVERED, SHIPMENT, Tally, standing, tallies, turn_to_shipments
from quyu.kernel.refusal import Refusal
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

Basis = Literal["order", "delivery", "cash"]
BASES: tuple[Basis, ...] = ("order", "delivery", "cash")
RECEIPT = "receipt"
"""The kinds of facts that two of the bases are named for."""
DELIVERY = "delivery"
"""The rows of the delivery basis: order lines as they were shipped, then shipments."""
KINDS_OF: dict[Basis, tuple[str, ...]] = {
    "order": (ORDER_LINE_KIND,),
    "delivery": (ORDER_LINE_KIND, SHIPMENT),
    "cash": (RECEIPT,),
}


class NotSummed(Refusal):
    """The rows of a basis are being summed; until then a figure would be wrong."""

    def __init__(self) -> None:
        super().__init__(
            "basis_not_summed", "这个口径的数据还没有汇总，请在“业绩”页选这个口径并点“现在重算”。"
        )


class NothingCounted(Refusal):
    """No row says anything about this basis."""

    def __init__(self, name: Basis) -> None:
        super().__init__(
            "nothing_counted",
            "还没有回款数据，请先导入回款。"
            if name == "cash"
            else "还没有发货数据：订单没有发货日期，也没有导入发货单。",
        )


def basis(name: Basis, *, today: date, is_restated: bool = False, as_of: date | None = None) -> Source:
    """The sums of a basis: as it was, restated to `today`, or as known at the end of the past day `as_of`.

    Raises NotSummed when they must be made first (`services.restate`, `services.refresh_ownership`),
    NothingCounted for a basis without any rows, NothingRecorded for a day before all facts.
    """
    if name == "order":
        return past(as_of) if as_of else (AS_RESTATED if is_restated else AS_IT_WAS)
    found = _parts(name, as_of)
    if not found:
        raise NothingCounted(name)
    if as_of is not None:
        return _joined([PastTally(past(as_of).mark, tally, as_of) for tally in found], as_of)
    for tally in found:
        fresh = following.is_restated(tally, today) if is_restated else following.is_current(tally)
        if not fresh:
            raise NotSummed
    parts = [Stored(tally.reading(is_restated=is_restated), is_restated=is_restated) for tally in found]
    return _joined(parts, None)


def offered() -> list[Basis]:
    """The bases about which there is anything to say; order always."""
    return [name for name in BASES if name == "order" or _parts(name)]


def _parts(name: Basis, as_of: date | None = None) -> list[Tally]:
    """The tallies a basis is made of, the earlier first."""
    known = {tally.id: tally for tally in tallies()}
    wanted = [DELIVERED.id, SHIPMENT] if name == "delivery" else [RECEIPT]
    return [known[tally] for tally in wanted if tally in known and _has_rows(known[tally], as_of)]


def _has_rows(tally: Tally, as_of: date | None) -> bool:
    return _standing((tally.kind,), as_of).exists() and (
        tally is not DELIVERED or tally.reading().day_rows().exists()
    )


def _standing(kinds: tuple[str, ...], as_of: date | None) -> "models.QuerySet[Batch]":
    """As `standing`, at the end of a day."""
    return standing(kinds, end_of(as_of) if as_of else None)


def _joined(parts: list[Any], as_of: date | None) -> Source:
    if len(parts) == 1:
        found: Source = parts[0]
        return found
    early, late = parts
    return Spliced(early, late, turn_to_shipments(end_of(as_of) if as_of else None))


def last_batch(name: Basis, *, as_of: date | None = None) -> Batch | None:
    """The latest import that the figures of a basis contain, or contained at the end of a day."""
    return _standing(KINDS_OF[name], as_of).order_by("pk").last()


@dataclass(frozen=True)
class PastTally(Past):
    """A tally as it stood at the end of a day, summed again from the batches of then."""

    tally: Tally
    day: date

    @cached_property
    def sums(self) -> Contribution:
        structure, names = structure_at(self.mark)
        total = Contribution()
        batches = Batch.objects.filter(kind=self.tally.kind, created_at__lt=end_of(self.day))
        for batch in batches.order_by("pk"):
            total.add(following.of_batch(self.tally, batch, structure, names))
        return total


@dataclass(frozen=True)
class Spliced:
    """One source up to a day, the first of a month, and another from it on."""

    early: Source
    late: Source
    turn: date

    @property
    def is_restated(self) -> bool:
        return self.early.is_restated

    def last_day(self, today: date) -> date | None:
        last = self.late.last_day(today) if today >= self.turn else None
        return last or self.early.last_day(min(today, date.fromordinal(self.turn.toordinal() - 1)))

    def by_day(self, now: Days, before: Days) -> Iterable[DayRow]:
        yield from self.early.by_day(*(_clipped(days, date.min, self.turn) for days in (now, before)))
        yield from self.late.by_day(*(_clipped(days, self.turn, date.max) for days in (now, before)))

    def by_month(self, first: date, end: date) -> Iterable[MonthRow]:
        if first < self.turn:
            yield from self.early.by_month(first, min(end, self.turn))
        if end > self.turn:
            yield from self.late.by_month(max(first, self.turn), end)


def _clipped(days: Days, first: date, end: date) -> Days:
    """The part of the days within a range; nothing when they do not meet."""
    start, stop = max(days[0], first), min(days[1], end)
    return (start, stop) if start < stop else (first, first)


__all__ = ["BASES", "Basis", "NotSummed", "NothingCounted", "NothingRecorded", "basis", "offered"]
