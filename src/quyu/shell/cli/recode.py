"""`quyu recode`: the changes of codes that wait, what they touch; with --apply the site follows them."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
from django.utils import translation

from quyu.platform.fields.values import spoken
from quyu.platform.geography.codes.applying import Preview, apply, preview
from quyu.platform.geography.codes.waiting import Waiting, waiting
from quyu.shell import clock
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.cli.site import apply_migrations


@click.command(
    cls=Command,
    help=_(
        "区划代码变更：默认只列出待执行的变更和影响；--apply 逐项执行（每项一次完成）。有到期而不能执行的，退出码 1。"
    ),
)
@click.option("--apply", "is_applied", is_flag=True, help=_("执行可以执行的变更，今天起生效。"))
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def recode(is_applied: bool, as_json: bool) -> None:
    apply_migrations()
    with translation.override(LANGUAGE):
        done = [follow(one) for one in rounds()] if is_applied else []
        left = [preview(one, clock.today()) for one in waiting(clock.today())]
        rows = [*done, *(told(one) for one in left)]
        for row in rows:
            say(row)
        if not rows:
            click.echo(_("没有待执行的变更。"))
    if as_json:
        click.echo(json.dumps({"applied": len(done), "changes": rows}, ensure_ascii=False))
    sys.exit(1 if any(one.obstacle and one.waiting.event.on <= clock.today() for one in left) else 0)


def rounds() -> Iterator[Waiting]:
    """Each event nothing stands in the way of, asked anew after each: one may open the way for the next."""
    while one := next((one for one in waiting(clock.today()) if is_open(one)), None):
        yield one


def is_open(one: Waiting) -> bool:
    return preview(one, clock.today()).obstacle is None


def follow(one: Waiting) -> dict[str, Any]:
    """Follow one event; what was done."""
    shown = preview(one, clock.today())
    done = apply(pk=one.pk, actor=None, at=clock.now())
    return told(shown) | {"state": "applied", "counts": done.counts}


def told(shown: Preview) -> dict[str, Any]:
    """An event for a person or a script."""
    lines = [
        {"old": row.old_code, "new": row.new_code, "kind": row.kind, "share_bp": row.share_bp}
        for row in shown.waiting.rows
    ]
    return {
        "state": "blocked" if shown.obstacle else "ready",
        "on": shown.waiting.event.on.isoformat(),
        "lines": lines,
        "touched": [
            {"label": row.label, "count": row.count, "outcome": row.outcome} for row in shown.touched
        ],
        "reason": spoken(shown.obstacle) if shown.obstacle else "",
        "code": shown.obstacle.code if shown.obstacle else "",
    }


def say(row: dict[str, Any]) -> None:
    words = {"applied": _("已执行"), "ready": _("可以执行"), "blocked": _("还不能执行")}
    lines = "，".join(
        f"{one['old']} → {one['new']}" + (f" {one['share_bp'] / 100:g}%" if one["share_bp"] < 10_000 else "")
        for one in row["lines"]
    )
    click.echo(f"{row['on']}  {lines}  {words[row['state']]}")
    if row["reason"]:
        click.echo(f"  {row['reason']}")
    for one in row["touched"]:
        if one["count"]:
            click.echo(f"  {one['label']}：{one['count']:,}，{one['outcome']}")
