"""Every error of a run, and the rows that have one, kept beside the uploaded files for download.

The database keeps the first thousand errors for the page. All of them, with the cells of their rows as the file
gave them, are kept when the file is judged: once a part of it has been imported, judging again would say
something else. The workbook made of them has the columns of the person's own file and one more with the reasons,
so that it can be mended and imported again.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.utils.translation import gettext as _

from quyu.platform.files import spreadsheet
from quyu.platform.imports.kinds import RowError
from quyu.platform.imports.models import ImportRun
from quyu.platform.imports.sheet import Sheet

REASONS = ("错误原因", "Reasons")
SHOWN_NAMES = 50
PIECE = 50_000
"""Errors written at a time."""
ERRORS = pa.schema(
    [("row", pa.int64()), *((name, pa.string()) for name in ("column", "code", "value", "message"))]
)


def _root() -> Path:
    return Path(settings.QUYU_HOME) / "files" / "rejected"


def _folder(run: int) -> Path:
    return _root() / str(run)


def kept_runs() -> list[int]:
    """The numbers of the runs whose errors are kept in files."""
    root = _root()
    return sorted(int(path.name) for path in root.iterdir() if path.name.isdigit()) if root.is_dir() else []


def forget(runs: Iterable[int]) -> None:
    """Remove the errors and rows kept of runs in files; what the database keeps of them stays."""
    for run in runs:
        shutil.rmtree(_folder(run), ignore_errors=True)


def kept_rows(texts: Collection[str]) -> Iterator[tuple[int, int, list[str]]]:
    """(run, row, cells) of every kept row with a cell that is one of the texts."""
    for number in kept_runs():
        path = _folder(number) / "rows.parquet"
        for row, cells in _rows_of_table(pq.read_table(path)) if path.exists() else ():
            if any(cell and cell.strip() in texts for cell in cells):
                yield number, row, cells


def keep(run: ImportRun, errors: Sequence[RowError], sheet: Sheet | None) -> None:
    """Store all errors of a run and the rows they are in, in place of those found before."""
    folder = _folder(run.pk)
    for path in (folder / "errors.parquet", folder / "rows.parquet"):
        path.unlink(missing_ok=True)
    if not errors:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(folder / "errors.parquet", ERRORS, compression="zstd") as writer:
        for start in range(0, len(errors), PIECE):
            piece = errors[start : start + PIECE]
            writer.write_table(
                pa.table({name: [getattr(error, name) for error in piece] for name in ERRORS.names}, ERRORS)
            )
    if sheet is not None:
        pq.write_table(_wrong_rows(errors, sheet), folder / "rows.parquet", compression="zstd")


def _wrong_rows(errors: Sequence[RowError], sheet: Sheet) -> pa.Table:
    """The rows with an error; one that could not be split into cells has its whole text in the first cell."""
    numbers = rows_of(errors, sheet)
    some = sheet.filter(np.isin(sheet.rows, np.fromiter(numbers, np.int64, len(numbers))))
    whole = {error.row: error.value or "" for error in sheet.errors if error.row is not None}
    lost = sorted(numbers.intersection(whole) - set(some.rows.tolist()))
    names = ["row", *(str(index) for index in range(len(some.columns)))]
    about = {"headers": json.dumps(list(sheet.headers))}
    if not lost:
        return pa.table([pa.array(some.rows), *some.columns], names=names).replace_schema_metadata(about)
    texts = [[whole[row] for row in lost], *([""] * len(lost) for _column in some.columns[1:])]
    joined = [
        pa.concat_arrays([column.cast(pa.string()), pa.array(text, pa.string())])
        for column, text in zip(some.columns, texts, strict=True)
    ]
    rows = pa.array([*some.rows.tolist(), *lost], pa.int64())
    return pa.table([rows, *joined], names=names).replace_schema_metadata(about).sort_by("row")


def rows_of(errors: Iterable[RowError], sheet: Sheet | None) -> set[int]:
    """The rows below the header that have an error."""
    first = sheet.header_row if sheet is not None else 0
    return {error.row for error in errors if error.row is not None and error.row > first}


def errors_of(run: ImportRun) -> list[RowError]:
    """Every error of the run, as far as they were kept."""
    path = _folder(run.pk) / "errors.parquet"
    if path.exists():
        return [RowError(**error) for error in pq.read_table(path).to_pylist()]
    return [RowError(**error) for error in run.errors]


def book(run: ImportRun, sheet: Sheet | None = None) -> IO[bytes]:
    """The rows with an error and a last column of reasons; all rows when the whole `sheet` is given."""
    errors = errors_of(run)
    path = _folder(run.pk) / "rows.parquet"
    if sheet is not None:
        cells = [column.cast(pa.string()) for column in sheet.columns]
        whole = pa.table([pa.array(sheet.rows), *cells], names=["row", *map(str, range(len(cells)))])
        return _write(sheet.headers, _rows_of_table(whole), errors, sheet.name)
    if path.exists():
        table = pq.read_table(path)
        headers = json.loads((table.schema.metadata or {})[b"headers"])
        return _write(headers, _rows_of_table(table), errors, run.preview.get("sheet_name", ""))
    titles = [_("行"), _("列"), _("代码"), _("内容"), _("原因")]
    rows = ([e.row, e.column, e.code, e.value, e.message] for e in errors)
    return spreadsheet.write(_("错误"), titles, rows)


def _rows_of_table(table: pa.Table) -> Iterator[tuple[int, list[str]]]:
    for batch in table.to_batches(max_chunksize=10_000):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield values[0], list(values[1:])


def _write(
    headers: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    errors: Sequence[RowError],
    name: str,
) -> IO[bytes]:
    said = reasons(errors)
    kept = [index for index, header in enumerate(headers) if header not in REASONS]
    lines = ([*(cells[index] or None for index in kept), said.get(row)] for row, cells in rows)
    titles = [*(headers[index] for index in kept), _("错误原因")]
    return spreadsheet.write(_sheet_name(name), titles, lines)


def _sheet_name(name: str) -> str:
    return name if name and not set(name) & set("[]:*?/\\'") else _("数据")


def unknown(errors: Iterable[RowError]) -> dict[str, dict[str, object]]:
    """What the rows name that does not exist, by code of the error: how many different texts, and the first."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for error in errors:
        if error.code.startswith("unknown_") and error.value:
            found[error.code].setdefault(error.value)
    return {code: {"count": len(texts), "names": list(texts)[:SHOWN_NAMES]} for code, texts in found.items()}


def reasons(errors: Iterable[RowError]) -> Mapping[int, str]:
    """What is wrong with each row, in one text: `金额：…；客户：…`."""
    found: dict[int, list[str]] = defaultdict(list)
    for error in errors:
        if error.row is not None:
            found[error.row].append(f"{error.column}：{error.message}" if error.column else error.message)
    return {row: "；".join(texts) for row, texts in found.items()}
