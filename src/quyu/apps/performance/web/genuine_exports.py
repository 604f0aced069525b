"""真实达成 as XLSX: every node, the dealers, what was seen in outlets; amounts in yuan, rates as fractions."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quyu.apps.performance.selectors.genuine import Dealer, Genuine
from quyu.apps.targets.axes import TERRITORY
from quyu.kernel.money import FEN_PER_YUAN
from quyu.kernel.rate import BP
from quyu.platform.files import spreadsheet
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.exports("actual")
def _file(
    _request: GuardedRequest, title: str, headers: list[str], rows: Iterable[list[object]]
) -> HttpResponseBase:
    return FileResponse(spreadsheet.write(title, headers, rows), as_attachment=True, filename=f"{title}.xlsx")


def _rate(bp: int | None) -> float | None:
    return None if bp is None else bp / BP


def nodes(request: GuardedRequest, found: Genuine, region: str) -> HttpResponseBase:
    """The node in view and all below it, plain and adjusted."""
    headers = [_("编码"), _("名称"), _("目标（元）"), _("实绩（元）"), _("达成率"), _("调整（元）"), _("调整后实绩（元）"), _("调整后达成率"), _("超额库存（元）"), _("压货的经销商"), _("能判断的经销商"), _("经销商")]  # fmt: skip
    axes = found.board.axes

    def row(code: str) -> list[object]:
        plain, adjusted, own = found.board.standings[code], found.adjusted(code), found.below[code]
        return [
            code.removeprefix(TERRITORY), "　" * axes.depths[code] + axes.name(code),
            plain.target / FEN_PER_YUAN, plain.actual / FEN_PER_YUAN, _rate(plain.attainment_bp),
            -own.change / FEN_PER_YUAN, adjusted.actual / FEN_PER_YUAN, _rate(adjusted.attainment_bp),
            own.excess / FEN_PER_YUAN, own.stuffed, own.judged, own.dealers,
        ]  # fmt: skip

    codes = [region, *axes.tree.descendants(region)]
    return _file(request, _("真实达成"), headers, (row(code) for code in codes))


def dealers(
    request: GuardedRequest, found: Genuine, region: str, reasons: Mapping[str, Promise | str]
) -> HttpResponseBase:
    """Every dealer below the node, the largest excess first, with why one is not judged."""
    headers = [_("编码"), _("经销商"), _("区域"), _("判断"), _("盘点日期"), _("进货（元）"), _("动销（元）"), _("期初库存（元）"), _("期末库存（元）"), _("差异（元）"), _("库存天数"), _("超额库存（元）")]  # fmt: skip

    def row(one: Dealer) -> list[object]:
        is_judged = not one.reason
        told = str(reasons[one.reason]) if one.reason else _("压货") if one.excess else _("正常")
        fen = (one.sell_in, one.sell_through, one.opening, one.closing)
        return [
            one.code, one.name, found.board.axes.name(one.node), told, one.counted_on if is_judged else None,
            *(value / FEN_PER_YUAN for value in fen),
            None if one.difference is None else one.difference / FEN_PER_YUAN,
            one.stock_days if is_judged else None,
            one.excess / FEN_PER_YUAN,
        ]  # fmt: skip

    return _file(request, _("经销商"), headers, (row(one) for one in found.dealers(region)))


def sightings(
    request: GuardedRequest, diversions: list[dict[str, Any]], disorders: list[dict[str, Any]]
) -> HttpResponseBase:
    """What was found in outlets: goods out of place, prices below guide."""
    headers = [
        _("线索"),
        _("编码"),
        _("名称"),
        _("区域"),
        _("次数"),
        _("最早"),
        _("最晚"),
        _("价格与指导价之比"),
    ]

    def rows() -> Iterable[list[object]]:
        for label, told in ((_("窜货"), diversions), (_("乱价"), disorders)):
            for one in told:
                found = one["found"]
                yield [label, found.subject, one["name"], one["area"], found.count, found.first_on, found.last_on, _rate(found.price_bp)]  # fmt: skip

    return _file(request, _("窜货与乱价"), headers, rows())
