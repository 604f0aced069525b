"""`quyu backup`: a site as one archive, made while people work."""

from pathlib import Path

import click
from django.utils import timezone

from quyu.platform.audit import chain
from quyu.platform.audit import services as trail
from quyu.platform.audit.models import ChainHead
from quyu.shell import clock
from quyu.shell.backup import making
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations

MEGABYTE = 1_000_000


@click.command(cls=Command, help=_("备份到目录或文件：数据库、事实、文件、密钥，一份归档；网站照常运行。"))
@click.argument("place", metavar=_("目录或文件"), type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help=_("目录里只保留最新的几份。"))
def backup(place: Path, keep: int | None) -> None:
    apply_migrations()
    chain.seal_finished(clock.today())
    made = making.make(place, at=timezone.localtime(clock.instant()), keep=keep or 0)
    trail.record(
        actor=None, verb="backup", subject=ChainHead(pk=chain.HEAD_ID), label=made.path.name,
        detail={"bytes": made.size}, at=clock.now(),
    )  # fmt: skip
    figures = made.manifest["figures"]
    click.echo(
        _("已备份：{file}，{size:.1f} MB，{rows} 行，审计记录 {count} 条。").format(
            file=made.path,
            size=made.size / MEGABYTE,
            rows=f"{sum(figures['rows'].values()):,}",
            count=figures["audit"][0] if figures["audit"] else 0,
        )
    )
    for old in made.removed:
        click.echo(_("已删除旧备份：{file}").format(file=old))
