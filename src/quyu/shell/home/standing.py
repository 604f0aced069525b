"""Where I stand this year: the sum of the nodes an account answers for, and the parts furthest behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quyu.analytics.attainment import Standing
from quyu.analytics.landing import Landing
from quyu.apps.performance import charts
from quyu.apps.performance.selectors import series
from quyu.apps.performance.selectors.landing import landings
from quyu.apps.performance.selectors.peers import Rank, rank_of
from quyu.apps.performance.selectors.span import CALENDAR, Span, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.platform.fields.values import listed
from quyu.platform.people.scope import Scope

PARTS_SHOWN = 12
Landings = Mapping[str, Landing | None]


@dataclass(frozen=True)
class Part:
    """A node (or product line) below mine; `region` is empty where there is no page behind it."""

    label: str
    owner: str
    region: str
    standing: Standing
    landing: Landing | None = None


@dataclass(frozen=True)
class Panel:
    """`landing` and `rank` are those of one node; `region` is empty for an account that answers for several."""

    title: str
    region: str
    span: Span
    standing: Standing
    landing: Landing | None
    rank: Rank | None
    parts: tuple[Part, ...]
    chart: dict[str, Any]
    is_published: bool

    @property
    def needed_per_day(self) -> int | None:
        """What each working day left must bring, in fen."""
        return self.standing.needed_per_day(self.span.working_days_left)


def panel_for(scope: Scope, *, today: date) -> Panel | None:
    """The year's figures; None for an account that answers for nothing. Raises NothingToPlan without products."""
    shown = board(span_of(CALENDAR.year(CALENDAR.fiscal_year(today)), today=today), scope, today=today)
    tops = shown.reach.tops
    if not tops:
        return None
    found = landings(shown, today=today)
    is_one = len(tops) == 1
    return Panel(
        title=listed(shown.axes.name(code) for code in tops[:3]),
        region=tops[0] if is_one else "",
        span=shown.span,
        standing=sum((shown.standings[code] for code in tops), Standing()),
        landing=found[tops[0]] if is_one else None,
        rank=rank_of(shown, tops[0]) if is_one else None,
        parts=parts_of(shown, tops, found),
        chart=charts.months(series.series_of(shown, tops[0]).months()) if is_one else {},
        is_published=shown.version is not None,
    )


def parts_of(shown: Board, tops: tuple[str, ...], found: Landings) -> tuple[Part, ...]:
    """The nodes next below, furthest behind first; the product lines of a single territory."""
    codes = tuple(shown.children(tops[0])) if len(tops) == 1 else tops
    if not codes:
        return tuple(
            Part(name, "", "", standing) for _code, name, standing in series.series_of(shown, tops[0]).lines()
        )
    parts = [
        Part(shown.axes.name(code), shown.axes.owner_name(code), code, shown.standings[code], found[code])
        for code in codes
    ]
    return tuple(sorted(parts, key=lambda part: (part.standing.gap, part.region))[:PARTS_SHOWN])
