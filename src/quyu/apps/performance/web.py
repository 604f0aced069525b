"""业绩 pages: where a node stands, which customers made it, which lines they ordered, cuts by two dimensions."""

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from quyu.analytics.attainment import Standing
from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.performance import charts
from quyu.apps.performance.selectors import cuts, drill, series
from quyu.apps.performance.selectors.span import CALENDAR, period_choices, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.apps.targets.axes import TERRITORY
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.kernel.period import NotAPeriod
from quyu.kernel.rate import BP
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

LINES_A_PAGE = 50
FEN = 100


@guard.require("actual", "view")
def board_page(request: GuardedRequest) -> HttpResponseBase:
    """A node with its children: attainment, pace, growth; drill down by a click."""
    try:
        shown, region = _board(request)
    except NothingToPlan:
        return render(request, "performance/empty.html.jinja")
    if region is None:
        return render(request, "performance/empty.html.jinja", {"has_no_region": True})
    if "export" in request.GET:
        return _export_board(request, shown, region)
    months = series.months(shown, region)
    context = {
        **_common(request, shown, region),
        "standing": shown.standings[region],
        "needed": shown.standings[region].needed_per_day(shown.span.working_days_left),
        "children": [(code, shown.standings[code]) for code in shown.children(region)],
        "direct": _direct(shown, region),
        "lines": series.lines(shown, region),
        "chart": charts.months(months),
        "tops": shown.reach.tops,
    }
    return render(request, "performance/board.html.jinja", context)


@guard.require("actual", "view")
def customers_page(request: GuardedRequest) -> HttpResponseBase:
    """The customers behind a node's figure."""
    shown, region = _board(request)
    if region is None:
        raise Http404
    found = drill.customers(
        _reach(request, shown, region),
        days=(shown.span.start, shown.span.cutoff),
        before=shown.span.before,
        order=request.GET.get("sort", "-actual"),
    )
    wanted = request.GET.get("q", "").strip()
    found = [row for row in found if wanted in row.name or wanted in row.code] if wanted else found
    if "export" in request.GET:
        return _export_customers(request, shown, region, found)
    page = Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page"))
    totals = (sum(row.actual for row in found), sum(row.before for row in found))
    context = {**_common(request, shown, region), "page": page, "query": wanted, "totals": totals}
    return render(request, "performance/customers.html.jinja", context)


@guard.require("actual", "view")
def lines_page(request: GuardedRequest, code: str) -> HttpResponseBase:
    """The order lines of one customer, each with the territory and person it counts for."""
    shown, region = _board(request)
    customer = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    if region is None:
        raise Http404
    reach = _reach(request, shown, shown.reach.tops[0] if len(shown.reach.tops) == 1 else region)
    found = drill.order_lines(code, reach, days=(shown.span.start, shown.span.cutoff))
    if "export" in request.GET:
        return _export_lines(request, customer, found)
    page = Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page"))
    total = sum(line.amount_fen for line in found)
    context = {**_common(request, shown, region), "customer": customer, "page": page, "total": total}
    return render(request, "performance/lines.html.jinja", context)


@guard.require("actual", "view")
def analysis_page(request: GuardedRequest) -> HttpResponseBase:
    """多维分析: one metric by two dimensions."""
    try:
        shown, region = _board(request)
    except NothingToPlan:
        return render(request, "performance/empty.html.jinja")
    if region is None:
        return render(request, "performance/empty.html.jinja", {"has_no_region": True})
    metric = _chosen(request, "metric", METRICS, "amount")
    row = _chosen(request, "row", cuts.DIMENSIONS, "province")
    column = _chosen(request, "column", cuts.DIMENSIONS, "product_line")
    found = cuts.cut(
        metric, row, column, _reach(request, shown, region), days=(shown.span.start, shown.span.cutoff)
    )
    if "export" in request.GET:
        return _export_cut(request, found, metric)
    context = {
        **_common(request, shown, region),
        "cut": found,
        "metric": METRICS[metric],
        "metrics": METRICS.values(),
        "dimensions": cuts.DIMENSIONS.values(),
        "row": row,
        "column": column,
        "unnamed": _("未归属"),
    }
    return render(request, "performance/analysis.html.jinja", context)


def _board(request: GuardedRequest) -> tuple[Board, str | None]:
    """The board of the period asked for and the node in view; 404 for a node out of reach."""
    code = request.GET.get("period") or str(CALENDAR.fiscal_year(request.today))
    try:
        period = CALENDAR.parse(code)
    except NotAPeriod as refusal:
        raise Http404 from refusal
    shown = board(span_of(period, today=request.today), request.scope, today=request.today)
    region = request.GET.get("region") or (shown.reach.tops[0] if shown.reach.tops else None)
    if region is not None and not shown.covers(region):
        raise Http404
    return shown, region


