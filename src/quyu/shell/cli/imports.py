"""`quyu import`: order files into the facts, trial master data into an empty directory.

With `--json` the last line of standard output is one object; exit 0 accepted, 1 refused, 2 unusable call.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from django.conf import settings

from quyu.apps.performance import imports, master
from quyu.apps.performance import services as performance
from quyu.kernel.money import format_yuan
from quyu.platform.imports import pipeline, runs
from quyu.platform.imports.kinds import Context, RowError
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything, scope_of
from quyu.shell import clock
from quyu.shell.cli.commands import Command, CommandGroup
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations

DEFAULT_ACCOUNT = "import_user"
SHOWN_ERRORS = 20
MILLI = 1000


@click.group(cls=CommandGroup, name="import", help=_("导入数据文件。"))
def import_() -> None:
    apply_migrations()
    performance.tidy()


@import_.command(
    cls=Command, name="orders", help=_("导入订单明细（CSV 或 XLSX）。任何错误都不写入，除非用 --partial。")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_('列对应的 JSON 文件：{"字段": "表头"}。'),
)
@click.option("--sheet", help=_("工作表名称；默认选最像订单的可见工作表。"))
@click.option("--partial", is_flag=True, help=_("只写入没有错误的行。"))
@click.option(
    "--create", default="", help=_("允许新建的主数据，逗号分隔：customers,products,channels,people,regions。")
)
@click.option("--as", "account", help=_("以哪个账号的权限导入。"))
@click.option("--source", default="", help=_("来源名称；同一来源内订单行不重复。"))
@click.option("--dry-run", is_flag=True, help=_("只检查，不写入。"))
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def orders(
    file: Path,
    mapping: Path | None,
    sheet: str | None,
    partial: bool,
    create: str,
    account: str | None,
    source: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    context = _context(file, account, _created(create), source)
    prepared = pipeline.prepare(file, imports.ORDERS, context, mapping=_mapping(mapping), sheet_name=sheet)
    accepted = prepared.is_clean or (partial and prepared.valid is not None and len(prepared.valid.rows) > 0)
    receipt = None
    if accepted and not dry_run:
        receipt = pipeline.commit(prepared, partial=partial)
        accepted = not receipt.totals.get("was_present")
    runs.record_try(prepared, receipt, path=file, at=context.at)
    result = _accepted(prepared, receipt.batch_id if receipt else None) if accepted else _rejected(prepared)
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else _told(prepared, accepted))
    sys.exit(0 if accepted else 1)


@import_.command(cls=Command, name="master", help=_("把试用主数据（JSON）装入空的数据目录。"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def master_(file: Path) -> None:
    content = json.loads(file.read_text(encoding="utf-8"))
    counts = master.load_master(content, at=clock.now())
    if today := content.get("today"):
        (Path(settings.QUYU_HOME) / "business_date").write_text(today)
    click.echo(json.dumps(counts, ensure_ascii=False))


def _context(file: Path, account: str | None, create: frozenset[str], source: str) -> Context:
    """Who imports: the account named, the trial account if there is one, or the operator of this machine."""
    user = User.objects.filter(username=account or DEFAULT_ACCOUNT).first()
    if account and user is None:
        raise click.BadParameter(_("没有账号 {name}。").format(name=account))
    scope = everything()
    if user is not None:
        whole = scope_of(user, at=clock.today())
        if not policy.allows(whole, imports.ORDERS.resource, "import"):
            raise click.BadParameter(_("账号 {name} 无权导入。").format(name=user.username))
        scope = policy.narrow(whole, imports.ORDERS.resource, "import")
    options = {"source": source} if source else {}
    sha256 = pipeline.file_sha256(file)
    return Context(user, scope, clock.now(), clock.today(), file.name, sha256, create, options)


def _created(text: str) -> frozenset[str]:
    kinds = frozenset(part.strip() for part in text.split(",") if part.strip())
    if unknown := kinds - set(imports.ORDERS.creatable):
        raise click.BadParameter(_("不能新建：{names}。").format(names=", ".join(sorted(unknown))))
    return kinds


def _mapping(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.BadParameter(_("列对应文件不是 JSON。")) from error
    if not isinstance(content, dict):
        raise click.BadParameter(_('列对应文件应是 {"字段": "表头"}。'))
    return {str(name): str(header) for name, header in content.items()}


def _accepted(prepared: pipeline.Prepared, batch: int | None) -> dict[str, object]:
    preview = prepared.findings.preview
    quantity = int(str(preview["quantity_milli"]))
    return {
        "status": "accept",
        "rows": preview["rows"],
        "qty": quantity // MILLI if quantity % MILLI == 0 else f"{quantity / MILLI:.3f}",
        "amount_fen": preview["amount_fen"],
        "by_region": preview["by_region"],
        "batch": str(batch) if batch else None,
        "notices": list(prepared.notices),
        "error_count": len(prepared.errors),
    }


def _rejected(prepared: pipeline.Prepared) -> dict[str, object]:
    return {
        "status": "reject",
        "errors": [_error(error) for error in prepared.errors[: pipeline.LISTED_ERRORS]],
        "error_count": len(prepared.errors),
        "notices": list(prepared.notices),
    }


def _error(error: RowError) -> Mapping[str, object]:
    return {
        "row": error.row,
        "column": error.column,
        "code": error.code,
        "value": error.value,
        "message": error.message,
    }


def _told(prepared: pipeline.Prepared, accepted: bool) -> str:
    """The outcome in words."""
    lines = [_("提示：{text}").format(text=notice) for notice in prepared.notices]
    if accepted:
        preview = prepared.findings.preview
        yuan = format_yuan(int(str(preview["amount_fen"])))
        lines.append(_("已接受：{rows} 行，金额 {yuan} 元。").format(rows=preview["rows"], yuan=yuan))
    else:
        lines.append(_("未通过：{count} 处错误，没有写入任何数据。").format(count=len(prepared.errors)))
    for error in prepared.errors[:SHOWN_ERRORS]:
        place = (
            _("第 {row} 行 {column}").format(row=error.row, column=error.column or "")
            if error.row
            else _("文件")
        )
        lines.append(f"  {place}: {error.message} [{error.code}]")
    return "\n".join(lines)
