"""Another period beside the one in view: the days of each that may be compared, and what every node did in them.

Of two periods of one kind at most one is running. The finished one is then cut where the running one stands: at the
same date where it is the same period of another year (as 同比 does), else after as many working days from its start.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from quyu.analytics.attainment import Standing
from quyu.apps.performance.selectors.sources import Source
from quyu.apps.performance.selectors.span import CALENDAR, Span, same_date, span_of
from quyu.apps.performance.selectors.tree import Board, node_of, node_sums
from quyu.kernel.period import Period
from quyu.kernel.rate import growth_bp
from quyu.kernel.refusal import Refusal

YEARS_BEFORE = 2


class OtherLength(Refusal):
    """A quarter beside a year says nothing."""

    def __init__(self, other: str, period: str) -> None:
        super().__init__(
            "other_length",
            "“{other}”和“{period}”不一样长，不能相比：年和年比，季度和季度比，月和月比。",
            other=other,
            period=period,
        )


class SamePeriod(Refusal):
    """A period beside itself."""

    def __init__(self, period: str) -> None:
        super().__init__("same_period", "“{period}”正是在看的期间，请选另一个期间来比。", period=period)


class NothingToCompare(Refusal):
    """No facts, or no working day gone yet, in one of the two."""

    def __init__(self, period: str) -> None:
        super().__init__(
            "nothing_to_compare", "“{period}”还没有一个有实绩的工作日，不能相比。", period=period
        )


@dataclass(frozen=True)
class Pair:
    """Days of the period in view and days of another; `is_held` where less than the period in view is compared."""

    now: Span
    then: Span
    way: Literal["whole", "dates", "working_days"]
    is_held: bool = False

    @property
    def code(self) -> str:
        return self.then.period.code

    @property
    def said(self) -> str:
        """Which days are compared, in words."""
        told = {
            "now": _days(self.now),
            "then": _days(self.then),
        }
        if self.way == "whole":
            return _("两个期间都已结束，比的是全期：%(now)s，对 %(then)s。") % told
        if self.way == "dates":
            return _("有一个期间还在进行，比的是相同的日期：%(now)s，对 %(then)s。") % told
        return _("有一个期间还在进行，比的是从头数起相同的工作日：%(now)s，对 %(then)s。") % told


def _days(span: Span) -> str:
    last = span.cutoff - timedelta(1)
    return _("%(code)s 的 %(first)s 至 %(last)s（%(count)s 个工作日）") % {
        "code": span.period.code,
        "first": span.start.isoformat(),
        "last": last.isoformat(),
        "count": span.working_days - span.working_days_left,
    }


def pair_of(span: Span, other: str, *, today: date, source: Source) -> Pair:
    """The comparable days. Raises NotAPeriod, OtherLength, SamePeriod, NothingToCompare.

    `today` is the day of a past report where one is asked for.
    """
    period = CALENDAR.parse(other.strip())
    if period.kind != span.period.kind:
        raise OtherLength(period.code, span.period.code)
    if period == span.period:
        raise SamePeriod(period.code)
    then = span_of(period, today=today, source=source)
    for one in (span, then):
        if one.last_day is None or not _gone(one):
            raise NothingToCompare(one.period.code)
    running = next((one for one in (span, then) if one.cutoff < one.period.end), None)
    if running is None:
        return Pair(span, then, "whole")
    is_held = running is then
    finished = (span if is_held else then).period
    if _place(span.period) == _place(period):
        years = finished.start.year - running.start.year
        held = Span(finished, min(same_date(running.cutoff, years), finished.end))
        way: Literal["dates", "working_days"] = "dates"
    else:
        held, way = Span(finished, _after_days(finished, running)), "working_days"
    return Pair(held, then, way, is_held) if is_held else Pair(span, held, way)


def _gone(span: Span) -> int:
    return span.working_days - span.working_days_left


def _place(period: Period) -> tuple[int, int]:
    """Where in its year a period lies."""
    return period.start.month, period.start.day


def _after_days(finished: Period, running: Span) -> date:
    """The day after as many working days of a period as the running one has behind it; its end where it has fewer."""
    worked = running.work_calendar.days(finished.start, finished.end)
    gone = _gone(running)
    return worked[gone - 1] + timedelta(1) if gone <= len(worked) else finished.end


@dataclass(frozen=True)
class Beside:
    """`nodes`: what every node did in the days of the pair; `actual` now, `before` in the other period."""

    pair: Pair
    nodes: Mapping[str, Standing]
    direct: Mapping[str, Standing]
    """What a region holds itself."""


def beside(shown: Board, pair: Pair) -> Beside:
    """Both periods in the tree and the reading of a board, read once."""
    own: dict[str, Standing] = defaultdict(Standing)
    spans = ((pair.now.start, pair.now.cutoff), (pair.then.start, pair.then.cutoff))
    for territory, unit, done, other in shown.source.by_day(*spans):
        own[node_of(shown.axes, territory, unit)] += Standing(actual=done, before=other)
    direct = {code: own[code] for code in own if not shown.axes.tree.is_leaf(code)}
    return Beside(pair, node_sums(shown.axes, own, Standing()), direct)


def change_bp(now: int | None, then: int | None, *, is_rate: bool) -> int | None:
    """Growth of a value; of a rate the difference in basis points. None where either is unknown."""
    if now is None or then is None:
        return None
    return now - then if is_rate else growth_bp(now, then)


def others(span: Span, *, today: date) -> Iterator[Period]:
    """What the pages offer: begun periods of the same kind, of the year in view, the next and the two before."""
    year = CALENDAR.fiscal_year(span.start)
    for known in range(year + 1, year - YEARS_BEFORE - 1, -1):
        kinds = {"year": [CALENDAR.year(known)], "quarter": CALENDAR.quarters(known)}
        found = kinds.get(span.period.kind) or CALENDAR.months(known)
        yield from (period for period in reversed(found) if period != span.period and period.start <= today)
