"""`quyu channel`: attainment plain and adjusted, and what was found with dealers and in outlets; as on the page."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import click
from django.utils import translation

from quyu.analytics.attainment import Standing
from quyu.analytics.sightings import Found
from quyu.apps.performance import services
from quyu.apps.performance.dealings import has_any
from quyu.apps.performance.directory import Directory, directory
from quyu.apps.performance.outlet_rows import PRICES
from quyu.apps.performance.selectors import by_basis
from quyu.apps.performance.selectors.genuine import Dealer, Genuine, genuine, missing
from quyu.apps.performance.selectors.keys import places_below
from quyu.apps.performance.selectors.outlets import Outlets, outlets
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.apps.performance.web.genuine import REASONS
from quyu.kernel.money import format_yuan
from quyu.kernel.rate import format_bp
from quyu.shell import clock
from quyu.shell.cli.allocation.answer import refused_line
from quyu.shell.cli.attain import NotAnAccount, account_scope
from quyu.shell.cli.attaining.answer import aligned
from quyu.shell.cli.closing import closed_by
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.cli.site import apply_migrations

TOLD = 10
"""Stuffed dealers told in words; all of them in JSON."""
NO_FACTS = _("期间内还没有任何实绩。")
NO_REPORTS = _("没有动销或库存盘点，不作压货的判断；请运行 quyu import sell-through、quyu import stock。")
NO_PRICES = _("没有价格观察，不作窜货和乱价的判断；请运行 quyu import prices。")


@click.command(
    cls=Command,
    help=_("真实达成：达成率与扣除压货后的达成率，压货、窜货、乱价的线索；与页面同数。"),
)
@click.option("--period", required=True, help=_("期间：2026、2026Q2 或 2026-04。"))
@click.option(
    "--basis",
    type=click.Choice(("order", "delivery")),
    default="order",
    help=_("口径：order 按下单（默认）、delivery 按发货。"),
)
@click.option("--region", default="", help=_("只看这个区域（编码或名称）及其下级。"))
@click.option("--as", "account", help=_("以哪个账号的权限查看；默认全部。"))
@click.option("--json", "as_json", is_flag=True, help=_("输出一个 JSON，以分和基点计。"))
def channel(period: str, basis: by_basis.Basis, region: str, account: str | None, as_json: bool) -> None:
    with closed_by(refused_line, as_json=as_json), translation.override(LANGUAGE):
        apply_migrations()
        today = clock.today()
        services.catch_up()
        source = by_basis.basis(basis, today=today)
        span = span_of(CALENDAR.parse(period), today=today, source=source)
        shown = board(span, account_scope(account), today=today, source=source)
        names = directory()
        if not shown.reach.tops:
            raise NotAnAccount(account or "")
        found = None if missing() else genuine(shown, names)
        tops = places_below(shown, region).tops
        told = [Told(shown, names, top, found, outlets(shown, names, top)) for top in tops]
        if as_json:
            parts = [one.to_json(basis) for one in told]
            click.echo(json.dumps(parts[0] if len(parts) == 1 else {"regions": parts}, ensure_ascii=False))
        else:
            click.echo("\n\n".join("\n".join(one.words()) for one in told))


class Told:
    """What is said of one node: itself and its children, then the findings below it."""

    def __init__(
        self, shown: Board, names: Directory, top: str, found: Genuine | None, seen: Outlets
    ) -> None:
        self.shown, self.top, self.found, self.seen = shown, top, found, seen
        self.names = {code: name for kind in ("customer", "product") for code, name, _extra in names.of(kind)}
        dealers = found.dealers(top) if found else []
        self.stuffed = [one for one in dealers if one.excess]
        self.unjudged = Counter(one.reason for one in dealers if one.reason)

    @property
    def notes(self) -> list[str]:
        nothing = [] if self.shown.span.last_day else [NO_FACTS]
        lacking = nothing if self.found else [*nothing, NO_REPORTS]
        return lacking if has_any(PRICES) else [*lacking, NO_PRICES]

    def to_json(self, basis: str) -> dict[str, object]:
        """Amounts in fen, rates in basis points, null where there is none."""
        span, found = self.shown.span, self.found
        return {
            "period": span.period.code,
            "basis": basis,
            "data_to": span.last_day.isoformat() if span.last_day else None,
            "stock_of": found.day.isoformat() if found else None,
            "total": self._row(self.top),
            "rows": [self._row(code) for code in self.shown.children(self.top)],
            "stuffing": [self._dealer(one) for one in self.stuffed],
            "diversion": [self._seen(one) for one in self.seen.diversions],
            "price_disorder": [self._seen(one) for one in self.seen.disorders],
            "not_judged": dict(self.unjudged),
            "notes": self.notes,
        }

    def _adjusted(self, node: str) -> Standing | None:
        return self.found.adjusted(node) if self.found else None

    def _row(self, node: str) -> dict[str, object]:
        plain, adjusted = self.shown.standings[node], self._adjusted(node)
        below = self.found.below[node] if self.found else None
        return {
            "region": node,
            "name": self.shown.axes.name(node),
            "target_fen": plain.target,
            "actual_fen": plain.actual,
            "attainment_bp": plain.attainment_bp,
            "adjusted_fen": adjusted.actual if adjusted else None,
            "adjusted_bp": adjusted.attainment_bp if adjusted else None,
            "is_stuffed": below.is_stuffed if below else None,
            "stuffed": below.stuffed if below else None,
            "judged": below.judged if below else None,
            "dealers": below.dealers if below else None,
        }

    def _dealer(self, one: Dealer) -> dict[str, object]:
        return {
            "customer": one.code,
            "name": one.name,
            "region": one.node,
            "stock_of": one.counted_on.isoformat(),
            "sell_in_fen": one.sell_in,
            "sell_through_fen": one.sell_through,
            "opening_fen": one.opening,
            "closing_fen": one.closing,
            "difference_fen": one.difference,
            "stock_days": one.stock_days,
            "excess_fen": one.excess,
        }

    def _seen(self, one: Found) -> dict[str, object]:
        return {
            "code": one.subject,
            "name": self.names.get(one.subject, one.subject),
            "region": one.area,
            "count": one.count,
            "seen": one.seen,
            "first_on": one.first_on.isoformat(),
            "last_on": one.last_on.isoformat(),
            "price_bp": one.price_bp,
        }

    def words(self) -> Iterator[str]:
        """The same for people, the largest stuffed dealers only."""
        span, axes = self.shown.span, self.shown.axes
        stock = self.found.day if self.found else _("无")
        yield _("{period} · 真实达成（元）· 数据截至 {day} · 库存截至 {stock}").format(
            period=span.period.code, day=span.last_day or _("尚无"), stock=stock
        )
        heads = [_("区域"), _("目标"), _("实绩"), _("达成率"), _("调整后实绩"), _("调整后达成率")]
        nodes = [*self.shown.children(self.top), self.top]
        yield from aligned([heads, *(self._cells(node) for node in nodes)], texts=1)
        for one in self.stuffed[:TOLD]:
            yield "· " + _(
                "压货：{name}（{code}，{region}）进货 {bought}，动销 {sold}，库存 {days} 天（正常 {normal} 天），超额 {excess}"
            ).format(
                name=one.name, code=one.code, region=axes.name(one.node), bought=format_yuan(one.sell_in),
                sold=format_yuan(one.sell_through), days=one.stock_days, normal=self._normal(one), excess=format_yuan(one.excess),
            )  # fmt: skip
        if len(self.stuffed) > TOLD:
            yield "· " + _("还有 {count} 家压货，见 --json。").format(count=len(self.stuffed) - TOLD)
        yield from self._sightings()
        for reason, count in sorted(self.unjudged.items()):
            yield "· " + _("不作判断 {count} 家：{why}").format(count=count, why=REASONS[reason])
        yield from (f"· {note}" for note in self.notes)

    def _sightings(self) -> Iterator[str]:
        diverted = _("窜货：{name}（{code}）的货在{region}看到 {count} 次，{first} 至 {last}")
        disordered = _("乱价：{name}（{code}）在{region}低于指导价 {count} 次，{first} 至 {last}")
        for template, rows in ((diverted, self.seen.diversions), (disordered, self.seen.disorders)):
            for one in rows:
                yield "· " + template.format(
                    name=self.names.get(one.subject, one.subject), code=one.subject, count=one.count,
                    region=self.shown.axes.name(one.area), first=one.first_on, last=one.last_on,
                )  # fmt: skip

    def _normal(self, one: Dealer) -> int:
        return int(self.found.now.normal_days[one.number]) if self.found else 0

    def _cells(self, node: str) -> Sequence[str]:
        plain, adjusted = self.shown.standings[node], self._adjusted(node)
        is_stuffed = self.found is not None and self.found.below[node].is_stuffed
        return (
            self.shown.axes.name(node) + (_("（压货）") if is_stuffed else ""),
            format_yuan(plain.target),
            format_yuan(plain.actual),
            rate(plain.attainment_bp),
            format_yuan(adjusted.actual) if adjusted else "—",
            rate(adjusted.attainment_bp) if adjusted else "—",
        )


def rate(bp: int | None) -> str:
    return "—" if bp is None else format_bp(bp)
