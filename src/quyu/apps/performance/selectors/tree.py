"""Where every node of the region tree stands in a span: targets from the published version, actuals from rollups.

A node's figure is the sum of its children plus what belongs to itself directly: sales of territories that
have since been closed stay with their region, and 未归属 stays with the root, so nothing is lost.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from quyu.analytics.attainment import Standing
from quyu.apps.performance.models import DayRollup
from quyu.apps.performance.selectors.span import Span
from quyu.apps.targets import selectors as targets
from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes, Cells
from quyu.apps.targets.models import PlanVersion
from quyu.apps.territories.models import Territory
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class Board:
    """Everything about one span and one version; node sums include all below."""

    span: Span
    axes: Axes
    cells: Cells | None
    version: PlanVersion | None
    reach: targets.Reach
    standings: Mapping[str, Standing]
    direct: Mapping[str, Standing]
    """What a region node holds itself: closed territories, and 未归属 at the root."""

    def children(self, region: str) -> list[str]:
        return list(self.axes.tree.children(region))

    def covers(self, region: str) -> bool:
        return self.reach.covers(self.axes, region)


def board(span: Span, scope: Scope, *, today: date) -> Board:
    """Standing of every node in the reach of `scope`. Raises NothingToPlan on an empty company."""
    year = int(span.month_codes()[0][:4])
    version = targets.published_version(year)
    axes = Axes.from_json(version.axes) if version else targets.freeze(year=year, at=today)
    cells = store.load_shaped(version, axes.shape) if version else None
    own = _own(axes, span, cells)
    return Board(
        span=span,
        axes=axes,
        cells=cells,
        version=version,
        reach=targets.reach_of(axes, scope, at=today),
        standings=_sums(axes, own),
        direct={code: own[code] for code in own if not axes.tree.is_leaf(code)},
    )


def _own(axes: Axes, span: Span, cells: Cells | None) -> dict[str, Standing]:
    """What each node holds without its children."""
    own: dict[str, Standing] = defaultdict(Standing)
    if cells is not None:
        months = [(axes.months.index(code), code) for code in span.month_codes() if code in axes.months]
        for index, leaf in enumerate(axes.leaves):
            values = [(code, int(cells[index, month].sum())) for month, code in months]
            own[leaf] = Standing(sum(v for _, v in values), sum(span.due(code, v) for code, v in values))
    nodes = node_of_territory(axes)
    for territory, amount in _amounts(span.start, span.cutoff):
        own[nodes.get(territory, axes.tree.root)] += Standing(actual=amount)
    for territory, amount in _amounts(*span.before):
        own[nodes.get(territory, axes.tree.root)] += Standing(before=amount)
    return own


def node_of_territory(axes: Axes) -> dict[int | None, str]:
    """Territory id -> its leaf, or the region it hangs below when the version does not have it."""
    found: dict[int | None, str] = {}
    for pk, code, unit in Territory.objects.values_list("pk", "code", "org_unit__code"):
        leaf = TERRITORY + code
        found[pk] = leaf if leaf in axes.spans else (unit if unit in axes.spans else axes.tree.root)
    return found


def _amounts(start: date, end: date) -> list[tuple[int | None, int]]:
    rows = DayRollup.objects.filter(day__gte=start, day__lt=end).values("territory")
    return [
        (row["territory"], row["fen"]) for row in rows.annotate(fen=Sum("amount_fen")).order_by("territory")
    ]


def _sums(axes: Axes, own: Mapping[str, Standing]) -> dict[str, Standing]:
    sums: dict[str, Standing] = {}
    for code in reversed(axes.regions):
        below = [sums[child] for child in axes.tree.children(code)]
        sums[code] = sum(below, own.get(code, Standing()))
    return sums
