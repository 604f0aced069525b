"""The small parts of a workbook: its sheets, which cell styles are dates, the shared texts.

Texts of XML become plain text here: entities, `_x000D_` escapes, rich runs without their phonetic guides.
"""

import re
import zipfile
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from defusedxml.ElementTree import parse
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred
from quyu.platform.imports.refusals import FileRefused

if TYPE_CHECKING:
    from quyu.platform.imports import xlsx_scan
else:
    xlsx_scan = deferred("quyu.platform.imports.xlsx_scan")

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (a file's days have no zone)
LEAP_DAY_THAT_NEVER_WAS = 60
LAST_SERIAL = 2_958_466
MILLISECONDS = 86_400_000
EXACT_INTEGER = 10**15
_ENTITY = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|\w+);")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PHONETIC = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh\s*>", re.DOTALL)
_RUN = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>(.*?)</(?:\w+:)?t\s*>", re.DOTALL)
_LITERAL = re.compile(r'"[^"]*"|\[(?![hms]+\])[^\]]*\]|\\.|_.|\*.', re.IGNORECASE)
_SHORTEST = r"^(0|-?[1-9]\d{0,13}|-?(0|[1-9]\d{0,13})\.\d*[1-9])$"


@dataclass(frozen=True)
class Part:
    """One sheet: its name, whether people see it, and its place in the archive."""

    name: str
    is_visible: bool
    path: str


@dataclass(frozen=True)
class Workbook:
    sheets: tuple[Part, ...]
    date_styles: NDArray[np.bool_]
    is_1904: bool


def column_number(letters: bytes) -> int:
    """The column of a reference, from 0: `A` is 0, `AB` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def workbook(archive: zipfile.ZipFile) -> Workbook:
    """The sheets in their order and the styles that show dates."""
    names = set(archive.namelist())
    with archive.open("xl/workbook.xml") as file:
        root = parse(file, forbid_dtd=True).getroot()
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        targets = {r.get("Id"): r.get("Target", "") for r in parse(file, forbid_dtd=True).getroot()}
    sheets = []
    for sheet in root.iter(f"{MAIN}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names and "worksheet" in path:
            sheets.append(Part(sheet.get("name", ""), sheet.get("state", "visible") == "visible", path))
    properties = root.find(f"{MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return Workbook(tuple(sheets), _date_styles(archive, names), is_1904)


def _date_styles(archive: zipfile.ZipFile, names: set[str]) -> NDArray[np.bool_]:
    if "xl/styles.xml" not in names:
        return np.zeros(1, dtype=bool)
    with archive.open("xl/styles.xml") as file:
        root = parse(file, forbid_dtd=True).getroot()
    own = {f.get("numFmtId"): f.get("formatCode", "") for f in root.iter(f"{MAIN}numFmt")}
    cells = root.find(f"{MAIN}cellXfs")
    ids = [style.get("numFmtId", "0") for style in cells] if cells is not None else []
    return np.array([_shows_date(own.get(number), number) for number in ids] or [False], dtype=bool)


def _shows_date(code: str | None, number: str) -> bool:
    if code is None:
        return number.isdigit() and int(number) in DATE_FORMATS
    first = _LITERAL.sub("", code).split(";")[0].lower()
    return "general" not in first and any(letter in first for letter in "ymdhs年月日")


def shared_texts(archive: zipfile.ZipFile) -> pa.Array:
    """The texts that cells refer to by number."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return pa.array([], pa.string())
    with archive.open("xl/sharedStrings.xml") as file:
        content = file.read()
    if b"<!" in content:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。")
    content.decode("utf-8")  # the spans of texts are taken on trust
    data = np.frombuffer(content, np.uint8)
    size = content.count(b"si>") + content.count(b"si/>") + 1
    start, stop = np.empty(size, np.int64), np.empty(size, np.int64)
    rich = np.empty(size, np.bool_)
    count = xlsx_scan.scan_strings(data, start, stop, rich)
    return plain_texts(spans(data, start[:count], stop[:count]), rich[:count])


def spans(data: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64]) -> pa.Array:
    """Pieces of UTF-8 as texts."""
    offsets = np.zeros(len(start) + 1, dtype=np.int32)
    np.cumsum(stop - start, out=offsets[1:])
    out = np.empty(int(offsets[-1]), dtype=np.uint8)
    xlsx_scan.copy(data, start, stop, offsets, out)
    return pa.StringArray.from_buffers(len(start), pa.py_buffer(offsets), pa.py_buffer(out))


def plain_texts(raw: pa.Array, rich: NDArray[np.bool_]) -> pa.Array:
    """XML content as the text it stands for; `rich` marks content with tags of its own."""
    odd = rich | _mask(pc.match_substring(raw, "&")) | _mask(pc.match_substring(raw, "_x"))
    places = np.flatnonzero(odd)
    if not places.size:
        return raw
    texts = []
    for place in places.tolist():
        text = raw[place].as_py()
        if rich[place]:
            text = "".join(_RUN.findall(_PHONETIC.sub("", text)))
        text = _ENTITY.sub(_character, text)
        texts.append(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    return pc.replace_with_mask(raw, pa.array(odd), pa.array(texts, pa.string()))


def _character(match: re.Match[str]) -> str:
    name = match[1]
    try:
        if name.startswith("#"):
            return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
        return ENTITIES[name]
    except (KeyError, ValueError, OverflowError) as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def number_texts(raw: pa.Array) -> pa.Array:
    """What the file keeps of a double, as the shortest text of that double: 1.1000000000000001 is 1.1.

    A plain text of at most 15 digits is the shortest already.
    """
    short = pc.replace_substring_regex(raw, r"^(-?\d{1,14})\.0+$", r"\1")
    plain = _mask(pc.match_substring_regex(short, _SHORTEST)) & (
        np.asarray(pc.binary_length(short).to_numpy(zero_copy_only=False)) <= 16
    )
    places = np.flatnonzero(~plain)
    if not places.size:
        return short
    texts = [_number(short[place].as_py()) for place in places.tolist()]
    return pc.replace_with_mask(short, pa.array(~plain), pa.array(texts, pa.string()))


def _number(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    return number_text(value) if isfinite(value) else text


def number_text(value: float) -> str:
    """A double as a person would type it: whole numbers without `.0`, no exponent within 15 digits."""
    if value.is_integer() and abs(value) < EXACT_INTEGER:
        return str(int(value))
    return f"{value:.14E}" if abs(value) >= EXACT_INTEGER else format(Decimal(repr(value)), "f")


def date_texts(raw: pa.Array, *, is_1904: bool) -> pa.Array:
    """Day numbers as ISO dates, with the time when there is one; to the millisecond."""
    return pa.array([_date(text, is_1904) for text in raw.to_pylist()], pa.string())


def _date(text: str, is_1904: bool) -> str:
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 0 <= serial < LAST_SERIAL:
        return _number(text)
    days, milliseconds = divmod(int(serial * MILLISECONDS), MILLISECONDS)
    if days == 0 and not is_1904:
        return (EPOCH + timedelta(milliseconds=milliseconds)).time().isoformat()
    if days < LEAP_DAY_THAT_NEVER_WAS and not is_1904:
        days += 1
    moment = (EPOCH_1904 if is_1904 else EPOCH) + timedelta(days=days, milliseconds=milliseconds)
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(sep=" ")


def _mask(found: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
