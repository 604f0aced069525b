"""`quyu demo`: the demo company, the main job on it, and its result; a second call only shows where things stand."""

import click

from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.apps.targets import selectors as targets
from quyu.apps.territories import selectors as territories
from quyu.kernel.money import format_wan
from quyu.kernel.rate import format_bp
from quyu.platform.people.scope import everything
from quyu.shell import clock
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations
from quyu.shell.demo import accounts, seed


@click.command(cls=Command, help=_("生成演示公司（第一次约一分钟），运行主要流程并打印结果。"))
def demo() -> None:
    today = clock.today()
    click.echo(f"── {_('准备数据库')}")
    apply_migrations()
    if not seed.exists():
        click.echo(f"── {_('生成演示公司“清和食品”，业务日期 {day}').format(day=today)}")
        made = seed.make(today=today, at=clock.now(), say=lambda text: click.echo(f"── {text}"))
        click.echo(_("演示公司已就绪，用时 {seconds:.0f} 秒。").format(seconds=made.seconds))
    tell()


def tell() -> None:
    """Territories and balance, targets per region with attainment to date, certificate, sign-ins."""
    today = clock.today()
    shown = board(span_of(CALENDAR.year(today.year), today=today), everything(), today=today)
    alignment = territories.active_alignment(today)
    if alignment is not None:
        parts = [
            part["deviation_bp"] for part in alignment.method.get("regions", []) if part["territories"] > 1
        ]
        within = sum(part["within_tolerance"] for part in alignment.method.get("regions", []))
        click.echo()
        click.echo(_("区域：{name}，{count} 个销售区域；{within}/{regions} 个省区在公差内，最大偏差 {worst}").format(
            name=alignment.name, count=len(shown.axes.leaves), within=within,
            regions=len(alignment.method.get("regions", [])), worst=format_bp(max(parts, default=0)),
        ))  # fmt: skip
    click.echo()
    click.echo(_("{year} 年目标与实绩（万元，截至 {day}）").format(year=today.year, day=shown.span.last_day))
    root = shown.axes.tree.root
    for code in (root, *shown.axes.tree.children(root)):
        row = shown.standings[code]
        rate = "—" if row.attainment_bp is None else format_bp(row.attainment_bp)
        pace = "—" if row.pace_bp is None else format_bp(row.pace_bp)
        click.echo(_("  {name}  目标 {target:>12}  实绩 {actual:>12}  达成 {rate:>8}  对进度 {pace:>8}").format(
            name=shown.axes.name(code).ljust(6, "　"), target=format_wan(row.target), actual=format_wan(row.actual), rate=rate, pace=pace,
        ))  # fmt: skip
    if shown.version is not None:
        checked = targets.certificate(shown.version)
        click.echo(
            _("核对：{nodes} 个节点，{violations} 处不符。").format(
                nodes=f"{checked.nodes_checked:,}", violations=checked.violations
            )
        )
    click.echo(_("计划书与工作簿：{folder}").format(folder=seed.folder()))
    _tell_accounts()


def _tell_accounts() -> None:
    if not accounts.password_file().exists():
        return
    password = accounts.password_file().read_text(encoding="utf-8").strip()
    click.echo()
    click.echo(
        _("登录账号（密码都是 {password}，保存在 {path}）：").format(
            password=password, path=accounts.password_file()
        )
    )
    for one in accounts.present():
        click.echo(f"  {one.username:<12}{one.role}　{one.person}")
