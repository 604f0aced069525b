"""The lists of the performance pages as XLSX; amounts in yuan, rates as fractions, text never a formula."""

from datetime import date
from itertools import chain
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from quyu.analytics.metrics import METRICS
from quyu.apps.customers.models import Customer
from quyu.apps.performance.selectors import cuts, drill
from quyu.apps.performance.selectors.beside import Beside, Pair
from quyu.apps.performance.selectors.changes import Changes
from quyu.apps.performance.selectors.fact_rows import FactRows
from quyu.apps.performance.selectors.tree import Board, Frame
from quyu.apps.targets.axes import TERRITORY
from quyu.kernel.money import FEN_PER_YUAN
from quyu.kernel.rate import BP
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.exports("actual")
def _file(_request: GuardedRequest, title: str, headers: list[str], rows: Any) -> HttpResponseBase:
    return FileResponse(spreadsheet.write(title, headers, rows), as_attachment=True, filename=f"{title}.xlsx")


def _yuan(fen: int) -> float:
    return fen / FEN_PER_YUAN


def of_day(known_on: date | None) -> str:
    """What is said below the figures of a past day."""
    return "" if known_on is None else _("截至 %(day)s 日终所知。") % {"day": known_on.isoformat()}


def remarks(*texts: str) -> list[list[object]]:
    """Rows below the figures that say what must be known about them, after an empty one."""
    told: list[list[object]] = [[text] for text in texts if text]
    return [[], *told] if told else []


def board(
    request: GuardedRequest, shown: Board, region: str, other: Beside | None = None
) -> HttpResponseBase:
    headers = [_("编码"), _("名称"), _("负责人"), _("目标（元）"), _("截至今日应达（元）"), _("实绩（元）"), _("达成率"), _("上年同期（元）"), _("同比")]  # fmt: skip
    headers += beside_headers(other.pair, money=True) if other else []
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
            *compared(code),
        ]

    def compared(code: str) -> list[float | None]:
        if other is None:
            return []
        s = other.nodes[code]
        return [_yuan(s.actual), _yuan(s.before), None if s.growth_bp is None else s.growth_bp / BP]

    return _file(request, _("业绩"), headers, (row(code) for code in codes))


def beside_headers(pair: Pair, *, money: bool) -> list[str]:
    """The columns of two periods side by side."""
    told = {"now": pair.now.period.code, "then": pair.code}
    if money:
        return [_("%(now)s 可比（元）") % told, _("%(then)s（元）") % told, _("较 %(then)s") % told]
    return [_("%(now)s 可比") % told, pair.code, _("较 %(then)s") % told]


def customers(
    request: GuardedRequest,
    shown: Frame,
    region: str,
    found: list[drill.CustomerSales],
    known_on: date | None = None,
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
    return _file(
        request, f"{shown.axes.name(region)}{_('客户')}", headers, chain(rows, remarks(of_day(known_on)))
    )


def lines(
    request: GuardedRequest, customer: Customer, found: list[drill.OrderLine], known_on: date | None = None
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
    told = chain(rows, remarks(of_day(known_on)))
    return _file(request, f"{customer.name}{_('订单行')}"[:60], headers, told)


def facts(
    request: GuardedRequest, title: str, found: FactRows, told: list[dict[str, Any]]
) -> HttpResponseBase:
    headers = [
        _("日期"),
        _("单号"),
        _("行号"),
        _("客户编码"),
        _("客户"),
        _("产品"),
        _("数量"),
        _("金额（元）"),
    ]
    headers += [*found.headers, _("归属区域"), _("归属人员")]
    rows = (
        [
            row["ordered_on"],
            row["document_no"],
            row["line_no"],
            row["customer_code"],
            row["customer"],
            row["product"],
            row["quantity"],
            _yuan(row["amount_fen"]),
            *row["extras"],
            row["territory"],
            row["person"],
        ]
        for row in told
    )
    return _file(request, title, headers, rows)


def cut(
    request: GuardedRequest,
    found: cuts.Cut,
    metric: str,
    other: Changes | None,
    *,
    known_on: date | None = None,
    why: str = "",
) -> HttpResponseBase:
    """`why` says what an empty cell means."""
    scale = {"fen": FEN_PER_YUAN, "yuan": FEN_PER_YUAN, "milli": 1000, "ratio": 1000, "bp": BP}.get(
        METRICS[metric].unit, 1
    )

    def shown(value: int | None) -> float | None:
        return None if value is None else value / scale

    def compared(name: str) -> list[float | None]:
        if other is None:
            return []
        change = other.row(name)
        return [shown(change.now), shown(change.then), None if change.bp is None else change.bp / BP]

    unnamed = _("未归属")
    names = [*found.rows, *(other.only_then(found.rows) if other else ())]
    rows = (
        [
            r or unnamed,
            shown(found.row_totals.get(r)),
            *compared(r),
            *(shown(found.cells.get((r, c))) for c in found.columns),
        ]
        for r in names
    )
    headers = [_("名称"), _("合计"), *(beside_headers(other.pair, money=False) if other else ())]
    empty = _("空格：%(why)s") % {"why": why} if why else ""
    told = chain(rows, remarks(of_day(known_on), empty))
    return _file(request, _("多维分析"), [*headers, *(c or unnamed for c in found.columns)], told)
