"""A big workbook as a grid of text, read as a stream; see `xlsx_stream`."""

import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from quyu.platform.imports import xlsx_choice, xlsx_parts, xlsx_stream
from quyu.platform.imports.choices import ImportPhase
from quyu.platform.imports.dates import EPOCH_1900, EPOCH_1904
from quyu.platform.imports.kinds import ImportKind
from quyu.platform.imports.progress import Tracker
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import (
    HEADER_SEARCH_ROWS,
    MAX_COLUMNS,
    Sheet,
    checked_headers,
    find_header,
    text_column,
    without_empty_rows,
)
from quyu.platform.imports.xlsx_stream import Cells

HEAD_COLUMNS = 1_000
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError)


def read_big(path: Path, kind: ImportKind, *, sheet_name: str | None, progress: Tracker) -> Sheet:
    """As `xlsx_file.read_xlsx`. Raises Unplain when the general reader is needed."""
    try:
        return _read(path, kind, sheet_name, progress)
    except DAMAGED as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def _read(path: Path, kind: ImportKind, sheet_name: str | None, progress: Tracker) -> Sheet:
    with zipfile.ZipFile(path) as archive:
        book = xlsx_parts.workbook(archive)
        if not book.sheets:
            raise xlsx_stream.Unplain
        paths = {part.name: part.path for part in book.sheets}
        visible = [part.name for part in book.sheets if part.is_visible]
        hidden = [part.name for part in book.sheets if not part.is_visible]
        shared = xlsx_parts.shared_texts(archive)
        heads = {}
        for other in xlsx_choice.searched(visible, hidden, sheet_name):
            cells = xlsx_stream.read_cells(archive, book, paths[other], shared, first_rows=HEADER_SEARCH_ROWS)
            if len(cells.rows):
                heads[other] = (_head(cells), archive.getinfo(paths[other]).file_size)
        name = xlsx_choice.chosen(heads, kind)
        total = xlsx_stream.stated_rows(archive, paths[name])
        progress.begin(ImportPhase.READING, total=total)
        cells = xlsx_stream.read_cells(archive, book, paths[name], shared, progress=progress)
    sheet = _sheet(cells, kind)
    return replace(
        sheet,
        notices=xlsx_choice.notices(name, list(heads), hidden, cells.hidden_rows),
        name=name,
        sheet_names=tuple(visible),
        epoch=EPOCH_1904 if book.is_1904 else EPOCH_1900,
        merged=tuple(area for area in cells.merged if area[0] > sheet.header_row),
    )


def _head(cells: Cells) -> list[list[str]]:
    """The first rows, from A1, blank ones included."""
    rows = cells.rows[cells.rows <= HEADER_SEARCH_ROWS]
    width = max(cells.columns, default=-1) + 1
    if width > HEAD_COLUMNS:
        raise FileRefused(
            "too_many_columns", "文件有 {count} 列，最多 {most} 列。", count=width, most=MAX_COLUMNS
        )
    head = [[""] * width for _row in range(int(rows.max(initial=1)))]
    for number, column in cells.columns.items():
        for row, text in zip(rows.tolist(), column.slice(0, len(rows)).to_pylist(), strict=True):
            head[row - 1][number] = text
    return head


def _sheet(cells: Cells, kind: ImportKind) -> Sheet:
    head = _head(cells)
    header = find_header(head, kind)
    names = checked_headers(head[header])
    body = int(np.searchsorted(cells.rows, header + 2))
    rows = cells.rows[body:]
    blank = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(rows), np.int32)), pa.array([""]))
    columns = tuple(
        text_column(cells.columns.pop(index).slice(body)) if index in cells.columns else blank
        for index in range(len(names))
    )
    last = int(cells.rows.max(initial=0))
    errors = xlsx_choice.errors(cells.unreadable, names, header=header + 1, last_row=last)
    above = tuple(tuple(row) for row in head[:header])
    return without_empty_rows(Sheet(names, columns, rows, header + 1, errors, above=above))
