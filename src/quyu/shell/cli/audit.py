"""`quyu audit`: verify the trail, write it out, and write out its seals to keep elsewhere."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from quyu.platform.audit import chain, keeping, links, wording
from quyu.platform.audit.models import Decision
from quyu.shell import clock
from quyu.shell.cli.commands import Command, CommandGroup
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations

SHOWN = 50
OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=CommandGroup, name="audit", help=_("核验和导出审计记录。"))
def audit() -> None:
    apply_migrations()


@audit.command(
    cls=Command, name="verify", help=_("从第一条起核验审计记录；有改动则指出日期、编号和方式，退出码 1。")
)
@click.option(
    "--seals",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("另存的日封文件，一并比对。"),
)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def verify(seals: Path | None, as_json: bool) -> None:
    result = chain.verify_chain(keeping.read(seals) if seals else None)
    if as_json:
        findings = [wording.finding_data(finding) for finding in result.findings]
        told = {
            "intact": result.is_intact,
            "checked": result.checked,
            "days": result.days,
            "findings": findings,
        }
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for finding in result.findings[:SHOWN]:
            click.echo(f"  {wording.finding_text(finding)}")
        verdict = (
            _("全部完好") if result.is_intact else _("{count} 处不符").format(count=len(result.findings))
        )
        click.echo(
            _("已核验 {count} 条记录、{days} 个日封：{verdict}。").format(
                count=result.checked, days=result.days, verdict=verdict
            )
        )
    sys.exit(0 if result.is_intact else 1)


@audit.command(cls=Command, name="seals", help=_("封存已结束的日子，并写出全部日封，供另处保存。"))
@click.argument("file", metavar=_("文件"), type=OUT)
def seals(file: Path) -> None:
    chain.seal_finished(clock.today())
    kept = keeping.current()
    file.write_text(json.dumps(keeping.as_data(kept), indent=1) + "\n", encoding="utf-8")
    count = kept.head.count if kept.head else 0
    click.echo(
        _("已写出 {days} 个日封，共 {count} 条记录：{file}").format(
            days=len(kept.seals), count=count, file=file
        )
    )


@audit.command(cls=Command, name="export", help=_("把全部审计记录写成 JSON，一条一行，含摘要值。"))
@click.argument("file", metavar=_("文件"), type=OUT)
def export(file: Path) -> None:
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for line in lines():
            out.write(f"{line}\n")
            count += 1
    click.echo(_("已写出 {count} 条记录：{file}").format(count=count, file=file))


def lines() -> Iterator[str]:
    """Each entry as one JSON object, in order; with these anybody can recompute the chain."""
    for row in Decision.objects.order_by("number").iterator(chunk_size=1000):
        entry = chain.entry_of(row)
        chained = {
            "salt": entry.salt,
            "commitment": entry.commitment,
            "previous": entry.previous,
            "digest": entry.digest,
        }
        told = {"number": entry.number, "day": entry.day.isoformat(), **links.content_of(entry), **chained}
        yield json.dumps(told, ensure_ascii=False)
