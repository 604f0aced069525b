"""Receivables as XLSX: every node below the one in view, its debtors, the documents of one; amounts in yuan."""

from collections.abc import Iterable, Iterator, Sequence

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from quyu.apps.performance.selectors.debtors import Debtor, OpenDocument, Receivables
from quyu.apps.targets.axes import TERRITORY
from quyu.kernel.money import FEN_PER_YUAN
from quyu.kernel.rate import BP
from quyu.platform.files import spreadsheet
from quyu.platform.imports.kinds import Label
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest


@guard.exports("actual")
def _file(
    _request: GuardedRequest, title: str, headers: list[str], rows: Iterable[list[object]]
) -> HttpResponseBase:
    return FileResponse(spreadsheet.write(title, headers, rows), as_attachment=True, filename=f"{title}.xlsx")


def _yuan(values: Sequence[int]) -> list[float]:
    return [fen / FEN_PER_YUAN for fen in values]


def _in_yuan(ages: Sequence[Label]) -> list[str]:
    return [f"{age}{_('（元）')}" for age in ages]


def nodes(
    request: GuardedRequest, shown: Receivables, region: str, ages: Sequence[Label]
) -> HttpResponseBase:
    headers = [_("编码"), _("名称"), _("应收（元）"), *_in_yuan(ages), _("预收（元）"), _("最近一年发货（元）"), _("应收周转天数"), _("90 天以上占比"), _("逾期（元）"), _("逾期率"), _("最长逾期（天）"), _("没有账期的应收（元）")]  # fmt: skip
    axes = shown.frame.axes

    def row(code: str) -> list[object]:
        node = shown.nodes[code]
        money = _yuan((node.owed, *node.by_bucket, node.prepaid, node.delivered))
        share, late = (None if bp is None else bp / BP for bp in (node.aged_bp, node.overdue_bp))
        name = "　" * axes.depths[code] + axes.name(code)
        return [
            code.removeprefix(TERRITORY),
            name,
            *money,
            node.outstanding_days,
            share,
            node.overdue / FEN_PER_YUAN,
            late,
            node.longest if node.termed else None,
            node.untermed / FEN_PER_YUAN,
        ]

    codes = [region, *axes.tree.descendants(region)]
    return _file(request, f"{_('应收与账龄')}{shown.on}", headers, (row(code) for code in codes))


def debtors(
    request: GuardedRequest, shown: Receivables, region: str, found: list[Debtor], ages: Sequence[Label]
) -> HttpResponseBase:
    headers = [_("编码"), _("客户"), _("应收（元）"), *_in_yuan(ages), _("最早未收单据"), _("日期"), _("账龄（天）"), _("账期（天）"), _("逾期（元）"), _("最长逾期（天）")]  # fmt: skip
    rows: Iterator[list[object]] = (
        [
            one.code,
            one.name,
            *_yuan((one.owed, *one.by_bucket)),
            one.oldest,
            one.oldest_on,
            one.oldest_age,
            one.term,
            *_late(one),
        ]
        for one in found
    )
    title = f"{shown.frame.axes.name(region)}{_('欠款客户')}{shown.on}"
    return _file(request, title[:60], headers, rows)


def _late(one: Debtor) -> tuple[float | None, int | None]:
    """Yuan overdue and days at most; nothing of a customer without payment days."""
    return (None, None) if one.term is None else (one.overdue / FEN_PER_YUAN, one.overdue_days)


def documents(
    request: GuardedRequest,
    name: str,
    found: list[OpenDocument],
    ages: Sequence[Label],
    term: int | None,
) -> HttpResponseBase:
    headers = [_("单号"), _("日期"), _("账龄（天）"), _("账龄"), _("未收（元）"), _("逾期（天）")]
    rows: Iterator[list[object]] = (
        [
            one.number or _("退款"),
            one.delivered_on,
            one.age,
            str(ages[one.bucket]),
            one.open_fen / FEN_PER_YUAN,
            None if term is None else one.overdue_days,
        ]
        for one in found
    )
    return _file(request, f"{name}{_('未收单据')}"[:60], headers, rows)
