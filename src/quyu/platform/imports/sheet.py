"""A file as a grid of text, before anybody knows what the columns mean.

Every column is dictionary-encoded: cleaning, recognising and parsing then look at each distinct text
once, which is what makes a million rows cheap.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.platform.imports import headers
from quyu.platform.imports.kinds import ImportKind, RowError
from quyu.platform.imports.refusals import FileRefused

MAX_COLUMNS = 300
HEADER_SEARCH_ROWS = 30
ODD_BLANKS = f"[{headers.INVISIBLE}]"
KEPT_AS_TEXT = r'^="([^"]*)"$'
"""How systems keep a spreadsheet from taking a number for one: ="00123"."""
WITH_APOSTROPHE = r"^'([\d\-+.,/:年月日¥ ]+)$"


Area = tuple[int, int, int, int]
"""First and last row (as the file shows them), first and last column (0-based) of a merged area."""


@dataclass(frozen=True)
class Sheet:
    """`columns` are dictionary arrays of cleaned text ("" when blank); `rows` are numbers as the file shows them."""

    headers: tuple[str, ...]
    columns: tuple[pa.DictionaryArray, ...]
    rows: NDArray[np.int64]
    header_row: int
    errors: tuple[RowError, ...] = ()
    notices: tuple[str, ...] = ()
    name: str = ""
    sheet_names: tuple[str, ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    """The rows above the header: titles, dates of printing, units, a first row of a header of two."""
    epoch: date | None = None
    """Day 0 of this workbook's day numbers; none in a text file."""
    merged: tuple[Area, ...] = ()
    """Merged areas in the rows below the header, as the file shows them."""

    def filter(self, keep: NDArray[np.bool_]) -> "Sheet":
        mask = pa.array(keep)
        return replace(
            self, columns=tuple(column.filter(mask) for column in self.columns), rows=self.rows[keep]
        )


def text_column(values: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Encode a column of text and clean its distinct values; nulls become blank."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(whole.type):
        encoded = occurring(whole)
    else:
        encoded = (pc.fill_null(whole, "") if whole.null_count else whole).dictionary_encode()
    texts = clean_texts(encoded.dictionary)
    return encoded if texts.equals(encoded.dictionary) else with_dictionary(encoded, texts)


def occurring(encoded: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same rows without the texts that no row has any more."""
    row_codes = codes(encoded)
    occurs = np.zeros(len(encoded.dictionary), dtype=bool)
    occurs[row_codes] = True
    if occurs.all():
        return encoded
    place = np.cumsum(occurs, dtype=np.int32) - 1
    return pa.DictionaryArray.from_arrays(
        pa.array(place[row_codes], pa.int32()), encoded.dictionary.filter(pa.array(occurs))
    )


def clean_texts(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    if pc.any(pc.match_substring_regex(trimmed, ODD_BLANKS)).as_py():
        trimmed = pc.utf8_trim_whitespace(pc.replace_substring_regex(trimmed, ODD_BLANKS, ""))
    if pc.any(pc.match_substring_regex(trimmed, r"^['=]")).as_py():
        for pattern in (KEPT_AS_TEXT, WITH_APOSTROPHE):
            trimmed = pc.replace_substring_regex(trimmed, pattern, r"\1")
    return trimmed


def with_dictionary(encoded: pa.DictionaryArray, texts: pa.Array) -> pa.DictionaryArray:
    """The same rows over other texts; texts that became equal share one code again."""
    merged = texts.dictionary_encode()
    indices = merged.indices.take(encoded.indices)
    return pa.DictionaryArray.from_arrays(indices, merged.dictionary)


def codes(column: pa.DictionaryArray) -> NDArray[np.int32]:
    """The code of each row's text."""
    return np.asarray(column.indices.to_numpy(zero_copy_only=False), dtype=np.int32)


def is_blank(column: pa.DictionaryArray) -> NDArray[np.bool_]:
    blank = np.asarray(pc.equal(column.dictionary, "").to_numpy(zero_copy_only=False), dtype=bool)
    return blank[codes(column)] if blank.any() else np.zeros(len(column), dtype=bool)


def find_header(head: Sequence[Sequence[str]], kind: ImportKind) -> int:
    """Index of the header among the first rows: the one that names most columns of the kind."""
    known = {headers.key(word) for column in kind.columns for word in column.words}
    best, best_score = -1, 0
    for index, row in enumerate(head[:HEADER_SEARCH_ROWS]):
        score = len({headers.key(cell) for cell in row} & known)
        if score > best_score:
            best, best_score = index, score
    if best >= 0:
        return best
    return next((index for index, row in enumerate(head) if sum(1 for cell in row if cell.strip()) >= 2), 0)


def checked_headers(texts: Sequence[str]) -> tuple[str, ...]:
    if len(texts) > MAX_COLUMNS:
        raise FileRefused(
            "too_many_columns", "文件有 {count} 列，最多 {most} 列。", count=len(texts), most=MAX_COLUMNS
        )
    return tuple(headers.clean(text) for text in texts)


def without_empty_rows(sheet: Sheet) -> Sheet:
    """Rows with nothing in them are not rows."""
    if any(not pc.any(pc.equal(column.dictionary, "")).as_py() for column in sheet.columns if len(column)):
        return sheet  # a column without a blank
    empty = np.ones(len(sheet.rows), dtype=bool)
    for column in sheet.columns:
        empty &= is_blank(column)
        if not empty.any():
            return sheet
    return sheet.filter(~empty)
