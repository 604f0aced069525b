"""The web server, and the worker of background jobs."""

import os
import signal
import subprocess  # nosec B404
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import click
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from quyu.apps.performance import services as performance
from quyu.platform.jobs import repeating
from quyu.shell import daily, posting
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations
from quyu.shell.jinja import manifest

STOP_SECONDS = 10


@contextmanager
def job_worker() -> Iterator[None]:
    """A worker process beside the web server. It has a session of its own, so that Ctrl-C reaches the server
    first and the worker ends with it, its current job finished or given back."""
    command = [sys.executable, "-m", "quyu.shell.cli.main", "worker", "--quiet"]
    process = subprocess.Popen(command, start_new_session=True)  # nosec B603
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def default_workers() -> int:
    """One process per processor, two at most on SQLite (writers wait for each other)."""
    processors = os.cpu_count() or 1
    return min(processors, 2 if connection.vendor == "sqlite" else 8)


def refuse_faults() -> None:
    """Ends the command when a system check fails: a page that declares no permission is not served."""
    try:
        call_command("check", stdout=StringIO(), stderr=StringIO())
    except SystemCheckError as error:
        raise click.ClickException(str(error)) from None


@click.command(cls=Command, help=_("启动网站。先更新数据库；SQLite 时一并启动后台任务。Ctrl-C 停止。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("监听地址。"))
@click.option(
    "--port", default=8000, show_default=True, envvar="QUYU_PORT", help=_("端口（或环境变量 QUYU_PORT）。")
)
@click.option("--workers", type=click.IntRange(1), help=_("网站进程数；默认按处理器数。"))
def serve(host: str, port: int, workers: int | None) -> None:
    refuse_faults()
    apply_migrations()
    performance.tidy()
    if not manifest():
        click.echo(_("前端尚未构建，页面没有样式：请先运行 make frontend。"), err=True)
    connection.close()
    click.echo(_("Quyu 正在运行：http://{host}:{port}（Ctrl-C 停止）").format(host=host, port=port))
    server = Granian(
        "quyu.shell.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or default_workers(),
        blocking_threads=4,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    if connection.vendor == "sqlite":
        with job_worker():
            server.serve()
    else:
        server.serve()
    click.echo(_("已停止。"))


@click.command(
    cls=Command,
    help=_("运行后台任务和每日任务，直到 Ctrl-C。使用 PostgreSQL 时在网站之外另开一个。"),
)
@click.option("--quiet", is_flag=True, help=_("不报告每个任务。"))
def worker(quiet: bool) -> None:
    apply_migrations()
    with daily.every_day(), posting.all_the_time(), repeating.taking_up():
        call_command("db_worker", verbosity=0 if quiet else 1)
