"""`quyu plan`: from the user's order files to a plan, in one command."""

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from quyu.kernel.money import format_wan, parse_fen
from quyu.kernel.rate import format_bp
from quyu.shell import clock
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations
from quyu.shell.plan import job
from quyu.shell.plan.note import spoken
from quyu.shell.plan.workbook import compared

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN_REGIONS = 40


@click.command(cls=Command, help=_("从订单文件一步做出区域、目标与计划书；没有给出的主数据由订单推导。"))
@click.option(
    "--orders",
    "orders",
    type=FILE,
    multiple=True,
    required=True,
    help=_("订单文件（CSV 或 XLSX），可给多个。"),
)
@click.argument("more_orders", nargs=-1, type=FILE, metavar=_("[更多订单文件]…"))
@click.option("--people", type=FILE, help=_("人员文件：地区与姓名两列，顺序不限。"))
@click.option("--year", type=click.IntRange(1990, 2100), help=_("计划年度；默认是订单最后一年的下一年。"))
@click.option("--total", help=_("全年总目标，元；可写 1.2亿、3500万。"))
@click.option("--growth", help=_("比上年增长的百分比，如 8 或 8.5%。"))
@click.option("--territories", type=click.IntRange(1, 5_000), help=_("销售区域总数；默认按每个地区的人数。"))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("quyu-plan"),
    help=_("输出目录，默认 quyu-plan。"),
)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def plan(
    orders: tuple[Path, ...],
    more_orders: tuple[Path, ...],
    people: Path | None,
    year: int | None,
    total: str | None,
    growth: str | None,
    territories: int | None,
    out: Path,
    as_json: bool,
) -> None:
    apply_migrations()
    request = job.Request(
        orders=(*orders, *more_orders),
        people=people,
        year=year,
        total_fen=parse_fen(total) if total else None,
        growth_bp=_growth(growth) if growth else None,
        territories=territories,
        folder=out,
    )
    outcome = job.run(
        request, today=clock.today(), at=clock.now(), say=lambda text: click.echo(f"── {text}", err=True)
    )
    tell(outcome)
    if as_json:
        click.echo(json.dumps(closing_line(outcome), ensure_ascii=False))
    sys.exit(0 if not outcome.written.figures.violations else 1)


def _growth(text: str) -> int:
    """`8`, `8%`, `8.25` -> basis points."""
    try:
        percent = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation as error:
        raise click.BadParameter(_("增长率“{text}”不是数，请写成 8 或 8.5%。").format(text=text)) from error
    if not Decimal(-100) < percent < Decimal(1_000):
        raise click.BadParameter(_("增长率 {text} 超出范围（−100% 至 1000%）。").format(text=text))
    return int(percent * 100)


def closing_line(outcome: job.Outcome) -> dict[str, object]:
    """The figures a script reads."""
    figures = outcome.written.figures
    return {
        "rows": outcome.rows,
        "amount_fen": outcome.amount_fen,
        "regions": outcome.regions,
        "territories": len(figures.axes.leaves),
        "people": outcome.people,
        "target_fen": figures.total_fen,
        "nodes_checked": figures.nodes_checked,
        "violations": figures.violations,
        "out": str(outcome.written.files[0].parent),
    }


def tell(outcome: job.Outcome) -> None:
    """The result for a person: what was derived, targets per region, attainment, proof, files."""
    figures = outcome.written.figures
    for line in (*figures.derived, *figures.method):
        click.echo(f"· {spoken(line)}")
    click.echo()
    click.echo(_("{year} 年目标（万元）").format(year=figures.axes.year))
    has_actual = figures.actual is not None
    for group, name, target, actual, before in compared(figures, is_brief=True)[:SHOWN_REGIONS]:
        if group != "区域":
            break
        done = f"  {_('实绩')} {format_wan(actual):>14}" if has_actual else ""
        rate = f"  {format_bp(actual * 10_000 // target):>9}" if has_actual and target > 0 else ""
        click.echo(
            f"  {name}  {_('目标')} {format_wan(target):>14}{done}{rate}  {_('上年')} {format_wan(before):>14}"
        )
    click.echo()
    click.echo(
        _("核对：{nodes} 个节点，{violations} 处不符。").format(
            nodes=f"{figures.nodes_checked:,}", violations=figures.violations
        )
    )
    for path in outcome.written.files:
        click.echo(f"  {path}")
