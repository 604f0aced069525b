"""Reading the cells: a CSV with a column per dimension, base, and optionally lower, upper, value, lock.

Whole columns at a time; only where something is wrong is the file read again line by line, to say where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, csv

from quyu.engine.allocation import UNBOUNDED, Dimension
from quyu.shell.cli.allocation.bad_input import SHOWN, BadInput, at_rows
from quyu.shell.cli.allocation.cell_lines import Header, fault_of, header_of, lines_of
from quyu.shell.cli.allocation.json_file import read_bytes
from quyu.shell.cli.allocation.number_column import Numbers, numbers_of, whole_numbers_of
from quyu.shell.cli.language import _

Int64 = NDArray[np.int64]
OPTIONAL = ("lower", "upper", "value", "lock")
TRUE, FALSE = ("1", "1.0", "true", "TRUE", "True"), ("", "0", "0.0", "false", "FALSE", "False")


@dataclass(frozen=True, eq=False)
class CellTable:
    """Cells by row of the file; `has_value` says where a current value was given (None: no such column)."""

    coordinates: NDArray[np.int32]
    base: Int64 | NDArray[np.float64]
    lower: Int64 | None
    upper: Int64 | None
    value: Int64 | None
    has_value: NDArray[np.bool_] | None
    locked: NDArray[np.bool_] | None


class _Reading:
    """One CSV file while it is read: bytes, header, and the rows that hold anything."""

    def __init__(self, path: Path, dimensions: tuple[Dimension, ...]) -> None:
        self.path = path
        self.data = read_bytes(path)
        self.header: Header = header_of(path, self.data)
        names = [dimension.name for dimension in dimensions]
        self._require([*names, "base"])
        wanted = [*names, "base", *(name for name in OPTIONAL if name in self.header.columns)]
        self.table = self._table(names, wanted)
        self.rows: Int64 | None = None
        self._drop_blank(names)
        if self.table.num_rows == 0:
            raise BadInput("no_cells", "{file} 除表头外没有数据，每个单元格应占一行。", file=path.name)

    def refuse(
        self, code: str, column: str, rows: Sequence[int], advice: str, texts: Sequence[str]
    ) -> BadInput:
        """The refusal for rows of the table, told by their lines in the file."""
        lines = lines_of(self.data, self.header, [self._row(row) for row in rows[:SHOWN]])
        found = list(zip(lines, texts, strict=False))
        return at_rows(code, self.path, column, found, len(rows), advice)

    def numbers(self, column: str, *, is_whole: bool) -> Numbers:
        """A column of numbers; raises BadInput."""
        found = whole_numbers_of(self.table[column]) if is_whole else numbers_of(self.table[column])
        for fault in found.faults:
            raise self.refuse(fault.code, column, fault.rows, fault.advice, fault.texts)
        return found

    def lines(self, rows: Sequence[int]) -> list[int]:
        return lines_of(self.data, self.header, [self._row(row) for row in rows])

    def _row(self, row: int) -> int:
        return row if self.rows is None else int(self.rows[row])

    def _require(self, wanted: list[str]) -> None:
        missing = [name for name in wanted if name not in self.header.columns]
        if missing:
            raise BadInput(
                "no_column",
                "{file} 没有“{missing}”列；表头里有：{found}。每个维度一列，另需 base。",
                file=self.path.name,
                missing=_("、").join(missing),
                found=_("、").join(self.header.columns[:20]) or _("（空）"),
            )
        known = [*wanted, *OPTIONAL]
        twice = [name for name in known if self.header.columns.count(name) > 1]
        if twice:
            raise BadInput(
                "column_twice",
                "{file} 的表头里“{column}”出现了不止一次，请只留一列。",
                file=self.path.name,
                column=twice[0],
            )

    def _table(self, dimensions: list[str], wanted: list[str]) -> pa.Table:
        text = pa.dictionary(pa.int32(), pa.string())
        # columns that nobody asked for may share a name; theirs is never looked at
        names = [
            name if name in wanted else f"{place}:{name}" for place, name in enumerate(self.header.columns)
        ]
        try:
            table = csv.read_csv(
                pa.BufferReader(self.data),
                csv.ReadOptions(column_names=names, skip_rows=self.header.lines),
                csv.ParseOptions(newlines_in_values=b'"' in self.data),
                csv.ConvertOptions(
                    include_columns=wanted,
                    column_types={name: text if name in dimensions else pa.string() for name in wanted},
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid as error:
            raise fault_of(self.path, self.data, self.header, str(error)) from None
        return table.unify_dictionaries().combine_chunks()

    def _drop_blank(self, dimensions: list[str]) -> None:
        """Rows of commas only, as spreadsheets leave them at the end, are no cells."""
        blank = None
        for name in dimensions:
            empty = _is_empty(self.table[name])
            blank = empty if blank is None else blank & empty
            if not blank.any():
                return
        for name in self.table.column_names:
            if name not in dimensions and blank is not None:
                blank &= _is_empty(self.table[name])
        if blank is not None and blank.any():
            self.rows = np.flatnonzero(~blank)
            self.table = self.table.take(self.rows)


def read_cells(path: Path, dimensions: tuple[Dimension, ...]) -> CellTable:
    """The cells; raises BadInput naming file, line, column and text."""
    reading = _Reading(path, dimensions)
    columns = [_coordinates(reading, dimension) for dimension in dimensions]
    base = reading.numbers("base", is_whole=False)
    if base.is_missing.any():
        rows = np.flatnonzero(base.is_missing).tolist()
        raise reading.refuse("no_base", "base", rows, _("没有历史的请填 0。"), [""] * len(rows))
    lower, upper, value = (
        reading.numbers(name, is_whole=True) if name in reading.table.column_names else None
        for name in ("lower", "upper", "value")
    )
    table = CellTable(
        np.stack(columns, axis=-1),
        base.values,
        None if lower is None else lower.whole,
        None if upper is None else np.where(upper.is_missing, UNBOUNDED, upper.whole),
        None if value is None else value.whole,
        None if value is None else ~value.is_missing,
        _locked(reading, value) if "lock" in reading.table.column_names else None,
    )
    _refuse_twice(reading, dimensions, table)
    _refuse_empty_bounds(reading, table)
    return table


def _coordinates(reading: _Reading, dimension: Dimension) -> NDArray[np.int32]:
    """The number of the leaf in each row."""
    column = reading.table[dimension.name]
    chunk = column.chunk(0) if column.num_chunks else pa.array([], column.type).dictionary_encode()
    codes = chunk.dictionary.to_pylist()
    leaf = np.array(
        [dimension.index.get(code, dimension.index.get(code.strip(), -1)) for code in codes], np.int32
    )
    found: NDArray[np.int32] = leaf[chunk.indices.to_numpy(zero_copy_only=False)]
    wrong = np.flatnonzero(found < 0)
    if wrong.size:
        texts = [codes[chunk.indices[row].as_py()].strip() for row in wrong[:SHOWN].tolist()]
        inner = next((text for text in texts if text in dimension.parents), None)
        code, advice = _advice(dimension, texts[0], inner)
        raise reading.refuse(code, dimension.name, wrong.tolist(), advice, texts)
    return found


def _advice(dimension: Dimension, first: str, inner: str | None) -> tuple[str, str]:
    if inner is not None:
        below = _("、").join(dimension.tree.children(inner)[:3])
        return "inner_node", _("单元格只能写末级节点，“{node}”下面还有 {below}。").format(
            node=inner, below=below
        )
    if not first:
        return "empty_node", _("每个单元格都要写明末级节点。")
    return "unknown_node", _("请改成 dimensions 里的末级节点，或先在树上加上它。")


def _locked(reading: _Reading, value: Numbers | None) -> NDArray[np.bool_]:
    texts = compute.utf8_trim_whitespace(reading.table["lock"])
    locked: NDArray[np.bool_] = compute.is_in(texts, pa.array(TRUE)).to_numpy()
    known = locked | compute.is_in(texts, pa.array(FALSE)).to_numpy()
    if not known.all():
        rows = np.flatnonzero(~known).tolist()
        wrong = [texts[row].as_py() for row in rows[:SHOWN]]
        raise reading.refuse("bad_lock", "lock", rows, _("锁定写 1，不锁写 0 或留空。"), wrong)
    bare = locked if value is None else locked & value.is_missing
    if bare.any():
        rows = np.flatnonzero(bare).tolist()
        raise reading.refuse(
            "lock_without_value", "lock", rows, _("锁定的单元格要在 value 列给出现值。"), ["1"] * len(rows)
        )
    return locked.copy()  # arrow's own memory is read-only


def _refuse_empty_bounds(reading: _Reading, table: CellTable) -> None:
    if table.upper is None:
        return
    lower = np.zeros(table.upper.size, np.int64) if table.lower is None else table.lower
    rows = np.flatnonzero(lower > table.upper)
    if rows.size:
        texts = [f"{lower[row]} > {table.upper[row]}" for row in rows[:SHOWN].tolist()]
        advice = _("下限不能大于上限（下限不填为 0）。")
        raise reading.refuse("empty_bounds", "lower / upper", rows.tolist(), advice, texts)


def _refuse_twice(reading: _Reading, dimensions: tuple[Dimension, ...], table: CellTable) -> None:
    """Refuses two rows for one cell, naming both lines."""
    key = np.zeros(len(table.base), np.int64)
    for axis, dimension in enumerate(dimensions):
        key = (
            np.unique(key, return_inverse=True)[1]
            if key.max(initial=0) > 2**62 // len(dimension.leaves)
            else key
        )
        key = key * len(dimension.leaves) + table.coordinates[:, axis]
    ordered = np.sort(key)
    same = ordered[1:] == ordered[:-1]
    if not same.any():
        return
    rows = np.flatnonzero(key == ordered[1:][same][0])[:2].tolist()
    first, second = reading.lines(rows)
    raise BadInput(
        "duplicate_cell",
        "{file} 第 {first} 行和第 {second} 行是同一个单元格（{cell}），共有 {count} 处重复。请合并成一行。",
        file=reading.path.name,
        first=first,
        second=second,
        cell=" / ".join(
            dimension.leaves[leaf]
            for dimension, leaf in zip(dimensions, table.coordinates[rows[0]].tolist(), strict=True)
        ),
        count=int(same.sum()),
    )


def _is_empty(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    texts = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
    found: NDArray[np.bool_] = compute.equal(compute.utf8_trim_whitespace(texts), "").to_numpy()
    return found
