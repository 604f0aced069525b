"""`quyu import`: any file a person may bring, trial master data into an empty directory, and taking back.

Every kind of import has the same options. With `--json` the last line of standard output is one object;
exit 0 accepted, 1 refused, 2 unusable call.
"""

import functools
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from django.conf import settings
from django.utils import translation

from quyu.apps.performance import master
from quyu.apps.performance import services as performance
from quyu.kernel.money import format_yuan
from quyu.kernel.refusal import Refusal
from quyu.platform.imports import kinds, pipeline, runs
from quyu.platform.imports.kinds import Context, ImportKind, Receipt, RowError
from quyu.platform.imports.models import ImportRun
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope, everything, scope_of
from quyu.shell import clock
from quyu.shell.cli.commands import Command, CommandGroup
from quyu.shell.cli.import_targets import targets
from quyu.shell.cli.language import LANGUAGE, _
from quyu.shell.cli.site import apply_migrations

DEFAULT_ACCOUNT = "import_user"
SHOWN_ERRORS = 20
MILLI = 1000
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
QUESTION_MARK = ":"
Decorated = Callable[..., None]


class KindGroup(CommandGroup):
    """One command for every kind that can be imported, beside those written out."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        written_out = super().get_command(ctx, cmd_name)
        if written_out is not None:
            return written_out
        kind = next((kind for kind in kinds.kinds() if cmd_name in (kind.id, command_of(kind))), None)
        return _command(kind) if kind else None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*map(command_of, kinds.kinds()), *super().list_commands(ctx)]

    def summaries(self) -> list[tuple[str, str]]:
        names = [(command_of(kind), str(kind.label)) for kind in kinds.kinds()]
        return [*names, *super().summaries()]


def command_of(kind: ImportKind) -> str:
    """The word for a kind on the command line."""
    return kind.command or kind.id


@click.group(cls=KindGroup, name="import", help=_("导入数据文件。"))
def import_() -> None:
    apply_migrations()
    performance.tidy()


def file_options(function: Decorated) -> Decorated:
    """What every import of a file takes."""
    options = (
        click.argument("file", metavar=_("文件"), type=EXISTING),
        click.option(
            "--mapping", type=EXISTING, help=_('列对应和回答的 JSON 文件：{"字段": "表头", "问题": "回答"}。')
        ),
        click.option("--sheet", help=_("工作表名称；默认选最像的可见工作表。")),
        click.option("--partial", is_flag=True, help=_("只写入没有错误的行。")),
        click.option(
            "--create",
            default="",
            help=_("允许新建的主数据，逗号分隔：customers,products,channels,people,regions。"),
        ),
        click.option("--as", "account", help=_("以哪个账号的权限导入。")),
        click.option("--source", default="", help=_("来源名称；同一来源内订单行不重复。")),
        click.option("--dry-run", is_flag=True, help=_("只检查，不写入。")),
        click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。")),
    )
    return functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), function)


def _command(kind: ImportKind) -> click.Command:
    """The command of one kind."""

    @file_options
    def run(**options: object) -> None:
        import_file(kind, **options)  # type: ignore[arg-type]

    label = _("导入{label}（CSV 或 XLSX）。任何错误都不写入，除非用 --partial。").format(label=kind.label)
    return click.command(cls=Command, name=command_of(kind), help=label)(run)


def import_file(
    kind: ImportKind,
    *,
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
    """Judge the file, write it if it may be, tell the outcome and leave with its exit code."""
    columns, answers = _mapping(mapping)
    with translation.override(LANGUAGE):
        kind = kinds.kind(kind.id)
        context = _context(kind, file, account, _created(kind, create), source)
        prepared = pipeline.prepare(file, kind, context, mapping=columns, sheet_name=sheet, answers=answers)
        is_accepted = prepared.is_clean or (
            partial and prepared.valid is not None and len(prepared.valid.rows) > 0
        )
        receipt, refused = None, None
        if is_accepted and not dry_run:
            receipt, refused = _written(prepared, partial)
            is_accepted = receipt is not None
        is_only_checked = is_accepted and dry_run
        run = runs.record_try(prepared, receipt, path=file, at=context.at, is_only_checked=is_only_checked)
        result = _accepted(prepared, receipt, run) if is_accepted else _rejected(prepared, refused)
        click.echo(
            json.dumps(result, ensure_ascii=False) if as_json else _told(prepared, refused, is_accepted)
        )
        if is_only_checked and not as_json:
            click.echo(_("只检查，没有写入任何数据。"))
    sys.exit(0 if is_accepted else 1)


def _written(prepared: pipeline.Prepared, partial: bool) -> tuple[Receipt | None, RowError | None]:
    """The receipt, or why the file could not be written after all (somebody else was faster)."""
    try:
        receipt = pipeline.commit(prepared, partial=partial)
    except Refusal as refusal:
        row, column = getattr(refusal, "row", None), getattr(refusal, "column", None)
        return None, RowError(row, column, refusal.code, None, str(refusal))
    if receipt.totals.get("was_present"):
        return None, RowError(None, None, "already_imported", None, _("这个文件已导入过，没有重复写入。"))
    return receipt, None


@import_.command(cls=Command, name="master", help=_("把试用主数据（JSON）装入空的数据目录。"))
@click.argument("file", metavar=_("文件"), type=EXISTING)
def master_(file: Path) -> None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.BadParameter(_("主数据文件不是 UTF-8 的 JSON。")) from error
    counts = master.load_master(content, at=clock.now())
    if today := content.get("today"):
        (Path(settings.QUYU_HOME) / "business_date").write_text(today)
    click.echo(json.dumps(counts, ensure_ascii=False))


@import_.command(cls=Command, name="undo", help=_("撤销一次导入；之后被改过或正在使用的行会指名拒绝。"))
@click.argument("run", metavar=_("批次号"), type=int)
@click.option("--reason", required=True, help=_("撤销的原因，写入审计记录。"))
@click.option("--as", "account", help=_("以哪个账号的权限导入。"))
def undo(run: int, reason: str, account: str | None) -> None:
    found = ImportRun.objects.filter(pk=run).first()
    if found is None or found.kind not in {kind.id for kind in kinds.kinds()}:
        raise click.BadParameter(_("没有编号为 {run} 的导入。").format(run=run))
    user, scope = _user(account), everything()
    if user is not None:
        scope = _scope(user, kinds.kind(found.kind), "delete")
    receipt = runs.undo(found, reason=reason, actor=user, at=clock.now(), scope=scope)
    click.echo(_("已撤销：{rows} 行。").format(rows=receipt.rows))


import_.add_command(targets)


def _user(account: str | None) -> User | None:
    """The account named, the trial account if there is one, or nobody: the operator of this machine."""
    user = User.objects.filter(username=account or DEFAULT_ACCOUNT).first()
    if account and user is None:
        raise click.BadParameter(_("没有账号 {name}。").format(name=account))
    return user


def _scope(user: User, kind: ImportKind, action: str) -> Scope:
    """The reach of the right of this account; an unusable call without it."""
    whole = scope_of(user, at=clock.today())
    if not user.is_active or not policy.allows(whole, kind.resource, action):
        raise click.BadParameter(_("账号 {name} 无权导入。").format(name=user.username))
    return policy.narrow(whole, kind.resource, action)


def _context(
    kind: ImportKind, file: Path, account: str | None, create: frozenset[str], source: str
) -> Context:
    user = _user(account)
    scope = everything() if user is None else _scope(user, kind, "import")
    options = {"source": source} if source else {}
    sha256 = pipeline.file_sha256(file)
    return Context(user, scope, clock.now(), clock.today(), file.name, sha256, create, options)


def _created(kind: ImportKind, text: str) -> frozenset[str]:
    wanted = frozenset(part.strip() for part in text.split(",") if part.strip())
    if unknown := wanted - set(kind.creatable):
        raise click.BadParameter(_("不能新建：{names}。").format(names=", ".join(sorted(unknown))))
    return wanted


def _mapping(path: Path | None) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Columns and answers of a mapping file: a key with a colon (or `sheet`) is the id of a question."""
    if path is None:
        return None, {}
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise click.BadParameter(_("列对应文件不是 JSON。")) from error
    if not isinstance(content, dict):
        raise click.BadParameter(_('列对应文件应是 {"字段": "表头"}。'))
    texts = {str(name): str(value) for name, value in content.items()}
    answers = {name: value for name, value in texts.items() if QUESTION_MARK in name or name == "sheet"}
    return {name: value for name, value in texts.items() if name not in answers} or None, answers


