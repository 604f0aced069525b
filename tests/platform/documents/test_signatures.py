"""A document sealed by the company and accepted by a person: what holds, and what every kind of tampering breaks."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from quyu.platform.documents import signatures, typesetting
from quyu.platform.documents.authority import OwnAuthority, Signatory
from quyu.platform.documents.signatures import NotASignedDocument, Place

pytestmark = pytest.mark.capability("ORD6")
AT = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
SEAL, ACCEPTANCE = Place("Seal", (60, 60, 280, 120)), Place("Acceptance", (315, 60, 535, 120))
WANG = Signatory("王小明", "E001")


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.QUYU_HOME = tmp_path
    return tmp_path


def document(tmp_path: Path) -> bytes:
    template = tmp_path / "letter.typ"
    template.write_text('#let d = json("data.json")\n#d.text')
    return typesetting.typeset(template, {"text": "目标 123,456.00 元 #panic()"})


def sealed(tmp_path: Path) -> bytes:
    signer = OwnAuthority().seal("曲域公司", at=AT)
    pdf = document(tmp_path)
    return signatures.sign(
        pdf, signer=signer, place=SEAL, shown="曲域公司 100%", reason="签发", at=AT, later=[ACCEPTANCE]
    )


def accepted(pdf: bytes) -> bytes:
    signer = OwnAuthority().personal(WANG, at=AT)
    return signatures.sign(pdf, signer=signer, place=ACCEPTANCE, shown="王小明", reason="接受", at=AT)


def test_the_seal_and_the_acceptance_both_hold(home: Path) -> None:
    before = sealed(home)
    after = accepted(before)

    assert after.startswith(before)
    seal, acceptance = signatures.check(after, trusted=OwnAuthority().roots())
    assert (seal.field, seal.signer, seal.at, seal.is_good) == ("Seal", "曲域公司", AT, True)
    assert (acceptance.signer, acceptance.code, acceptance.is_good) == ("王小明", "E001", True)


def test_keys_are_kept_for_their_owner_alone_and_made_once(home: Path) -> None:
    first = sealed(home)
    files = sorted((home / "signing").iterdir())

    assert [path.name for path in files] == ["root.pem", "seal.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    stored = [path.read_bytes() for path in files]
    sealed(home)
    assert [path.read_bytes() for path in files] == stored
    assert signatures.check(first, trusted=OwnAuthority().roots())[0].is_good


def test_a_changed_byte_of_the_text_breaks_the_seal(home: Path) -> None:
    pdf = sealed(home)
    start = pdf.index(b"stream") + 20
    broken = pdf[:start] + bytes([pdf[start] ^ 1]) + pdf[start + 1 :]

    assert not any(found.is_good for found in signatures.check(broken, trusted=OwnAuthority().roots()))


def test_a_page_changed_after_the_seal_is_told_from_a_signature(home: Path) -> None:
    writer = signatures.incremental_writer.IncrementalPdfFileWriter(signatures.BytesIO(sealed(home)))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = signatures.incremental_writer.generic.NumberObject(90)
    writer.update_container(page)
    out = signatures.BytesIO()
    writer.write(out)

    (seal,) = signatures.check(out.getvalue(), trusted=OwnAuthority().roots())

    assert seal.is_intact
    assert not seal.is_unchanged_since


def test_the_seal_of_another_installation_is_not_trusted(home: Path, settings: Any) -> None:
    pdf = sealed(home)
    settings.QUYU_HOME = home / "another"
    sealed(home)

    (seal,) = signatures.check(pdf, trusted=OwnAuthority().roots())

    assert seal.is_intact
    assert not seal.is_trusted


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"PK\x03\x04"])
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(NotASignedDocument):
        signatures.check(content, trusted=[])
