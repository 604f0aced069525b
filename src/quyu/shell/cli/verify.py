"""`quyu verify`: a target version, or the file of a responsibility letter, checked by anybody at the machine."""

import hashlib
import json
import sys
from pathlib import Path

import click

from quyu.apps.targets.models import Letter, PlanVersion
from quyu.apps.targets.selectors.letter_check import check_letter
from quyu.apps.targets.selectors.proof import Proof, proof
from quyu.kernel.refusal import Refusal
from quyu.platform.documents.authority import SEAL_CODE
from quyu.shell.cli.commands import Command, CommandGroup
from quyu.shell.cli.language import _
from quyu.shell.cli.site import apply_migrations


class NoSuchVersion(Refusal):
    def __init__(self, number: int) -> None:
        super().__init__("no_such_version", "没有编号为 {number} 的目标版本。", number=number)


class UnknownFile(Refusal):
    """The file is none that was issued here, byte for byte."""

    def __init__(self, name: str, sha256: str) -> None:
        super().__init__(
            "unknown_file",
            "“{name}”不是本系统签发的责任书文件，或已被改动（sha256 {sha256}）。",
            name=name,
            sha256=sha256,
        )


@click.group(cls=CommandGroup, name="verify", help=_("核验目标版本和责任书文件。"))
def verify() -> None:
    apply_migrations()


@verify.command(
    cls=Command,
    name="plan",
    help=_("重算一个目标版本的全部节点、变更记录、锁定和责任书；不符则指出位置，退出码 1。"),
)
@click.argument("version_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help=_("最后一行输出 JSON。"))
def plan(version_id: int, as_json: bool) -> None:
    version = PlanVersion.objects.select_related("plan").filter(pk=version_id).first()
    if version is None:
        raise NoSuchVersion(version_id)
    found = proof(version)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        _say(found)
    sys.exit(0 if found.is_good else 1)


def _say(found: Proof) -> None:
    for flaw in found.flaws:
        click.echo(f"  {flaw.place}：{flaw.message}")
    for name in found.shares_missed:
        click.echo(f"  {name}：" + _("战略产品占比低于要求（不影响核验结果）。"))
    checked = _(
        "{name}：核对 {cells} 个单元、{nodes} 个节点、{operations} 次变更、{locks} 处锁定、{letters} 份责任书：{verdict}。"
    )
    verdict = _("全部相符") if found.is_good else _("{count} 处不符").format(count=len(found.flaws))
    counts = {
        name: f"{getattr(found, name):,}" for name in ("cells", "nodes", "operations", "locks", "letters")
    }
    click.echo(checked.format(name=str(found.version), verdict=verdict, **counts))
    click.echo(_("指纹 {digest}").format(digest=found.digest))


@verify.command(
    cls=Command, name="letter", help=_("核验一份责任书 PDF：与登记的指纹一致、签名有效、数与目标版本一致。")
)
@click.argument("file", metavar=_("文件"), type=click.Path(exists=True, dir_okay=False, path_type=Path))
def letter(file: Path) -> None:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    rows = Letter.objects.select_related("person", "sealed", "signed", "plan_version__plan")
    known = rows.filter(signed__sha256=sha256).first() or rows.filter(sealed__sha256=sha256).first()
    if known is None:
        raise UnknownFile(file.name, sha256)
    found = check_letter(known)
    for message in found.findings:
        click.echo(f"  {message}")
    if known.signed and known.signed.sha256 != sha256:
        click.echo(_("  这是签收以前的盖章文件；以下核验的是后来的签收文件。"))
    for signature in found.signatures:
        code = _("公章") if signature.code == SEAL_CODE else signature.code
        click.echo(f"  {signature.signer}（{code}）{signature.at:%Y-%m-%d %H:%M:%S}")
    verdict = _("核验通过") if found.is_good else _("{count} 处不符").format(count=len(found.findings))
    click.echo(f"{known.number} {known.person.name} {known.get_state_display()}：{verdict}")
    sys.exit(0 if found.is_good else 1)
