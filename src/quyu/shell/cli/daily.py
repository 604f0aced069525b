"""`quyu daily`: what is due once a day, at once; the worker does the same by itself."""

import json

import click

from quyu.shell import clock
from quyu.shell import daily as work
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations


@click.command(
    cls=Command,
    help=_("每日任务：目标到期生效、责任书盖章与提醒、数据规则提出调整建议。可重复运行。"),
)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def daily(as_json: bool) -> None:
    apply_migrations()
    counts = work.run(at=clock.now())
    if as_json:
        click.echo(json.dumps(counts))
        return
    said = _(
        "{moved} 个销售区域划转生效，{in_force} 个目标版本生效，{sealed} 份责任书盖章，提醒 {reminded} 人，提出 {proposed} 项调整建议，里程碑提醒 {milestones} 条，新发现客户覆盖问题 {uncovered} 处，失衡预警 {drifted} 条，新预警 {alerts} 条，发出订阅 {reports} 份。"
    )
    click.echo(said.format(**counts))
