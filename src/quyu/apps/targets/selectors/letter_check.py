"""Is a letter what was issued and signed? Its text, its files, its signatures and the figures behind it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quyu.apps.targets.letter_document import ACCEPTANCE, SEAL
from quyu.apps.targets.models import Letter
from quyu.apps.targets.selectors import letter_content
from quyu.apps.targets.selectors.letter_content import Loaded
from quyu.kernel.refusal import Refusal
from quyu.platform.documents import signatures
from quyu.platform.documents.authority import authority
from quyu.platform.documents.signatures import Checked
from quyu.platform.fields.values import spoken
from quyu.platform.files import services as files
from quyu.platform.files.models import StoredFile


@dataclass(frozen=True)
class LetterCheck:
    """What was found wrong, in words; empty when all holds. `signatures` are those of the newest file.

    `is_cleared`: the files went with the personal data of an erased person, only their fingerprints are left.
    """

    number: str
    is_cleared: bool
    findings: tuple[str, ...]
    signatures: tuple[Checked, ...]

    @property
    def is_good(self) -> bool:
        return not self.findings


def check_letter(letter: Letter, loaded: Loaded | None = None) -> LetterCheck:
    """Every check of one letter; `loaded` saves reading the cells of its version again."""
    found: list[Checked] = []
    findings = [*_text(letter, loaded or Loaded.of(letter.plan_version)), *_files(letter, found)]
    return LetterCheck(letter.number, _is_cleared(letter), tuple(findings), tuple(found))


def _is_cleared(letter: Letter) -> bool:
    return letter.sealed is not None and not letter.sealed.path


def _text(letter: Letter, loaded: Loaded) -> Iterator[str]:
    if letter_content.digest_of(letter.content) != letter.content_digest:
        yield _("责任书内容与签发时的指纹不符。")
    regions = tuple(str(region["code"]) for region in letter.content["regions"])
    now = letter_content.content_of([loaded], letter.content["person"], regions)
    issued = {**letter.content, "measures": letter.content["measures"][:1]}
    if not letter_content.same_targets(issued, now):
        yield _("责任书的目标数与目标版本中的数不符。")


def _files(letter: Letter, found: list[Checked]) -> Iterator[str]:
    if letter.sealed is None or _is_cleared(letter):
        return
    sealed = _bytes(letter.sealed)
    if sealed is None:
        yield _("盖章文件缺失或与登记的指纹不符。")
    signed = None if letter.signed is None else _bytes(letter.signed)
    if letter.signed is not None and signed is None:
        yield _("签收文件缺失或与登记的指纹不符。")
    if sealed and signed and not signed.startswith(sealed):
        yield _("签收文件不是在盖章文件上签署的。")
    newest = signed or sealed
    if newest is None:
        return
    try:
        found += signatures.check(newest, trusted=authority().roots())
    except Refusal as refusal:
        yield spoken(refusal)
        return
    yield from _signers(
        letter, {signature.field: signature for signature in found}, is_signed=signed is not None
    )


def _signers(letter: Letter, by_field: dict[str, Checked], *, is_signed: bool) -> Iterator[str]:
    seal, acceptance = by_field.get(SEAL.field), by_field.get(ACCEPTANCE.field)
    if seal is None or not seal.is_good:
        yield _("公司电子签章无效。")
    if is_signed and (acceptance is None or not acceptance.is_good):
        yield _("责任人的签名无效。")
    elif acceptance is not None and acceptance.code != letter.person.code:
        yield _("签名人不是责任人本人。")


def _bytes(stored: StoredFile) -> bytes | None:
    """The file, if it is still the one that was stored."""
    if not stored.path:
        return None
    path = files.path_of(stored)
    content = path.read_bytes() if path.is_file() else b""
    return content if hashlib.sha256(content).hexdigest() == stored.sha256 else None
