"""Where I stand this year: the sum of the nodes an account answers for, and the parts furthest behind."""

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
from quyu.kernel.rate import ratio_bp
from quyu.platform.fields.values import listed
from quyu.platform.people.scope import Scope

PARTS_SHOWN = 12


@dataclass(frozen=True)
class Part:
    """A node below mine."""

    label: str
    owner: str
    region: str
    standing: Standing


@dataclass(frozen=True)
class Line:
    """A product line of mine: its share of what was sold, and of the target, in basis points."""

    name: str
    standing: Standing
    share_bp: int | None
    target_share_bp: int | None


@dataclass(frozen=True)
class Panel:
    """`landing`, `rank` and `lines` are those of one node; `region` is empty for an account that answers for several."""

    title: str
    region: str
    span: Span
    standing: Standing
    landing: Landing | None
    rank: Rank | None
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
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
    own = series.series_of(shown, tops[0]) if is_one else None
    return Panel(
        title=listed(shown.axes.name(code) for code in tops[:3]),
        region=tops[0] if is_one else "",
        span=shown.span,
        standing=sum((shown.standings[code] for code in tops), Standing()),
        landing=found[tops[0]] if is_one else None,
        rank=rank_of(shown, tops[0]) if is_one else None,
        parts=parts_of(shown, tops),
        lines=lines_of(own) if own else (),
        chart=charts.months(own.months()) if own else {},
        is_published=shown.version is not None,
    )


def parts_of(shown: Board, tops: tuple[str, ...]) -> tuple[Part, ...]:
    """The nodes next below, furthest behind first."""
    codes = tuple(shown.children(tops[0])) if len(tops) == 1 else tops
    parts = [
        Part(shown.axes.name(code), shown.axes.owner_name(code), code, shown.standings[code])
        for code in codes
    ]
    return tuple(sorted(parts, key=lambda part: (part.standing.gap, part.region))[:PARTS_SHOWN])


def lines_of(own: series.Series) -> tuple[Line, ...]:
    """The mix: the largest share of sales first."""
    found = [(name, standing) for _code, name, standing in own.lines()]
    whole = sum((standing for _name, standing in found), Standing())
    lines = [
        Line(name, one, share(one.actual, whole.actual), share(one.target, whole.target))
        for name, one in found
    ]
    return tuple(sorted(lines, key=lambda line: -line.standing.actual))


def share(part: int, whole: int) -> int | None:
    """Basis points; None of nothing, or of what returns have made less than nothing."""
    return ratio_bp(part, whole) if whole > 0 else None
