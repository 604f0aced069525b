"""差异分析: why the figure of a node changed against last year or misses its target, and who explains it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from quyu.analytics.bridge import CAUSES
from quyu.analytics.outliers import is_outlying
from quyu.apps.customers.models import Customer
from quyu.apps.performance import waterfall
from quyu.apps.performance.cause_names import CAUSE_NAMES, REQUIRED
from quyu.apps.performance.selectors import bridge as bridges
from quyu.apps.performance.selectors import series, target_gap
from quyu.apps.performance.selectors.bridge import Bars, Bridge, Explained
from quyu.apps.performance.selectors.past_names import directory_on
from quyu.apps.performance.selectors.tree import Board
from quyu.apps.performance.web import bridge_exports
from quyu.apps.performance.web.asked import BASIS_NAMES, line_basis, lines_asked
from quyu.apps.performance.web.nowhere import or_empty
from quyu.apps.performance.web.place import board_asked, common, region_asked
from quyu.kernel.rate import ratio_bp
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

ROWS_A_PAGE = 10
BY_NAMES = {"customer": _("客户"), "product": _("产品"), "line": _("产品线")}


@dataclass(frozen=True)
class Bar:
    """One step of the bridge; `share_bp` is its part of the whole difference."""

    id: str
    fen: int
    share_bp: int | None

    @property
    def name(self) -> str:
        return str(CAUSE_NAMES[self.id][0])

    @property
    def meaning(self) -> str:
        return str(CAUSE_NAMES[self.id][1])


@guard.require("actual", "view")
@or_empty
def bridge_page(request: GuardedRequest) -> HttpResponseBase:
    """The bridge of a node, its children's, and the customers, products or lines behind a bar."""
    wanted = lines_asked(request, offered=("order", "delivery"))
    shown = board_asked(request, wanted)
    region = region_asked(request, shown)
    bridge = bridges.bridge_of(
        shown,
        directory_on(wanted.known_on),
        source=wanted.source,
        basis=line_basis(wanted.basis),
        today=wanted.known_on or request.today,
    )
    by = _one_of(request, "by", tuple(BY_NAMES))
    rows = _readable(request, bridge, region, by)
    chosen = request.GET.get("bar", "")
    chosen = chosen if chosen in CAUSES else ""
    if "export" in request.GET:
        if request.GET["export"] == "rows":
            return bridge_exports.rows(request, f"{shown.axes.name(region)}{BY_NAMES[by]}", rows, wanted)
        return bridge_exports.nodes(request, bridge, region, wanted)
    against = _one_of(request, "against", ("before", "target"))
    bars, tree = bridge.bars(region), _children(bridge, region)
    context = {
        **common(request, shown, region),
        **_told(shown, bars, region, against),
        **_rows(request, rows, chosen, bars),
        **_gaps(bridge, shown, region, against),
        "asked": wanted,
        "bases": [pair for pair in BASIS_NAMES if pair[0] != "cash"],
        "bars": bars,
        "by": by,
        "by_names": BY_NAMES,
        "cause_names": CAUSE_NAMES,
        "against": against,
        "tree": tree,
        "shares": {one.code: ratio_bp(one.bars.change, bars.change) for one in tree},
        "outlying_nodes": _outlying([one for one in tree if one.code]),
        "worth": bridge.worth,
    }
    return render(request, "performance/bridge.html.jinja", context)


def _readable(request: GuardedRequest, bridge: Bridge, region: str, by: str) -> list[Explained]:
    """What is behind the bars; a customer that only came since, to a region one reads by its plan, goes unnamed."""
    rows = bridge.explained(region, by)
    if by != "customer" or request.scope.is_everything:
        return rows
    counted = bridge.counted(region)
    came = [row.code for row in rows if row.code not in counted]
    seen = Customer.objects.filter(code__in=came).visible_to(request.scope, request.today)
    return bridges.named(rows, counted | frozenset(seen.values_list("code", flat=True)))


def _one_of(request: GuardedRequest, name: str, known: tuple[str, ...]) -> str:
    wanted = request.GET.get(name, "")
    return wanted if wanted in known else known[0]


def _told(shown: Board, bars: Bars, region: str, against: str) -> dict[str, Any]:
    """The steps from last year, or from the target due by now, to what was sold."""
    steps = dict(bars.causes)
    start = bars.before
    if against == "target":
        start = shown.standings[region].expected
        steps = {REQUIRED: bars.before - start, **steps}
    whole = bars.now - start
    told = [Bar(cause, fen, ratio_bp(fen, whole)) for cause, fen in steps.items()]
    first = _("截至今日应达") if against == "target" else _("上年同期")
    return {
        "steps": told,
        "start": start,
        "start_name": first,
        "difference": whole,
        "chart": waterfall.option(
            [
                (str(first), start),
                *((bar.name, bar.fen) for bar in told if bar.fen),
                (str(_("实绩")), bars.now),
            ]
        ),
    }


def _gaps(bridge: Bridge, shown: Board, region: str, against: str) -> dict[str, Any]:
    if against != "target":
        return {}
    sold = series.series_of(shown, region)
    return {
        "lines": target_gap.by_line(bridge, shown, region),
        "months": target_gap.by_month(shown, sold, region),
    }


def _rows(request: GuardedRequest, rows: list[Explained], chosen: str, bars: Bars) -> dict[str, Any]:
    """One page of what is behind the difference, or behind the bar chosen, the largest first."""
    outlying = _outlying(rows)
    whole = bars.causes[chosen] if chosen else bars.change
    if chosen:
        rows = [row for row in rows if row.bars.causes[chosen]]
        rows.sort(key=lambda row: (-abs(row.bars.causes[chosen]), row.code))
    elif "odd" in request.GET:
        rows = [row for row in rows if row.code in outlying]
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    seen = sum(row.bars.causes[chosen] if chosen else row.bars.change for row in page.object_list)
    return {
        "page": page,
        "bar": chosen,
        "outlying": outlying,
        "only_odd": "odd" in request.GET and not chosen,
        "seen": seen,
        "seen_bp": ratio_bp(seen, whole),
        "row_whole": whole,
    }


def _outlying(rows: list[Explained]) -> set[str]:
    """The codes of those that grew unlike the rest."""
    ends = ([row.bars.before for row in rows], [row.bars.now for row in rows])
    odd = is_outlying(*(np.array(values, np.int64) for values in ends))
    return {row.code for row, is_odd in zip(rows, odd.tolist(), strict=True) if is_odd}


def _children(bridge: Bridge, region: str) -> list[Explained]:
    """The nodes right below, by what they contribute; what belongs to the node itself comes last."""
    shown = bridge.shown
    found = [Explained(code, shown.axes.name(code), bridge.bars(code)) for code in shown.children(region)]
    if not found:
        return []
    whole = bridge.bars(region)
    rest = Bars(
        whole.before - sum(one.bars.before for one in found),
        whole.now - sum(one.bars.now for one in found),
        {cause: fen - sum(one.bars.causes[cause] for one in found) for cause, fen in whole.causes.items()},
    )
    found.sort(key=lambda one: (-abs(one.bars.change), one.code))
    if rest.before or rest.now or any(rest.causes.values()):
        found.append(replace(found[0], code="", name="", bars=rest))
    return found
