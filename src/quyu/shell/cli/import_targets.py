"""`quyu import targets`: a workbook exported from a draft of targets comes back, as on its page."""

import json
import sys
from pathlib import Path

import click
from django.utils import translation

from quyu.apps.targets import imports, selectors, services
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import PlanVersion
from quyu.kernel.refusal import Refusal
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, scope_of
from quyu.shell import clock
from quyu.shell.cli.commands import Command
from quyu.shell.cli.language import LANGUAGE, _

RESOURCE, ACTION = "target", "import"
Answer = dict[str, object]


@click.command(cls=Command, name="targets", help=_("把由目标草稿导出的工作簿导回该草稿。"))
@click.argument("file", metavar=_("文件"), type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "account", required=True, help=_("以哪个账号的权限导入。"))
@click.option("--dry-run", is_flag=True, help=_("只检查，不写入。"))
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def targets(file: Path, account: str, dry_run: bool, as_json: bool) -> None:
    user, scope = _importer(account)
    with translation.override(LANGUAGE):
        try:
            answer = _bring_back(file, user, scope, dry_run=dry_run)
        except Refusal as refusal:
            answer = _rejected([_error(None, None, refusal.code, None, str(refusal))])
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _told(answer))
    sys.exit(0 if answer["status"] == "accept" else 1)


def _importer(account: str) -> tuple[User, Scope]:
    user = User.objects.filter(username=account, is_active=True).first()
    if user is None:
        raise click.BadParameter(_("没有账号 {name}。").format(name=account))
    whole = scope_of(user, at=clock.today())
    if not policy.allows(whole, RESOURCE, ACTION):
        raise click.BadParameter(_("账号 {name} 无权导入。").format(name=account))
    return user, policy.narrow(whole, RESOURCE, ACTION)


def _bring_back(file: Path, user: User, scope: Scope, *, dry_run: bool) -> Answer:
    """Compare the workbook with its draft, then write the differences as one operation."""
    number = imports.version_of(file)
    visible = selectors.visible_versions(scope).filter(pk=number or 0).values("pk")
    version = PlanVersion.objects.select_related("plan").filter(pk__in=visible).first()
    if version is None or not policy.is_open(RESOURCE, ACTION, version.state):
        message = _("这不是由您能修改的目标草稿导出的工作簿。")
        return _rejected([_error(None, None, "unsupported_type", None, message)])
    content = imports.read(file, name=file.name, version_id=version.pk, axes=Axes.from_json(version.axes))
    compared = imports.compare(version, content, scope=scope, at=clock.today())
    if compared.problems:
        return _rejected(
            [_error(p.row, f"{p.sheet}!{p.column}", p.code, p.value, p.message) for p in compared.problems]
        )
    if compared.changes and not dry_run:
        services.apply_values(
            plan_version=version,
            values=compared.values,
            source=file.name,
            expected_version=compared.row_version,
            actor=user,
            scope=scope,
            at=clock.now(),
        )
    changed = len(compared.changes)
    return {
        "status": "accept",
        "rows": compared.cell_count,
        "changed": changed,
        "unchanged": compared.cell_count - changed,
        "notices": [],
    }


def _error(row: int | None, column: str | None, code: str, value: str | None, message: str) -> Answer:
    return {"row": row, "column": column, "code": code, "value": value, "message": message}


def _rejected(errors: list[Answer]) -> Answer:
    return {"status": "reject", "errors": errors, "error_count": len(errors)}


def _told(answer: Answer) -> str:
    """The outcome in words."""
    if answer["status"] == "accept":
        return _("已接受：更改 {changed} 处，未变 {unchanged} 处。").format(**answer)
    errors = answer["errors"]
    lines = [_("未通过：{count} 处错误，没有写入任何数据。").format(count=answer["error_count"])]
    for error in errors if isinstance(errors, list) else ():
        place = _("第 {row} 行 {column}").format(**error) if error["row"] else _("文件")
        lines.append(f"  {place}: {error['message']} [{error['code']}]")
    return "\n".join(lines)
