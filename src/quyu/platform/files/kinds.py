"""Which files may stand as evidence: what people read, not what machines run."""

from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from quyu.kernel.refusal import Refusal

READABLE = (
    ".pdf", ".png", ".jpg", ".jpeg", ".webp", ".heic", ".xlsx", ".xls", ".docx", ".doc", ".pptx", ".ppt", ".wps", ".et",
    ".dps", ".ofd", ".csv", ".txt", ".eml", ".msg",
)  # fmt: skip
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs begin, whatever their name says."""
ACCEPT = ",".join(READABLE)
"""For the `accept` of a file input."""


class NotEvidence(Refusal):
    """The name of a kind that nobody reads, or the content of a program."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "not_evidence",
            "“{name}”不能作为依据：请用 PDF、图片、Word、Excel、PPT、WPS、CSV、文本或邮件文件。",
            name=name,
        )


def require_readable(upload: UploadedFile[Any]) -> None:
    """Raises NotEvidence; the file is left at its beginning."""
    name = PurePath(upload.name or "").name
    upload.seek(0)
    first = upload.read(4)
    upload.seek(0)
    if PurePath(name).suffix.lower() not in READABLE or first.startswith(PROGRAMS):
        raise NotEvidence(name)
