"""What a file is, told by its first bytes, and whether it is safe to open: size, zip contents, DTDs.

Nothing here parses the content. A workbook is a zip archive of XML; its entries are decompressed once,
in pieces, to check their checksums and to refuse document type definitions and decompression bombs.
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from quyu.platform.imports.refusals import FileRefused

FileFormat = Literal["csv", "xlsx"]

MAX_FILE_BYTES = 400 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 1536 * 1024 * 1024
MAX_RATIO = 200
RATIO_FLOOR = 64 * 1024 * 1024
PIECE = 1 << 20
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff")
OTHER_TYPES = (
    (b"%PDF", "PDF"), (b"{\\rtf", "RTF"), (b"\x1f\x8b", "GZIP"), (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7Z"),
    (b"MIME-Version:", "MHTML"), (b"SQLite format 3", "SQLite"), (b"PAR1", "Parquet"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"),
)  # fmt: skip
JSON = re.compile(rb"[\[{]\s*[\"{\[]")
HTML = re.compile(rb"^<(!doctype html|!--|html|head|body|meta|style|table|div|title|tr)\b")
WHOLE_BYTES = 16 * 1024 * 1024
HEAD_BYTES = 4096
_BEGINNING = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*<[A-Za-z_]")
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DTD_MARKS = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))


def inspect(path: Path) -> FileFormat:
    """The format of the file, or a refusal naming what it is instead."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty_file", "文件是空的。")
    if size > MAX_FILE_BYTES:
        raise FileRefused(
            "too_large", "文件有 {size} MB，最多 {most} MB。", size=size >> 20, most=MAX_FILE_BYTES >> 20
        )
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if head.startswith(OLE):
        _refuse_ole(path)
    if head.startswith(b"PK"):
        _inspect_zip(path)
        return "xlsx"
    opening = _plain_opening(head[:4096])
    if name := next((name for mark, name in OTHER_TYPES if head.startswith(mark)), ""):
        raise FileRefused("unsupported_type", "这是 {name} 文件，请提供 CSV 或 XLSX。", name=name)
    if JSON.match(opening):
        raise FileRefused("unsupported_type", "这是 {name} 文件，请提供 CSV 或 XLSX。", name="JSON")
    if opening.startswith(b"%pdf"):
        raise FileRefused("unsupported_type", "这是 PDF 文件，请提供 CSV 或 XLSX。")
    if HTML.search(opening):
        raise FileRefused(
            "unsupported_type", "这是改名为表格的网页（HTML），请在表格软件中打开后另存为 XLSX。"
        )
    if opening.startswith(b"<?xml"):
        raise FileRefused("unsupported_type", "这是 XML 文件，请在表格软件中打开后另存为 XLSX。")
    return "csv"


def unpacked_bytes(path: Path) -> int:
    """What the file says it is without compression; its own size when it is not an archive. Reads no content."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError):
        return path.stat().st_size


def _plain_opening(head: bytes) -> bytes:
    """The first bytes in lower case, without mark, blanks and the zeros of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()


def _refuse_ole(path: Path) -> None:
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise FileRefused("password_protected", "文件有密码保护，请去掉密码后再导入。")
    raise FileRefused("unsupported_type", "这是旧格式 XLS 文件，请在表格软件中另存为 XLSX。")


def _inspect_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(entries, path.stat().st_size)
            for entry in entries:
                _check_content(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def _check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES:
        raise FileRefused(
            "too_large", "文件展开后过大（{count} 项，{size} MB）。", count=len(entries), size=unpacked >> 20
        )
    if unpacked > RATIO_FLOOR and unpacked > packed * MAX_RATIO:
        raise FileRefused("too_large", "文件压缩比异常，疑为压缩炸弹。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("password_protected", "文件有密码保护，请去掉密码后再导入。")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。")
    if "xl/workbook.bin" in names or any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused("unsupported_type", "含宏或二进制的工作簿不受支持，请另存为普通 XLSX。")
    if "xl/workbook.xml" not in names:
        raise FileRefused("unsupported_type", "这不是 XLSX 工作簿，请提供 CSV 或 XLSX。")


def _has_plain_beginning(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether the part begins, as UTF-8, with its declaration and its first element and nothing in between."""
    with archive.open(entry) as file:
        return _BEGINNING.match(file.read(HEAD_BYTES)) is not None


def _check_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Reading to the end verifies the checksum; XML is searched for a DTD on the way.

    A DTD stands before the first element. In a big part the rest is left to whoever reads it as a stream.
    """
    is_xml = not entry.filename.lower().endswith(PICTURES)
    if is_xml and entry.file_size > WHOLE_BYTES and _has_plain_beginning(archive, entry):
        return
    seen, tail = 0, b""
    with archive.open(entry) as file:
        while piece := file.read(PIECE):
            seen += len(piece)
            if seen > entry.file_size:
                raise FileRefused("too_large", "文件展开后大于其声明的大小。")
            if is_xml and any(mark in tail + piece for mark in DTD_MARKS):
                raise FileRefused("dtd_forbidden", "文件含有外部实体或 DTD 定义，出于安全不予读取。")
            tail = piece[-64:]