def _accepted(prepared: pipeline.Prepared, receipt: Receipt | None, run: ImportRun) -> dict[str, object]:
    preview = prepared.findings.preview
    result: dict[str, object] = {"status": "accept", "rows": _rows(prepared)}
    if "quantity_milli" in preview:
        quantity = int(str(preview["quantity_milli"]))
        result |= {
            "qty": quantity // MILLI if quantity % MILLI == 0 else f"{quantity / MILLI:.3f}",
            "amount_fen": preview["amount_fen"],
            "by_region": preview["by_region"],
        }
    result |= {name: preview[name] for name in ("created", "changed", "unchanged") if name in preview}
    return result | {
        "batch": str(receipt.batch_id) if receipt and receipt.batch_id else None,
        "run": run.pk,
        "notices": list(prepared.notices),
        "error_count": len(prepared.errors),
    }


def _rows(prepared: pipeline.Prepared) -> object:
    valid = prepared.valid
    return prepared.findings.preview.get("rows", len(valid.rows) if valid is not None else 0)


def _rejected(prepared: pipeline.Prepared, refused: RowError | None) -> dict[str, object]:
    errors = (refused,) if refused else prepared.errors
    return {
        "status": "reject",
        "errors": [_error(error) for error in errors[: pipeline.LISTED_ERRORS]],
        "error_count": len(errors),
        "questions": [
            {
                "id": question.id,
                "column": question.column,
                "text": question.text,
                "options": [{"value": option.value, "label": option.label} for option in question.options],
            }
            for question in prepared.questions
        ],
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


def _told(prepared: pipeline.Prepared, refused: RowError | None, is_accepted: bool) -> str:
    """The outcome in words."""
    errors = (refused,) if refused else prepared.errors
    lines = [_("提示：{text}").format(text=notice) for notice in prepared.notices]
    if is_accepted:
        preview = prepared.findings.preview
        if "amount_fen" in preview:
            yuan = format_yuan(int(str(preview["amount_fen"])))
            lines.append(_("已接受：{rows} 行，金额 {yuan} 元。").format(rows=_rows(prepared), yuan=yuan))
        elif "first_on" in preview:
            lines.append(_("已接受：{rows} 行。").format(rows=_rows(prepared)))
        else:
            counts = {name: preview.get(name, 0) for name in ("created", "changed", "unchanged")}
            text = _("已接受：新建 {created}，更改 {changed}，未变 {unchanged}。")
            lines.append(text.format(**counts))
    else:
        lines.append(_("未通过：{count} 处错误，没有写入任何数据。").format(count=len(errors)))
    for error in errors[:SHOWN_ERRORS]:
        place = (
            _("第 {row} 行 {column}").format(row=error.row, column=error.column or "")
            if error.row
            else _("文件")
        )
        lines.append(f"  {place}: {error.message} [{error.code}]")
    for question in prepared.questions:
        options = " / ".join(f"{option.value}（{option.label}）" for option in question.options)
        lines.append(
            _("  请回答 {id}：{text} {options}").format(id=question.id, text=question.text, options=options)
        )
    return "\n".join(lines)
