"""Reading delimited text: decode, find delimiter and header, then one fast pass that keeps row numbers."""

import csv
import io
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.utils.translation import gettext as _

from quyu.platform.imports import encoding
from quyu.platform.imports.choices import ImportPhase
from quyu.platform.imports.kinds import ImportKind, RowError
from quyu.platform.imports.progress import SILENT, Tracker
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import Sheet, checked_headers, find_header, text_column, without_empty_rows

DELIMITERS = (",", "\t", ";", "|")
HEAD_BYTES = 256 * 1024
csv.field_size_limit(HEAD_BYTES)
HEAD_ROWS = 60
BLOCK = 1 << 24
SHOWN_TEXT = 200
ENCODING_NAMES = {"gb18030": "GB18030（GBK）", "big5hkscs": "Big5", "utf-16": "UTF-16", "utf-16-le": "UTF-16"}


def read_csv(data: bytes, kind: ImportKind, progress: Tracker = SILENT) -> Sheet:
    """The rows below the header, as text. Rows with too few or too many fields become errors."""
    decoded = encoding.decode(data)
    del data
    head, delimiter = _head(decoded.content, kind)
    header = find_header(head, kind)
    names = checked_headers(_padded(head, header))
    progress.begin(ImportPhase.READING, total=decoded.content.count(b"\n"))
    table, bad = _read(decoded.content, delimiter, len(names), progress)
    notices, is_cut = _notices(decoded), decoded.truncated
    del decoded
    total = table.num_rows + len(bad)
    rows = np.delete(np.arange(1, total + 1, dtype=np.int64), np.fromiter(bad, np.int64, len(bad)) - 1)
    body = int(np.searchsorted(rows, header + 2))
    sheet = Sheet(
        headers=names,
        columns=tuple(text_column(column) for column in table.slice(body).columns),
        rows=rows[body:],
        header_row=header + 1,
        errors=tuple(
            _ragged(row, found, text, delimiter, len(names))
            for row, (found, text) in bad.items()
            if row > header + 1
        ),
        notices=notices,
        above=tuple(tuple(row) for row in head[:header]),
    )
    sheet = without_empty_rows(sheet)
    return _cut_last_row(sheet, total) if is_cut else sheet


def _notices(decoded: encoding.Decoded) -> tuple[str, ...]:
    name = ENCODING_NAMES.get(decoded.encoding)
    return (_("文件编码为 {name}，已转换。").format(name=name),) if name else ()


def _head(content: bytes, kind: ImportKind) -> tuple[list[list[str]], str]:
    """The first records and the delimiter under which they name most columns."""
    text = content[:HEAD_BYTES].decode("utf-8", errors="ignore")
    readings = []
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        records = [record for record, _number in zip(reader, range(HEAD_ROWS), strict=False)]
        header = records[find_header(records, kind)] if records else []
        readings.append((len([cell for cell in header if cell.strip()]), delimiter, records))
    width, delimiter, records = max(readings, key=lambda reading: reading[0])
    if width == 0:
        raise FileRefused("empty_file", "文件中没有内容。")
    return records, delimiter


def _padded(head: list[list[str]], header: int) -> list[str]:
    """The header, with empty names for data columns it does not reach (when the extra fields are blank)."""
    names = head[header]
    widths = Counter(len(record) for record in head[header + 1 :] if any(cell.strip() for cell in record))
    usual = widths.most_common(1)[0][0] if widths else len(names)
    extra = [cell for record in head[header + 1 :] for cell in record[len(names) :]]
    return names + [""] * (usual - len(names)) if usual > len(names) and not any(extra) else names


def _read(
    content: bytes, delimiter: str, width: int, progress: Tracker
) -> tuple[pa.Table, dict[int, tuple[int, str]]]:
    """All records of `width` fields as text, and the others by record number."""
    bad: dict[int, tuple[int, str]] = {}

    def note(row: arrow_csv.InvalidRow) -> str:
        bad[row.number] = (row.actual_columns, row.text[:SHOWN_TEXT])
        return "skip"

    names = [str(index) for index in range(width)]
    try:
        reader = arrow_csv.open_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=BLOCK),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        batches, rows = [], 0
        for batch in reader:
            batches.append(batch)
            rows += batch.num_rows
            progress.rows(rows + len(bad))
    except pa.ArrowInvalid as error:
        raise FileRefused("corrupt_file", "文件结构有误（可能是引号没有成对），请重新导出。") from error
    return pa.Table.from_batches(batches, reader.schema), bad


def _ragged(row: int, found: int, text: str, delimiter: str, width: int) -> RowError:
    code = "too_few_fields" if found < width else "too_many_fields"
    message = _("这一行有 {found} 个字段，应为 {width} 个；请检查是否多了或少了分隔符“{delimiter}”。")
    shown = "Tab" if delimiter == "\t" else delimiter
    return RowError(row, None, code, text, message.format(found=found, width=width, delimiter=shown))


def _cut_last_row(sheet: Sheet, last: int) -> Sheet:
    """The file ends inside a character: its last row cannot be trusted."""
    message = _("文件在这一行中间断开，最后的内容不完整，请重新导出。")
    cut = sheet.filter(sheet.rows != last)
    earlier = tuple(error for error in sheet.errors if error.row != last)
    return replace(cut, errors=(*earlier, RowError(last, None, "truncated", None, message)))
