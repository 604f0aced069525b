"""Where every node of the region tree stands in a span: targets from the published version, actuals from rollups.

A node's figure is the sum of its children plus what belongs to itself directly: sales of territories that
have since been closed stay with their region, and 未归属 stays with the root, so nothing is lost.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quyu.analytics.attainment import Standing
from quyu.apps.performance.selectors.sources import AS_IT_WAS, Source, end_of
from quyu.apps.performance.selectors.span import Span
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.models import PlanVersion
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Frame:
    """The region tree of a span as one account may see it, with the targets in force."""

    span: Span
    axes: Axes
    cells: Cells | None
    version: PlanVersion | None
    reach: targets.Reach

    def children(self, region: str) -> list[str]:
        return list(self.axes.tree.children(region))

    def covers(self, region: str) -> bool:
        return self.reach.covers(self.axes, region)


@dataclass(frozen=True)
class Board(Frame):
    """A frame with the standing of every node; node sums include all below."""

    standings: Mapping[str, Standing]
    direct: Mapping[str, Standing]
    """What a region node holds itself: closed territories, and 未归属 at the root."""
    source: Source = AS_IT_WAS


def frame(span: Span, scope: Scope, *, today: date, known_on: date | None = None) -> Frame:
    """The tree and targets of a span. Raises NothingToPlan on an empty company.

    `known_on` is the day of a past report: tree and targets of its end, reach of today.
    """
    year = int(span.month_codes()[0][:4])
    published = targets.published_cells(year, before=end_of(known_on) if known_on else None, at=today)
    version, axes, cells = published or (None, targets.freeze(year=year, at=known_on or today), None)
    return Frame(span, axes, cells, version, targets.reach_of(axes, scope, at=today))


def board(
    span: Span, scope: Scope, *, today: date, source: Source = AS_IT_WAS, known_on: date | None = None
) -> Board:
    """Standing of every node in the reach of `scope`. Raises NothingToPlan on an empty company."""
    seen = frame(span, scope, today=today, known_on=known_on)
    own = _own(seen.axes, span, seen.cells, source)
    return Board(
        span=span,
        axes=seen.axes,
        cells=seen.cells,
        version=seen.version,
        reach=seen.reach,
        standings=_sums(seen.axes, own),
        direct={code: own[code] for code in own if not seen.axes.tree.is_leaf(code)},
        source=source,
    )


def _own(axes: Axes, span: Span, cells: Cells | None, source: Source) -> dict[str, Standing]:
    """What each node holds without its children."""
    own: dict[str, Standing] = defaultdict(Standing)
    if cells is not None:
        months = [(axes.months.index(code), code) for code in span.month_codes() if code in axes.months]
        for index, leaf in enumerate(axes.leaves):
            values = [(code, int(cells[index, month].sum())) for month, code in months]
            own[leaf] = Standing(sum(v for _, v in values), sum(span.due(code, v) for code, v in values))
    for territory, unit, done, earlier in source.by_day((span.start, span.cutoff), span.before):
        own[node_of(axes, territory, unit)] += Standing(actual=done, before=earlier)
    return own


def node_of(axes: Axes, territory: str | None, org_unit: str | None) -> str:
    """The leaf of a territory, or the region it hangs below when the version does not have it, or the root."""
    if territory is not None and TERRITORY + territory in axes.spans:
        return TERRITORY + territory
    return org_unit if org_unit is not None and org_unit in axes.spans else axes.tree.root


def _sums(axes: Axes, own: Mapping[str, Standing]) -> dict[str, Standing]:
    sums: dict[str, Standing] = {}
    for code in reversed(axes.regions):
        below = [sums[child] for child in axes.tree.children(code)]
        sums[code] = sum(below, own.get(code, Standing()))
    return sums
