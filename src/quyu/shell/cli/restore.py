"""`quyu restore`: a backup into an empty data directory (and database), or only a check of it."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quyu.kernel.deferred import deferred
from quyu.shell.backup import staging
from quyu.shell.cli.commands import Command, open_site
from quyu.shell.cli.language import _

if TYPE_CHECKING:
    from quyu.shell.backup import restoring
    from quyu.shell.cli import site
else:  # the site is opened in the staged directory, so its parts are imported only once that exists
    restoring = deferred("quyu.shell.backup.restoring")
    site = deferred("quyu.shell.cli.site")

DEFAULT_HOME = Path.home() / ".local" / "share" / "quyu"


@click.command(cls=Command, help=_("把备份恢复到空的数据目录（和空的数据库）；核对无误才放到位。"))
@click.argument("file", metavar=_("文件"), type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", is_flag=True, help=_("只核对：校验和、行数、合计、事实文件、审计链；不恢复。"))
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("恢复到这个数据目录；默认是 QUYU_HOME。"),
)
def restore(file: Path, verify: bool, into: Path | None) -> None:
    home = None if verify else (into or Path(os.environ.get("QUYU_HOME", DEFAULT_HOME))).resolve()
    told = run(file, home)
    click.echo(told)


def run(file: Path, home: Path | None) -> str:
    """Restores into `home`, or only checks; returns the outcome in words. What fails leaves nothing behind."""
    stage = staging.stage_for(home)
    try:
        manifest, database = staging.unpack(file, stage)
        os.environ["QUYU_HOME"] = str(stage)
        open_site()
        restoring.load(manifest, database, stage, home, site.apply_migrations)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    figures = manifest["figures"]
    return _("{verdict}：{rows} 行，{files} 个文件，审计记录 {count} 条，均与备份时相同。").format(
        verdict=_("核对无误") if home is None else _("已恢复到 {home}").format(home=home),
        rows=f"{sum(figures['rows'].values()):,}",
        files=len(manifest["files"]),
        count=figures["audit"][0] if figures["audit"] else 0,
    )
