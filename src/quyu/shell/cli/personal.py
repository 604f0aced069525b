"""`quyu personal`: the register of personal data, a subject's export, erasure, and what is due for retention."""

import zipfile
from io import BytesIO
from pathlib import Path

import click

from quyu.kernel.refusal import Refusal
from quyu.shell import clock
from quyu.shell.cli.commands import Command, CommandGroup
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations
from quyu.shell.personal import erasing, exporting, retention
from quyu.shell.personal.register import REGISTER, TREATMENTS, label_of
from quyu.shell.personal.subject import Subject, customer_subject, person_subject

MEMBERS = {".json": "personal.json", ".xlsx": "personal.xlsx"}


class OneSubject(Refusal):
    def __init__(self) -> None:
        super().__init__("one_subject", "请用 --person 工号 或 --customer 编码 指明一个人员或客户。")


@click.group(cls=CommandGroup, name="personal", help=_("个人信息：登记、导出、删除、到期清理。"))
def personal() -> None:
    apply_migrations()


@personal.command(cls=Command, name="register", help=_("列出登记的个人信息字段、用途、依据和保留期。"))
def register() -> None:
    click.echo("\t".join((_("字段"), _("删除时"), _("用途"), _("依据"), _("保留期"), _("代码"))))
    for one in REGISTER:
        told = (label_of(one), TREATMENTS[one.treatment], one.purpose, one.basis, one.retention)
        click.echo("\t".join((*map(str, told), f"{one.model}.{one.field}")))


@personal.command(
    cls=Command, name="export", help=_("写出一个人员或客户的全部信息：.json、.xlsx，或含两者的 .zip。")
)
@click.option("--person", help=_("人员工号。"))
@click.option("--customer", help=_("客户编码。"))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=_("写到哪个文件。")
)
@click.option("--reason", default="", help=_("原因，写入审计记录。"))
def export(person: str | None, customer: str | None, out: Path, reason: str) -> None:
    content = exporting.export(_subject(person, customer), reason=reason, actor=None, at=clock.now())
    if member := MEMBERS.get(out.suffix):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            content = packed.read(member)
    out.touch(mode=0o600)
    out.write_bytes(content)
    click.echo(_("已写出：{file}").format(file=out))


@personal.command(
    cls=Command, name="erase", help=_("把一个人员或客户的个人信息换成化名，合计不变；不能撤回。")
)
@click.option("--person", help=_("人员工号；须已离职。"))
@click.option("--customer", help=_("客户编码：联系人、电话、地址。"))
@click.option("--with-name", is_flag=True, help=_("客户名称就是人名时，名称也换成化名。"))
@click.option("--reason", required=True, help=_("原因，写入审计记录；不要写姓名。"))
@click.option("--yes", is_flag=True, help=_("不再询问。"))
def erase(person: str | None, customer: str | None, with_name: bool, reason: str, yes: bool) -> None:
    subject = _subject(person, customer, with_name=with_name)
    if not yes:
        click.confirm(_("删除 {name} 的个人信息，不能撤回。继续吗？").format(name=subject.row), abort=True)
    done = erasing.erase(subject, reason=reason, actor=None, at=clock.now(), today=clock.today())
    click.echo(
        _("已换成“{pseudonym}”：{rows} 行、{entries} 条审计记录、{files} 个文件改写、{cleared} 个文件清除、{batches} 个批次；合计不变。").format(
            pseudonym=done.pseudonym, rows=done.rows, entries=done.entries, files=done.files, cleared=done.cleared,
            batches=done.batches,
        )
    )  # fmt: skip
    if done.shared:
        click.echo(_("有同名的人，文字里的姓名没有替换：{names}").format(names="、".join(done.shared)))
    click.echo(_("以前的备份里仍有这些信息，到期轮换后消失；从旧备份恢复后请重做这次删除。"))


@personal.command(cls=Command, name="retention", help=_("离职已久的人员换成化名，过期的上传原件清除。"))
@click.option("--leavers", type=click.IntRange(0), default=0, help=_("离职满几个月；0 表示不处理。"))
@click.option("--uploads", type=click.IntRange(0), default=0, help=_("上传满几个月；0 表示不处理。"))
@click.option("--rejected", type=click.IntRange(0), default=0, help=_("导入的错误行保留几天；0 表示不处理。"))
@click.option("--dry-run", is_flag=True, help=_("只列出，不处理。"))
def retain(leavers: int, uploads: int, rejected: int, dry_run: bool) -> None:
    found = retention.due(
        clock.today(), leavers_months=leavers, uploads_months=uploads, rejected_days=rejected
    )
    for person in found.leavers:
        click.echo(_("  离职人员 {number}，{day} 离职").format(number=person.code, day=person.left_on))
    for file in found.uploads.order_by("pk"):
        click.echo(_("  上传原件 #{number}，{day:%Y-%m-%d}").format(number=file.pk, day=file.created_at))
    for run in found.rejected:
        click.echo(_("  导入 #{number} 的错误行").format(number=run))
    if dry_run:
        click.echo(_("以上为到期的内容，没有处理。"))
        return
    people, files, imports = retention.apply(found, reason=_("保留期满"), at=clock.now())
    click.echo(
        _("已处理：{people} 人，{files} 个文件，{imports} 次导入的错误行。").format(
            people=people, files=files, imports=imports
        )
    )


def _subject(person: str | None, customer: str | None, *, with_name: bool = False) -> Subject:
    if bool(person) == bool(customer):
        raise OneSubject
    return person_subject(person) if person else customer_subject(str(customer), with_name=with_name)
