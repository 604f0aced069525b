"""Signatures inside a PDF: put in, and checked again. The file before a signature stays in it byte for byte.

The first signature seals: after it only the named empty fields may be signed, anything else breaks it
(ISO 32000-1, 12.8.2.2, DocMDP level 2). A check needs no key, only the certificates that are trusted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.documents import typesetting

if TYPE_CHECKING:
    from pyhanko import stamp
    from pyhanko.pdf_utils import incremental_writer, reader
    from pyhanko.sign import fields, signers, validation
    from pyhanko_certvalidator import context as certificates
else:
    stamp = deferred("pyhanko.stamp")
    incremental_writer = deferred("pyhanko.pdf_utils.incremental_writer")
    reader = deferred("pyhanko.pdf_utils.reader")
    fields = deferred("pyhanko.sign.fields")
    signers = deferred("pyhanko.sign.signers")
    validation = deferred("pyhanko.sign.validation")
    certificates = deferred("pyhanko_certvalidator.context")

LAST_PAGE = -1
STAMP = Path(__file__).with_name("stamp.typ")


class NotASignedDocument(Refusal):
    def __init__(self) -> None:
        super().__init__("not_a_signed_document", "文件不是可以核验的 PDF，可能已经损坏。")


@dataclass(frozen=True)
class Place:
    """A signature field: its name, and its box on the last page in points from the lower left corner."""

    field: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Checked:
    """What one signature turned out to be worth."""

    field: str
    signer: str
    code: str
    at: datetime | None
    is_intact: bool
    is_trusted: bool
    is_unchanged_since: bool

    @property
    def is_good(self) -> bool:
        return self.is_intact and self.is_trusted and self.is_unchanged_since


def sign(
    pdf: bytes,
    *,
    signer: signers.Signer,
    place: Place,
    shown: str,
    reason: str,
    at: datetime,
    later: Sequence[Place] = (),
) -> bytes:
    """The file with one more signature that shows the text `shown`; with `later`, it seals all but those fields."""
    writer = incremental_writer.IncrementalPdfFileWriter(BytesIO(pdf))
    for other in later:
        fields.append_signature_field(writer, _spec(other))
    meta = signers.PdfSignatureMetadata(
        field_name=place.field,
        md_algorithm="sha256",
        reason=reason,
        certify=bool(later),
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    with tempfile.TemporaryDirectory(prefix="quyu-stamp-") as scratch:
        style = _stamp(shown, place, Path(scratch))
        pen = signers.PdfSigner(meta, signer, stamp_style=style, new_field_spec=_spec(place))
        session = pen.init_signing_session(writer)
        # The moment comes from the caller, as everywhere: the clock belongs to the shell.
        session.system_time = at
        pen.init_signing_session = lambda *_, **__: session  # type: ignore[method-assign]
        out: BytesIO = pen.sign_pdf(writer)
    return out.getvalue()


def _spec(place: Place) -> fields.SigFieldSpec:
    return fields.SigFieldSpec(place.field, on_page=LAST_PAGE, box=place.box)


def _stamp(shown: str, place: Place, folder: Path) -> stamp.StaticStampStyle:
    """What the eye sees of a signature: typeset like the document, so that every font rule is the same."""
    left, bottom, right, top = place.box
    size = {"width": f"{right - left}pt", "height": f"{top - bottom}pt"}
    page = folder / "stamp.pdf"
    page.write_bytes(typesetting.typeset(STAMP, {"lines": shown.splitlines(), **size}))
    return stamp.StaticStampStyle.from_pdf_file(str(page), border_width=1, background_opacity=1)


def check(pdf: bytes, *, trusted: Sequence[Any]) -> tuple[Checked, ...]:
    """Every signature of the file in the order of signing. Raises NotASignedDocument where it is no whole PDF."""
    try:
        found = reader.PdfFileReader(BytesIO(pdf), strict=False)
        return tuple(_checked(signature, trusted) for signature in found.embedded_signatures)
    except Exception as error:  # a damaged file fails in a hundred ways deep inside the reader
        raise NotASignedDocument from error


def _checked(signature: Any, trusted: Sequence[Any]) -> Checked:
    at = signature.self_reported_timestamp
    context = certificates.ValidationContext(
        trust_roots=list(trusted), moment=at, best_signature_time=at, allow_fetching=False
    )
    status = validation.validate_pdf_signature(signature, signer_validation_context=context)
    subject = status.signing_cert.subject.native
    return Checked(
        field=str(signature.field_name),
        signer=str(subject.get("common_name", "")),
        code=str(subject.get("serial_number", "")),
        at=at,
        is_intact=bool(status.intact and status.valid),
        is_trusted=bool(status.trusted),
        is_unchanged_since=bool(status.docmdp_ok) and status.coverage is not None,
    )
