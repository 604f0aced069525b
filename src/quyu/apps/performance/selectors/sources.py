"""Where the figures of a board come from: rollups as it was, restated ones, or the facts of a past moment."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, ClassVar, Protocol

import pyarrow as pa
from django.db.models import Max, QuerySet, Sum, Value
from django.utils import timezone

from quyu.apps.performance import bases, frames, restated
from quyu.apps.performance.contributions import Contribution, Directory
from quyu.apps.performance.models import Watermark
from quyu.apps.performance.rollup_rows import AS_WAS, RESTATED, Reading
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import ProductLine
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

Days = tuple[date, date]
DayRow = tuple[str | None, str | None, int, int]
"""Territory code, its org unit, fen in the days, fen in the days a year before."""
MonthRow = tuple[date, str | None, str | None, str | None, int]
"""Month, territory code, its org unit, product line code, fen."""


class Source(Protocol):
    """Sums by day and by month; every line is in each exactly once."""

    @property
    def is_restated(self) -> bool:
        """Whether history counts as the structure of one day has it."""

    def last_day(self, today: date) -> date | None:
        """The last day up to `today` that has any line."""

    def by_day(self, now: Days, before: Days) -> Iterable[DayRow]: ...

    def by_month(self, first: date, end: date) -> Iterable[MonthRow]: ...


@dataclass(frozen=True)
class Stored:
    """Rollups in the database."""

    reading: Reading
    is_restated: bool = False

    def last_day(self, today: date) -> date | None:
        rows = self.reading.day_rows().filter(day__lte=today)
        found: date | None = rows.aggregate(last=Max("day"))["last"]
        return found

    def by_day(self, now: Days, before: Days) -> Iterable[DayRow]:
        """Summed by territory and named after that, for a join for every row costs more than the sums.

        Whole months are read as such, only what is left of a span day by day.
        """
        parts = [part for place, days in enumerate((now, before)) for part in self._parts(days, place)]
        sums: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
        for territory, place, fen in parts[0].union(*parts[1:], all=True):
            sums[territory][place] += fen
        names = Territory.objects.filter(pk__in=[key for key in sums if key is not None])
        named: dict[int | None, tuple[str | None, str | None]] = {None: (None, None)}
        named |= {pk: (code, unit) for pk, code, unit in names.values_list("pk", "code", "org_unit__code")}
        found = [(*named[key], done_fen, earlier_fen) for key, (done_fen, earlier_fen) in sums.items()]
        return sorted(found, key=str)

    def _parts(self, days: Days, place: int) -> list[QuerySet[Any, tuple[int | None, int, int]]]:
        """(territory, place, fen) of the whole months of a span and of the days before and behind them."""
        start, end = days
        first, last = min(_month_from(start), end), max(end.replace(day=1), start)
        whole = [self.reading.total_rows().filter(month__gte=first, month__lt=last)] if first < last else []
        spans = [(start, first), (last, end)] if whole else [days]
        whole += [
            self.reading.day_rows().filter(day__gte=begin, day__lt=stop)
            for begin, stop in spans
            if begin < stop or not whole
        ]
        return [
            rows.order_by().values_list("territory", Value(place)).annotate(fen=Sum("amount_fen"))
            for rows in whole
        ]

    def by_month(self, first: date, end: date) -> Iterable[MonthRow]:
        keys = ("month", "territory__code", "territory__org_unit__code", "product_line__code")
        rows = self.reading.month_rows().filter(month__gte=first, month__lt=end)
        found: Iterable[MonthRow] = rows.values_list(*keys).annotate(fen=Sum("amount_fen")).order_by(*keys)
        return found


def _month_from(day: date) -> date:
    """The first day of a month, on or after a day."""
    return day if day.day == 1 else (day.replace(day=1) + timedelta(31)).replace(day=1)


AS_IT_WAS, AS_RESTATED = Stored(AS_WAS), Stored(RESTATED, is_restated=True)


class NothingRecorded(Refusal):
    """Before the first facts there is no report to make again."""

    def __init__(self, day: date) -> None:
        super().__init__("nothing_recorded", "{day} 日终时还没有任何数据，请选择更晚的日期。", day=day)


class FrameLost(Refusal):
    """Somebody removed what past reports are made from."""

    def __init__(self, frame_digest: str) -> None:
        super().__init__(
            "frame_lost",
            "当时的归属数据文件 {name} 不在数据目录中，不能重现这一天的报表。请从备份恢复 facts/frames 目录。",
            name=frame_digest[:12],
        )


@dataclass(frozen=True)
class Past:
    """The facts as they stood at a watermark, summed again from the batches and frames of then."""

    mark: Watermark
    is_restated: ClassVar[bool] = False

    @cached_property
    def sums(self) -> Contribution:
        return sums_at(self.mark)

    @cached_property
    def _units(self) -> dict[object, tuple[str, str]]:
        rows = kept_frame(self.mark.regions_digest).to_pylist()
        return {row["id"]: (row["code"], row["unit"]) for row in rows}

    def _place(self, territory: object) -> tuple[str | None, str | None]:
        return self._units.get(territory, (None, None))

    def last_day(self, today: date) -> date | None:
        days = (key[0] for key, values in self.sums.days.by_key.items() if any(values))
        return max((day for text in days if (day := date.fromisoformat(str(text))) <= today), default=None)

    def by_day(self, now: Days, before: Days) -> Iterable[DayRow]:
        found: dict[tuple[str | None, str | None], list[int]] = defaultdict(lambda: [0, 0])
        for (text, territory), (fen, _lines) in self.sums.days.by_key.items():
            day = date.fromisoformat(str(text))
            for place, (start, stop) in enumerate((now, before)):
                if start <= day < stop:
                    found[self._place(territory)][place] += fen
        return [(*place, done, earlier) for place, (done, earlier) in sorted(found.items(), key=str)]

    def by_month(self, first: date, end: date) -> Iterable[MonthRow]:
        lines: dict[object, str] = dict(ProductLine.objects.values_list("pk", "code"))
        found: dict[tuple[date, str | None, str | None, str | None], int] = defaultdict(int)
        for (text, territory, _person, line, _channel), values in self.sums.months.by_key.items():
            month = date.fromisoformat(str(text))
            if first <= month < end:
                found[month, *self._place(territory), lines.get(line)] += values[0]
        return [(*key, fen) for key, fen in sorted(found.items(), key=str)]


def past(day: date) -> Past:
    """What was known at the end of `day`. Raises NothingRecorded."""
    mark = Watermark.objects.filter(recorded_at__lt=end_of(day)).order_by("pk").last()
    if mark is None:
        raise NothingRecorded(day)
    return Past(mark)


def end_of(day: date) -> datetime:
    """The first moment after a business day."""
    return timezone.make_aware(datetime.combine(day + timedelta(1), time.min))


def sums_at(mark: Watermark) -> Contribution:
    """The rollups of a watermark, from the batches and the frames it names."""
    basis, names = structure_at(mark)
    batches = Batch.objects.filter(kind=ORDER_LINE_KIND, pk__lte=mark.last_batch)
    return restated.of_batches(batches.order_by("pk"), basis, names)


def structure_at(mark: Watermark) -> tuple[bases.Basis, Directory]:
    """For whom lines counted at a watermark, and the names of then. Raises FrameLost."""
    basis = bases.Basis(
        kept_frame(mark.ownership_digest),
        kept_frame(mark.catalog_digest),
        mark.ownership_digest,
        mark.catalog_digest,
    )
    regions = kept_frame(mark.regions_digest)
    return basis, Directory(regions, bases.directory(basis.catalog).person, basis.catalog)


def kept_frame(frame_digest: str) -> pa.Table:
    """A frame of then. Raises FrameLost."""
    frame = frames.kept(frame_digest)
    if frame is None:
        raise FrameLost(frame_digest)
    return frame