def _reach(request: GuardedRequest, shown: Board, region: str) -> drill.Reach:
    """All lines for the root of somebody who sees everything; else the territories below the node."""
    if request.scope.is_everything and region == shown.axes.tree.root:
        return drill.Reach(is_everything=True, territory_codes=())
    codes = series.territory_codes(shown, region)
    return drill.Reach(is_everything=False, territory_codes=tuple(codes))


def _common(request: GuardedRequest, shown: Board, region: str) -> dict[str, Any]:
    chain = [region, *shown.axes.tree.ancestors(region)]
    year = shown.axes.year
    return {
        "board": shown,
        "span": shown.span,
        "axes": shown.axes,
        "region": region,
        "crumbs": [code for code in reversed(chain) if shown.covers(code)],
        "period": shown.span.period,
        "periods": period_choices(year),
        "years": [year - 1, year, year + 1],
        "may_export": guard.may(request, "actual", "export"),
        "TERRITORY": TERRITORY,
    }


def _direct(shown: Board, region: str) -> Standing | None:
    own = shown.direct.get(region)
    return own if own is not None and (own.actual or own.before) else None


def _chosen(request: GuardedRequest, name: str, known: Any, default: str) -> str:
    wanted = str(request.GET.get(name, default))
    return wanted if wanted in known else default


def _file(request: GuardedRequest, title: str, headers: list[str], rows: Any) -> HttpResponseBase:
    if not guard.may(request, "actual", "export"):
        return HttpResponse(status=403)
    return FileResponse(spreadsheet.write(title, headers, rows), as_attachment=True, filename=f"{title}.xlsx")


def _yuan(fen: int) -> float:
    return fen / FEN


def _export_board(request: GuardedRequest, shown: Board, region: str) -> HttpResponseBase:
    headers = [_("编码"), _("名称"), _("负责人"), _("目标（元）"), _("截至今日应达（元）"), _("实绩（元）"), _("达成率"), _("上年同期（元）"), _("同比")]  # fmt: skip
    codes = [region, *shown.axes.tree.descendants(region)]

    def row(code: str) -> list[object]:
        s, name = shown.standings[code], "　" * shown.axes.depths[code] + shown.axes.name(code)
        rates = [None if bp is None else bp / BP for bp in (s.attainment_bp, s.growth_bp)]
        money = [_yuan(v) for v in (s.target, s.expected, s.actual)]
        return [
            code.removeprefix(TERRITORY),
            name,
            shown.axes.owner_name(code),
            *money,
            rates[0],
            _yuan(s.before),
            rates[1],
        ]

    return _file(request, _("业绩"), headers, (row(code) for code in codes))


def _export_customers(
    request: GuardedRequest, shown: Board, region: str, found: list[drill.CustomerSales]
) -> HttpResponseBase:
    headers = [_("编码"), _("客户"), _("实绩（元）"), _("上年同期（元）"), _("同比"), _("订单行数")]
    rows = (
        [
            r.code,
            r.name,
            _yuan(r.actual),
            _yuan(r.before),
            None if r.growth_bp is None else r.growth_bp / BP,
            r.line_count,
        ]
        for r in found
    )
    return _file(request, f"{shown.axes.name(region)}{_('客户')}", headers, rows)


def _export_lines(
    request: GuardedRequest, customer: Customer, found: list[drill.OrderLine]
) -> HttpResponseBase:
    headers = [_("日期"), _("订单号"), _("行号"), _("产品编码"), _("产品"), _("渠道"), _("数量"), _("金额（元）"), _("销售区域"), _("人员")]  # fmt: skip
    rows = (
        [
            r.ordered_on,
            r.order_no,
            r.line_no,
            r.product_code,
            r.product,
            r.channel,
            r.quantity_milli / 1000,
            _yuan(r.amount_fen),
            r.territory,
            r.person,
        ]
        for r in found
    )
    return _file(request, f"{customer.name}{_('订单行')}"[:60], headers, rows)


def _export_cut(request: GuardedRequest, found: cuts.Cut, metric: str) -> HttpResponseBase:
    scale = {"fen": FEN, "milli": 1000, "bp": BP}.get(METRICS[metric].unit, 1)

    def shown(value: int | None) -> float | None:
        return None if value is None else value / scale

    unnamed = _("未归属")
    rows = (
        [
            r or unnamed,
            shown(found.row_totals.get(r)),
            *(shown(found.cells.get((r, c))) for c in found.columns),
        ]
        for r in found.rows
    )
    return _file(request, _("多维分析"), [_("名称"), _("合计"), *(c or unnamed for c in found.columns)], rows)
