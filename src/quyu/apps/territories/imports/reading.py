"""Reading a table of units with their territories through the pipeline of all imports, and its stamp.

So a workbook that is a bomb, protected, damaged or of another type is refused as everywhere, headers are
recognised by their words, and a formula without a value or an error cell is a fault of its row.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quyu.apps.territories.workbook import MARK
from quyu.kernel.refusal import Refusal
from quyu.platform.imports.kinds import Column, Context, Findings, ImportKind, Parsed, Receipt, RowError
from quyu.platform.imports.pipeline import prepare
from quyu.platform.people.models import User

Problem = RowError


class NotThisDraft(Refusal):
    """The file was exported from another draft, or from a version this draft never had."""


@dataclass(frozen=True)
class Stamp:
    """From which alignment the file was exported, and in which version."""

    alignment: int
    version: int


@dataclass(frozen=True)
class FileRow:
    """One row: the unit as the file names it and the text of its territory ("" where it is blank)."""

    row: int
    unit: str
    territory: str


@dataclass(frozen=True)
class Content:
    """`headers` are the header texts of `unit` and `territory`, for messages."""

    rows: tuple[FileRow, ...]
    stamp: Stamp | None
    headers: tuple[str, str]
    problems: tuple[Problem, ...]


def _nothing(_parsed: Parsed, _context: Context) -> Findings:
    return Findings()


def _never(_parsed: Parsed, _context: Context) -> Receipt:
    raise NotImplementedError


KIND = ImportKind(
    id="alignment_units",
    label=gettext_lazy("区域划分方案"),
    resource="alignment",
    columns=(
        Column(
            "unit",
            gettext_lazy("单元编码"),
            ("单元代码", "编码", "行政区划代码", "区划代码", "unit code", "unit", "code", "id"),
        ),
        Column("name", gettext_lazy("单元名称"), ("基本单元", "单元", "区县", "unit name", "name")),
        Column(
            "territory",
            gettext_lazy("销售区域"),
            ("所属销售区域", "新区域", "区域", "territory", "territory code"),
        ),
    ),
    check=_nothing,
    commit=_never,
    alternatives=(("unit", "name"),),
)


def read(path: Path, *, name: str, actor: User, at: datetime) -> Content:
    """The rows of the table that names units and territories; what the pipeline found wrong is in `problems`."""
    known = prepare(path, KIND, Context(actor, None, at, at.date(), name, ""))
    heads = known.recognition.mapping if known.recognition else {}
    headers = (heads.get("unit") or heads.get("name") or "", heads.get("territory") or "")
    if known.sheet is None or known.parsed is None:
        return Content((), None, headers, known.errors)
    stamp = _stamp([text for row in known.sheet.above for text in row])
    if "territory" not in heads:
        missing = _("缺少“销售区域”列：请在表头写“销售区域”，下面写编码或名称。")
        return Content(
            (), stamp, headers, (RowError(known.sheet.header_row, None, "missing_column", None, missing),)
        )
    table, empty = known.parsed.table, [None] * len(known.parsed.rows)
    unit, named, side = (
        table[key].to_pylist() if key in table.column_names else empty
        for key in ("unit", "name", "territory")
    )
    lines = zip(known.parsed.rows.tolist(), unit, named, side, strict=True)
    rows = tuple(
        FileRow(row, code or text or "", place or "") for row, code, text, place in lines if code or text
    )
    return Content(rows, stamp, headers, known.errors)


def _stamp(texts: list[str]) -> Stamp | None:
    for text in texts:
        parts = text.strip().split(":")
        if len(parts) == 3 and parts[0] == MARK and parts[1].isdecimal() and parts[2].isdecimal():
            return Stamp(int(parts[1][:18]), int(parts[2][:18]))
    return None
