"""`quyu daily`: what is due once a day, for the scheduler of the machine; a second run the same day changes nothing."""

import json

import click

from quyu.apps.targets.services import daily as targets
from quyu.apps.territories import services as territories
from quyu.shell import clock
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
    moved = territories.come_due(at=clock.now())
    done = targets.run(at=clock.now())
    counts = {
        "moved": moved,
        "in_force": done.in_force,
        "sealed": done.sealed,
        "reminded": done.reminded,
        "proposed": done.proposed,
        "milestones": done.milestones,
    }
    if as_json:
        click.echo(json.dumps(counts))
        return
    said = _(
        "{moved} 个销售区域划转生效，{in_force} 个目标版本生效，{sealed} 份责任书盖章，提醒 {reminded} 人，提出 {proposed} 项调整建议，里程碑提醒 {milestones} 条。"
    )
    click.echo(said.format(**counts))
