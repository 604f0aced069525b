"""Where every node of the region tree stands in a span: targets from the published version, actuals from rollups.

A node's figure is the sum of its children plus what belongs to itself directly: sales of territories that
have since been closed stay with their region, and 未归属 stays with the root, so nothing is lost.

Targets follow the units of the map that alignments moved since the version was made: by days in the reading as it
was, all of them as they stand today in the restated one, which also has the tree of today.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol, Self, TypeVar

import numpy as np

from quyu.analytics.attainment import Standing
from quyu.apps.performance.selectors.sources import AS_IT_WAS, MonthRow, Source, end_of
from quyu.apps.performance.selectors.span import Span
from quyu.apps.targets import selectors as targets
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.dimension import PERIOD, PRODUCT, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.flows import flows_of, followed
from quyu.apps.territories.models import Territory
from quyu.platform.people.scope import Scope

YEARS_BEFORE = 4
"""How far back the sums by month are read."""


@dataclass(frozen=True)
class Frame:
    """The region tree of a span as one account may see it, with the targets in force."""

    span: Span
    axes: Axes
    cells: Cells | None
    version: PlanVersion | None
    reach: targets.Reach
    beside: Mapping[str, Cells]
    """Node -> (months, lines) of targets that are with no leaf of this tree: of territories made or closed since."""

    def children(self, region: str) -> list[str]:
        return list(self.axes.tree.children(region))

    def covers(self, region: str) -> bool:
        return self.reach.covers(self.axes, region)

    def planned(self) -> Iterator[tuple[str, Cells]]:
        """(node, (months, lines)) of all targets: of the leaves, and of what is with no leaf."""
        if self.cells is not None:
            yield from zip(self.axes.leaves, self.cells, strict=True)
        yield from self.beside.items()


@dataclass(frozen=True)
class Board(Frame):
    """A frame with the standing of every node; node sums include all below."""

    standings: Mapping[str, Standing]
    direct: Mapping[str, Standing]
    """What a region node holds itself: closed territories, and 未归属 at the root."""
    source: Source = AS_IT_WAS

    @cached_property
    def months(self) -> list[MonthRow]:
        """The sums by month of the year in view and of those before it, read once for all that is told of them."""
        year = self.axes.year
        return list(self.source.by_month(date(year - YEARS_BEFORE, 1, 1), date(year + 1, 1, 1)))


def frame(
    span: Span,
    scope: Scope,
    *,
    today: date,
    known_on: date | None = None,
    is_restated: bool = False,
    measure: str = "amount",
) -> Frame:
    """The tree and targets of a span. Raises NothingToPlan on an empty company.

    `known_on` is the day of a past report: tree and targets of its end, reach of today.
    """
    year = int(span.month_codes()[0][:4])
    before = end_of(known_on) if known_on else None
    published = targets.published_cells(year, measure=measure, before=before, at=today)
    version, axes, cells = published or (None, targets.freeze(year=year, at=known_on or today), None)
    if version is None or cells is None:
        return Frame(span, axes, cells, version, targets.reach_of(axes, scope, at=today), {})
    flows = flows_of(version, before=known_on + timedelta(1) if known_on else None)
    shown = axes
    if is_restated:
        regions = targets.freeze(year=year, at=today).dimension(REGION)
        shown = Axes(axes.year, (regions, axes.dimension(PERIOD), axes.dimension(PRODUCT)))
    elif not flows:
        return Frame(span, axes, cells, version, targets.reach_of(axes, scope, at=today), {})
    held = followed(axes, cells, flows, on=today if is_restated else None)
    placed, beside = _placed(shown, held, cells)
    return Frame(span, shown, placed, version, targets.reach_of(shown, scope, at=today), beside)


def _placed(axes: Axes, held: Mapping[str, Cells], cells: Cells) -> tuple[Cells, dict[str, Cells]]:
    """What each territory holds as the cube of a tree, and what belongs to none of its leaves by node."""
    found = np.zeros((len(axes.leaves), *cells.shape[1:]), np.int64)
    index = {leaf: place for place, leaf in enumerate(axes.leaves)}
    missing = [code.removeprefix(TERRITORY) for code in held if code not in index]
    units = dict(Territory.objects.filter(code__in=missing).values_list("code", "org_unit__code"))
    beside: dict[str, Cells] = {}
    for code, own in held.items():
        if code in index:
            found[index[code]] += own
        else:
            territory = code.removeprefix(TERRITORY)
            node = node_of(axes, territory, units.get(territory))
            beside[node] = beside.get(node, 0) + own
    return found, beside


def board(
    span: Span, scope: Scope, *, today: date, source: Source = AS_IT_WAS, known_on: date | None = None
) -> Board:
    """Standing of every node in the reach of `scope`. Raises NothingToPlan on an empty company."""
    seen = frame(span, scope, today=today, known_on=known_on, is_restated=source.is_restated)
    own = own_standings(seen, span, source)
    return Board(
        span=span,
        axes=seen.axes,
        cells=seen.cells,
        version=seen.version,
        reach=seen.reach,
        beside=seen.beside,
        standings=node_sums(seen.axes, own, Standing()),
        direct={code: own[code] for code in own if not seen.axes.tree.is_leaf(code)},
        source=source,
    )


def own_standings(seen: Frame, span: Span, source: Source) -> dict[str, Standing]:
    """What each node holds without its children, in a span (the frame's own or a part of it)."""
    own: dict[str, Standing] = defaultdict(Standing)
    axes = seen.axes
    months = [(axes.months.index(code), code) for code in span.month_codes() if code in axes.months]
    for node, cells in seen.planned():
        values = [(code, int(cells[month].sum())) for month, code in months]
        own[node] += Standing(sum(v for _, v in values), sum(span.due(code, v) for code, v in values))
    for territory, unit, done, earlier in source.by_day((span.start, span.cutoff), span.before):
        own[node_of(axes, territory, unit)] += Standing(actual=done, before=earlier)
    return own


def node_of(axes: Axes, territory: str | None, org_unit: str | None) -> str:
    """The leaf of a territory, or the region it hangs below when the version does not have it, or the root."""
    if territory is not None and TERRITORY + territory in axes.spans:
        return TERRITORY + territory
    return org_unit if org_unit is not None and org_unit in axes.spans else axes.tree.root


class Addable(Protocol):
    """What nodes hold, added up."""

    def __add__(self, other: Self, /) -> Self: ...


Held = TypeVar("Held", bound=Addable)


def node_sums(axes: Axes, own: Mapping[str, Held], nothing: Held) -> dict[str, Held]:
    """Every node with all below it, from what each holds itself."""
    sums: dict[str, Held] = {}
    for code in reversed(axes.regions):
        total = own.get(code, nothing)
        for child in axes.tree.children(code):
            total = total + sums[child]
        sums[code] = total
    return sums
