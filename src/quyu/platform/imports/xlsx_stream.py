"""A big worksheet read piece by piece: memory follows the cells that are there, never the corners of the sheet.

Each piece becomes dictionary columns at once, so a million rows cost a few codes a cell and every distinct
text once. What this reader does not know (comments within the rows, cells merged downwards, rows out of
order, other encodings) it leaves to the other one by raising `Unplain`.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.kernel.deferred import deferred
from quyu.platform.imports import xlsx_parts
from quyu.platform.imports.progress import SILENT, Tracker
from quyu.platform.imports.sheet import Area
from quyu.platform.imports.xlsx_parts import Workbook

if TYPE_CHECKING:
    from quyu.platform.imports import xlsx_scan
else:
    xlsx_scan = deferred("quyu.platform.imports.xlsx_scan")

PIECE = 8 * 1024 * 1024
MAX_CELL_COLUMNS = 1_000
REST_LIMIT = 64 * 1024 * 1024
"""The longest row, and the most that may stand behind the rows."""
HEAD_BYTES = 4096
LAST_ROW = 1_048_576
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="[A-Z]+\d+:[A-Z]+(\d+)"')
_ROWS = re.compile(rb"<((?:\w+:)?)sheetData\b")
HIDDEN = b' hidden="1"'
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


class Unplain(Exception):
    """The sheet holds something that only the general reader understands."""


@dataclass
class Cells:
    """The cells of a sheet: rows that say something, by number from 1, and one dictionary column per used column.

    `unreadable` is (row, column from 0) -> (code, what the cell shows).
    """

    rows: NDArray[np.int64]
    columns: dict[int, pa.DictionaryArray]
    unreadable: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    hidden_rows: int = 0


def stated_rows(archive: zipfile.ZipFile, path: str) -> int | None:
    """The number of rows the sheet says it has."""
    with archive.open(path) as file:
        match = _DIMENSION.search(file.read(HEAD_BYTES))
    return min(int(match[1]), LAST_ROW) if match else None


def read_cells(
    archive: zipfile.ZipFile,
    book: Workbook,
    path: str,
    shared: pa.Array,
    *,
    first_rows: int | None = None,
    progress: Tracker = SILENT,
) -> Cells:
    """All cells of a sheet, or those of its first rows."""
    cells, hidden_rows = _Collector(book, shared), 0
    with archive.open(path) as file:
        for data, areas in _pieces(cast(BinaryIO, file)):
            data.decode("utf-8")  # the spans of texts are taken on trust
            cells.take(np.frombuffer(data, np.uint8))
            cells.merged = areas
            hidden_rows += data.count(HIDDEN)
            progress.rows(cells.last_row)
            if first_rows is not None and cells.last_row >= first_rows:
                break
    return replace(cells.joined(), hidden_rows=hidden_rows)


def _pieces(file: BinaryIO) -> Iterator[tuple[bytes, tuple[Area, ...]]]:
    """The rows in pieces that end with a row, the last one with the merged areas, which stand behind the rows."""
    head, rest = _head(file)
    closing = b"</" + head + b"row>"
    finish = b"</" + head + b"sheetData>"
    while (end := rest.find(finish)) < 0:
        cut = rest.rfind(closing)
        cut = cut + len(closing) if cut >= 0 else 0
        if b"<!" in rest or len(rest) - cut > REST_LIMIT:
            raise Unplain
        if cut:
            yield rest[:cut], ()
        piece = file.read(PIECE)
        if not piece:
            raise Unplain
        rest = rest[cut:] + piece
    rows, rest = rest[:end], rest[end:]
    while piece := file.read(PIECE):
        rest += piece
        if len(rest) > REST_LIMIT:
            raise Unplain
    if b"<!" in rows or b"<!" in rest:
        raise Unplain
    yield rows, tuple(_areas(rest))


def _areas(rest: bytes) -> Iterator[Area]:
    for left, top, right, bottom in _MERGED.findall(rest):
        if left == right and top != bottom:
            raise Unplain
        yield int(top), int(bottom), xlsx_parts.column_number(left), xlsx_parts.column_number(right)


def _head(file: BinaryIO) -> tuple[bytes, bytes]:
    """The prefix of element names, and the first bytes from the rows on."""
    content = file.read(PIECE)
    begin = content.lstrip(b"\xef\xbb\xbf")[:200].lower()
    if not begin.startswith(b"<") or (b"encoding=" in begin and b"utf-8" not in begin):
        raise Unplain
    match = _ROWS.search(content)
    if match is None or b"<!" in content[: match.start()]:
        raise Unplain
    return match[1], content[match.start() :]


class _Collector:
    """Columns that grow piece by piece."""

    def __init__(self, book: Workbook, shared: pa.Array) -> None:
        self.book, self.shared = book, shared
        self.last_row = 0
        self.rows: list[NDArray[np.int64]] = []
        self.columns: dict[int, list[pa.DictionaryArray]] = {}
        self.unreadable: dict[tuple[int, int], tuple[str, str]] = {}
        self.merged: tuple[Area, ...] = ()

    def take(self, data: NDArray[np.uint8]) -> None:
        """Add the cells of a piece."""
        size = int(np.count_nonzero(data == xlsx_scan.LESS)) // 2 + 1
        row, column, style = (np.empty(size, np.int32) for _ in range(3))
        kind = np.empty(size, np.uint8)
        start, stop, formula = (np.empty(size, np.int64) for _ in range(3))
        count, self.last_row = xlsx_scan.scan(
            data, self.last_row, row, column, kind, style, start, stop, formula
        )
        if count == xlsx_scan.SPOILT:
            raise Unplain
        if count == 0:
            return
        row, column, kind, style = row[:count], column[:count], kind[:count], style[:count]
        self._note_unreadable(data, row, column, kind, start, stop, formula)
        numbers, line = np.unique(row, return_inverse=True)
        before = sum(len(part) for part in self.rows)
        self.rows.append(numbers.astype(np.int64))
        by_column = np.argsort(column, kind="stable")
        used, first = np.unique(column[by_column], return_index=True)
        if len(used) > MAX_CELL_COLUMNS:
            raise Unplain
        for number, places in zip(used.tolist(), np.split(by_column, first[1:]), strict=True):
            texts = self._texts(data, kind[places], style[places], start[places], stop[places])
            known = self.columns.setdefault(number, [_blank(before)] if before else [])
            known.append(_spread(texts, line[places], len(numbers)))
        for number, known in self.columns.items():
            if number not in used:
                known.append(_blank(len(numbers)))

    def _note_unreadable(
        self,
        data: NDArray[np.uint8],
        row: NDArray[np.int32],
        column: NDArray[np.int32],
        kind: NDArray[np.uint8],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
        formula: NDArray[np.int64],
    ) -> None:
        for index in np.flatnonzero((kind == xlsx_scan.ERROR) | (kind == xlsx_scan.BLANK)).tolist():
            if kind[index] == xlsx_scan.ERROR:
                code, first, last = "cell_error", int(start[index]), int(stop[index])
            else:
                first = int(formula[index])
                code, last = "formula_without_value", first + bytes(data[first : first + 200]).find(b"<")
            text = bytes(data[first : max(last, first)]).decode("utf-8", "replace")
            shown = text if code == "cell_error" else f"={text}"
            self.unreadable[int(row[index]), int(column[index])] = (code, shown)

    def _texts(
        self,
        data: NDArray[np.uint8],
        kind: NDArray[np.uint8],
        style: NDArray[np.int32],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
    ) -> pa.DictionaryArray:
        """The cells of one column in a piece as texts."""
        dates = self.book.date_styles
        is_date = (kind == xlsx_scan.NUMBER) & dates[np.minimum(style, len(dates) - 1)]
        shares = kind == xlsx_scan.SHARED
        texts = (kind == xlsx_scan.TEXT) | (kind == xlsx_scan.RICH) | (kind == xlsx_scan.ISO_DATE)
        words = (kind == xlsx_scan.BOOLEAN) | (kind == xlsx_scan.ERROR) | (kind == xlsx_scan.BLANK)
        groups = (shares, texts, is_date, words, (kind == xlsx_scan.NUMBER) & ~is_date)
        codes, dictionaries, base = np.zeros(len(kind), np.int64), [], 0
        for number, chosen in enumerate(groups):
            if not chosen.any():
                continue
            if number == 0:
                found = self._shared(data, start[chosen], stop[chosen])
            else:
                raw = xlsx_parts.spans(data, start[chosen], stop[chosen])
                found = self._plain(number, raw, kind[chosen])
            codes[chosen] = found.indices.to_numpy() + base
            dictionaries.append(found.dictionary)
            base += len(found.dictionary)
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.concat_arrays(dictionaries))

    def _plain(self, group: int, raw: pa.Array, kind: NDArray[np.uint8]) -> pa.DictionaryArray:
        if group == 1:
            return xlsx_parts.plain_texts(raw, kind == xlsx_scan.RICH).dictionary_encode()
        encoded = raw.dictionary_encode()
        if group == 2:
            texts = xlsx_parts.date_texts(encoded.dictionary, is_1904=self.book.is_1904)
        elif group == 3:
            known = {"1": "TRUE", "0": "FALSE"}
            texts = pa.array([known.get(text, "") for text in encoded.dictionary.to_pylist()], pa.string())
        else:
            texts = xlsx_parts.number_texts(encoded.dictionary)
        return pa.DictionaryArray.from_arrays(encoded.indices, texts)

    def _shared(
        self, data: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64]
    ) -> pa.DictionaryArray:
        numbers = np.empty(len(start), np.int64)
        xlsx_scan.whole_numbers(data, start, stop, numbers)
        if numbers.min() < 0 or numbers.max() >= len(self.shared):
            raise Unplain
        used, codes = np.unique(numbers, return_inverse=True)
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), self.shared.take(pa.array(used)))

    def joined(self) -> Cells:
        """Everything taken so far."""
        rows = np.concatenate(self.rows) if self.rows else np.zeros(0, np.int64)
        columns = {}
        for number in sorted(self.columns):
            columns[number] = pa.chunked_array(self.columns.pop(number)).unify_dictionaries().combine_chunks()
        return Cells(rows, columns, self.unreadable, self.merged)


def _blank(size: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, np.int32)), pa.array([""]))


def _spread(texts: pa.DictionaryArray, lines: NDArray[np.int64], size: int) -> pa.DictionaryArray:
    """The texts at their rows, blank in the others; every distinct text once."""
    merged = pa.concat_arrays([pa.array([""]), texts.dictionary]).dictionary_encode()
    place = merged.indices.to_numpy()
    codes = np.zeros(size, np.int32)
    codes[lines] = place[texts.indices.to_numpy() + 1]
    return pa.DictionaryArray.from_arrays(pa.array(codes), merged.dictionary)
