"""Reading the user's files: every order file judged before any is written, gaps in the columns filled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from quyu.apps.performance import imports, places
from quyu.kernel.refusal import Refusal
from quyu.platform.facts import store
from quyu.platform.imports import pipeline
from quyu.platform.imports.kinds import Context, Findings, Parsed, RowError
from quyu.platform.people.scope import everything
from quyu.shell.plan.figures import SourceFile
from quyu.shell.plan.note import Note

SHOWN_ERRORS = 20


class FileRejected(Refusal):
    """An order file has errors; nothing was written."""

    def __init__(self, name: str, errors: Sequence[RowError]) -> None:
        listed = [_line(error) for error in errors[:SHOWN_ERRORS]]
        more = ""
        if len(errors) > SHOWN_ERRORS:
            more = _("（共 {count} 处，以上是前 {shown} 处）").format(count=len(errors), shown=SHOWN_ERRORS)
        super().__init__(
            "file_rejected",
            "文件 {name} 没有通过检查，没有写入任何数据：\n{errors}{more}",
            name=name,
            errors="\n".join(listed),
            more=more,
        )
        self.errors = tuple(errors)


@dataclass(frozen=True)
class OrderFile:
    """One order file, read. `is_known` says that its lines are already in the facts."""

    path: Path
    prepared: pipeline.Prepared
    parsed: Parsed
    is_known: bool
    notes: tuple[str, ...]

    @property
    def source(self) -> SourceFile:
        return SourceFile(self.path.name, self.prepared.context.source_sha256, len(self.parsed.rows))


def read_orders(paths: Sequence[Path], *, today: date, at: datetime) -> list[OrderFile]:
    """Every file, or a refusal that names the first bad file with its rows and columns."""
    files: list[OrderFile] = []
    for path in paths:
        context = Context(
            None,
            everything(),
            at,
            today,
            path.name,
            pipeline.file_sha256(path),
            frozenset(imports.ORDERS.creatable),
        )
        is_known = store.find(context.source_sha256) is not None
        kind = replace(imports.ORDERS, precheck=None)
        if is_known:
            kind = replace(kind, check=lambda _parsed, _context: Findings())
        prepared = pipeline.prepare(path, kind, context)
        if prepared.errors or prepared.parsed is None:
            raise FileRejected(path.name, prepared.errors)
        parsed, notes = _completed(prepared.parsed)
        files.append(OrderFile(path, replace(prepared, parsed=parsed), parsed, is_known, notes))
    return files


def commit(files: Sequence[OrderFile]) -> None:
    """Writes what is new; the caller's transaction holds all files together."""
    for file in files:
        places.create_units(places.line_places(file.parsed.table))
        if not file.is_known:
            pipeline.commit(file.prepared)


def _completed(parsed: Parsed) -> tuple[Parsed, tuple[str, ...]]:
    """A file without regions takes its provinces as regions, or the whole company as one."""
    table = parsed.table
    if "region_name" in table.column_names:
        if table["region_name"].null_count == 0:
            return parsed, ()
        filled = pc.fill_null(table["region_name"].cast(pa.string()), places.WHOLE_COMPANY)
        column = table.schema.get_field_index("region_name")
        note = Note("地区为空的行归入“{region}”。", region=places.WHOLE_COMPANY)
        return _with(parsed, table.set_column(column, "region_name", filled)), (note,)
    if "province" in table.column_names:
        filled = pc.fill_null(table["province"].cast(pa.string()), places.WHOLE_COMPANY)
        note = Note("文件没有地区列，以省份作为地区。")
    else:
        filled = pa.array([places.WHOLE_COMPANY] * table.num_rows, pa.string())
        note = Note("文件没有地区和省份列，全部作为一个地区。")
    return _with(parsed, table.append_column("region_name", filled)), (note,)


def _with(parsed: Parsed, table: pa.Table) -> Parsed:
    """Other columns: what was worked out from the old ones no longer holds."""
    return replace(parsed, table=table, memory={})


def _line(error: RowError) -> str:
    row = _("第 {row} 行").format(row=error.row) if error.row else ""
    column = _("“{column}”列").format(column=error.column) if error.column else ""
    where = "".join(f"{part} " for part in (row, column) if part)
    return f"  {where}[{error.code}] {error.message}"
