"""`quyu config`: what the operator of the machine chooses for this site."""

import json

import click

from quyu.analytics.engines.address import address
from quyu.apps.performance import engine as engines
from quyu.shell.cli.commands import Command, CommandGroup
from quyu.shell.cli.language import _


@click.group(cls=CommandGroup, name="config", help=_("本站的设置：用哪个计算引擎。"))
def config() -> None:
    """Nothing of the database is needed: the choice is a file in the data directory."""


@config.command(
    cls=Command,
    name="engine",
    help=_(
        "汇总全部数据用哪个引擎：duckdb（本机，默认）、postgresql://用户:密码@主机:端口/库名、spark://主机:端口。"
        "先连接并试算，成功才改用；不写地址则显示并试现在的引擎。"
    ),
)
@click.argument("url", metavar=_("地址"), required=False)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def engine(url: str | None, as_json: bool) -> None:
    where = address(url) if url else engines.chosen()
    version = engines.choose(where) if url else engines.tried(where)
    if as_json:
        click.echo(json.dumps({"engine": where.shown, "version": version}))
        return
    said = _("已改用 {engine}（{version}）。") if url else _("现在用 {engine}（{version}）。")
    click.echo(said.format(engine=where.shown, version=version))
