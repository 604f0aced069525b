"""The database and Django's own commands."""

from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from quyu.kernel.refusal import Refusal
from quyu.shell.backup.staging import UNFINISHED
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _


class RestoreUnfinished(Refusal):
    """The data directory was moved in, the database did not commit."""

    def __init__(self) -> None:
        super().__init__("restore_unfinished", "上次恢复没有完成，请用同一份备份再运行一次 quyu restore。")


def apply_migrations() -> int:
    """Brings the database up to this version; returns how many migrations it took. Raises RestoreUnfinished."""
    if (Path(settings.QUYU_HOME) / UNFINISHED).exists():
        raise RestoreUnfinished
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        call_command("migrate", interactive=False, verbosity=0)
    return waiting


@click.command(cls=Command, help=_("建立或更新数据库表；可重复运行。"))
def migrate() -> None:
    count = apply_migrations()
    click.echo(_("已应用 {count} 个迁移。").format(count=count) if count else _("数据库已是最新。"))


@click.command(
    cls=Command,
    help=_("Django 管理命令，原样转交，例如 quyu manage createsuperuser。"),
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    execute_from_command_line(["quyu manage", *arguments])
