"""Personal values in stored files: uploads, and the rows and errors kept of imports.

A text file is rewritten in its encoding, a workbook part by part, Parquet column by column. What cannot be
rewritten with certainty is cleared: the row stays with its fingerprint, the content goes.
"""

from __future__ import annotations

import io
import re
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from quyu.kernel.deferred import deferred
from quyu.shell.personal.wording import Replacer

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

ZIP_LIMIT = 2 << 30
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5")
TAGS = re.compile(r"<[^>]*>")
TEXT_PARTS = (".xml", ".rels", ".vml", ".txt", ".html")


def cleaned(content: bytes, replacer: Replacer) -> bytes | None:
    """The content without the values; the same object when none occurs, None when only clearing helps."""
    if content[:4] == b"PAR1":
        return _parquet(content, replacer)
    if content[:2] == b"PK":
        return _workbook(content, replacer)
    decoded = _decoded(content)
    if decoded is None:
        return content if not _occurs_raw(content, replacer) else None
    text, encoding, mark = decoded
    said = replacer.text(text)
    return content if said == text else mark + said.encode(encoding)


def _decoded(content: bytes) -> tuple[str, str, bytes] | None:
    """(text, encoding, byte order mark) of a text file."""
    marks = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
    tries = [(mark, encoding) for mark, encoding in marks if content.startswith(mark)]
    tries += [(b"", "utf-8"), (b"", "gb18030")] if b"\0" not in content[:4096] else []
    for mark, encoding in tries:
        try:
            return content[len(mark) :].decode(encoding), encoding, mark
        except UnicodeDecodeError:
            continue
    return None


def _occurs_raw(content: bytes, replacer: Replacer) -> bool:
    return any(
        value.encode(encoding, "ignore") in content
        for value in replacer.values
        for encoding in ENCODINGS
        if len(value.encode(encoding, "ignore")) > 1
    )


def _workbook(content: bytes, replacer: Replacer) -> bytes | None:
    try:
        return _rewritten(content, replacer)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        return None


def _rewritten(content: bytes, replacer: Replacer) -> bytes | None:
    target, is_changed = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as made:
        if sum(part.file_size for part in source.infolist()) > ZIP_LIMIT:
            return None
        for part in source.infolist():
            body = source.read(part)
            if part.filename.endswith(TEXT_PARTS):
                text = body.decode("utf-8")
                said = replacer.text(text)
                if replacer.occurs(TAGS.sub("", said)):
                    return None
                is_changed, body = is_changed or said != text, said.encode()
            elif _occurs_raw(body, replacer):
                return None
            made.writestr(part, body, zipfile.ZIP_DEFLATED)
    return target.getvalue() if is_changed else content


def _parquet(content: bytes, replacer: Replacer) -> bytes:
    table = pq.read_table(io.BytesIO(content))
    said = clean_table(table, replacer)
    if said is table:
        return content
    sink = pa.BufferOutputStream()
    pq.write_table(said, sink, compression="zstd")
    return bytes(sink.getvalue())


def clean_table(table: pa.Table, replacer: Replacer) -> pa.Table:
    """The table with the values replaced in columns and metadata of text; itself when none occurs."""
    said = table
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            known = pc.unique(table.column(index)).to_pylist()
            changes = {text: replacer.text(text) for text in known if text and replacer.occurs(text)}
            if changes:
                said = said.set_column(index, field, _mapped(table.column(index), changes))
    metadata = table.schema.metadata or {}
    told = {key: replacer.text(value.decode(errors="replace")).encode() for key, value in metadata.items()}
    if any(replacer.occurs(value.decode(errors="replace")) for value in metadata.values()):
        said = said.replace_schema_metadata(told)
    return said


def _mapped(column: pa.ChunkedArray, changes: dict[str, str]) -> pa.ChunkedArray:
    for old, new in changes.items():
        column = pc.if_else(pc.fill_null(pc.equal(column, old), False), new, column)
    return column


def replace_file(path: Path, content: bytes) -> None:
    """Other content under the same name, in one step."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
