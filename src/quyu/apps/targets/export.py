"""The grid as a workbook: a sheet for all lines, one for each product line, and how to read them.

Amounts are yuan with two decimals. Row 2 of a sheet (hidden) carries the codes by which it is read
back. The check rows and the check column are the only formulas: each comes to 0 when the sheet adds
up. Text is written as text, so that no name can become a formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from quyu.apps.targets import export_detail, selectors, store
from quyu.apps.targets.axes import TOTAL_LINE, Axes
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.grid import LOCKED, PARTLY, Grid, GridRow
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.kernel.rate import growth_bp
from quyu.platform.people.scope import Scope

ALL_LINES_CODE = "*"
MARK, VERSION_KEY, ROW_VERSION_KEY = "quyu-plan", "version-id", "row-version"
FIRST_ROW, FIRST_COLUMN = 3, 4
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "·"))


@dataclass(frozen=True)
class Column:
    """A period with its place among the months."""

    code: str
    title: str
    start: int
    stop: int

    @property
    def is_total(self) -> bool:
        return self.stop - self.start > 1


def columns_of(axes: Axes) -> tuple[Column, ...]:
    """Months, each quarter after its months, the year last."""
    spans = sorted(axes.periods.items(), key=lambda item: (item[1][1], item[1][1] - item[1][0]))
    return tuple(Column(code, _title(axes, code), start, stop) for code, (start, stop) in spans)


def _title(axes: Axes, code: str) -> str:
    if code == str(axes.year):
        return _("全年")
    if code in axes.months:
        return _("%(month)s月") % {"month": int(code[5:7])}
    return _("第%(quarter)s季度") % {"quarter": code[-1]}


def readme_name() -> str:
    """The sheet that says where the workbook comes from and how to use it."""
    return _("说明")


def sheet_names(axes: Axes) -> dict[str, str]:
    """Product line ("" = all) -> sheet name: legal, at most 31 characters, each once."""
    names: dict[str, str] = {TOTAL_LINE: _("合计")}
    reserved = {readme_name(), export_detail.sheet_name()}
    for line in axes.lines:
        wanted = axes.line_name(line).translate(_FORBIDDEN)[:28] or _("产品线")
        taken = {*names.values(), *reserved}
        numbered = (f"{wanted}~{number}" for number in range(2, 100))
        names[line] = next(name for name in (wanted, *numbered) if name not in taken)
    return names


def workbook(version: PlanVersion, *, scope: Scope, at: date | datetime) -> bytes:
    """The XLSX of what the reader may see; the same version gives the same bytes."""
    axes = Axes.from_json(version.axes)
    day = at.date() if isinstance(at, datetime) else at
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": str(version), "created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
    formats = _formats(book)
    names = sheet_names(axes)
    grids = {line: selectors.grid(version, product_line=line, scope=scope, at=day) for line in names}
    for line, name in names.items():
        title = f"{version} · {axes.line_name(line) if line else _('全部产品线')} ({_('元')})"
        others = [names[code] for code in axes.lines] if line == TOTAL_LINE else []
        _Sheet(book.add_worksheet(name), formats, columns_of(axes), grids[line]).write(title, line, others)
    if axes.others and fits(axes):
        _write_detail(book.add_worksheet(export_detail.sheet_name()), formats, version, axes, scope, day)
    _write_readme(book.add_worksheet(readme_name()), formats, version)
    book.close()
    return content.getvalue()


def fits(axes: Axes) -> bool:
    """Whether the combinations of all dimensions go on one sheet."""
    return axes.size <= export_detail.MOST_ROWS * len(axes.months)


def _write_detail(
    sheet: Any, formats: dict[str, Any], version: PlanVersion, axes: Axes, scope: Scope, day: date
) -> None:
    cells = store.load_shaped(version, axes.shape)
    reach = selectors.reach_of(axes, scope, at=day)
    locked = locked_cells(version, axes, at=day)
    export_detail.write(sheet, formats, axes, cells, locked, reach, f"{version} ({_('元')})")


def _formats(book: Any) -> dict[str, Any]:
    amount = {"num_format": "#,##0.00"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "align": "center"}),
        "text": book.add_format({}),
        "free": book.add_format(amount),
        "total": book.add_format(amount | {"bg_color": "#F1F4F9"}),
        "locked": book.add_format(amount | {"bg_color": "#FFE8B3"}),
        "partly": book.add_format(amount | {"bg_color": "#FFF6DE"}),
        "rate": book.add_format({"num_format": "0.00%"}),
        "check": book.add_format(amount | {"italic": True, "font_color": "#667382", "top": 1}),
        "check_text": book.add_format({"italic": True, "font_color": "#667382", "top": 1}),
    }


@dataclass(frozen=True)
class _Sheet:
    sheet: Any
    formats: dict[str, Any]
    columns: Sequence[Column]
    grid: Grid

    @property
    def last_row(self) -> int:
        return FIRST_ROW + len(self.grid.rows) - 1

    def write(self, title: str, line: str, others: Sequence[str]) -> None:
        self.sheet.write_string(0, 0, title, self.formats["title"])
        self._write_head(line)
        for offset, row in enumerate(self.grid.rows):
            self._write_row(FIRST_ROW + offset, row)
        self._write_checks(others)
        self.sheet.set_row(1, None, None, {"hidden": True})
        self.sheet.set_column(0, 0, 12)
        self.sheet.set_column(1, 2, 16)
        self.sheet.set_column(3, 3, 6)
        self.sheet.set_column(FIRST_COLUMN, FIRST_COLUMN + len(self.columns) + 2, 15)
        self.sheet.freeze_panes(FIRST_ROW, FIRST_COLUMN)

    def _write_head(self, line: str) -> None:
        for place, code in enumerate(("code", line or ALL_LINES_CODE, "", "")):
            self.sheet.write_string(1, place, code)
        after = FIRST_COLUMN + len(self.columns)
        for place, title in enumerate((_("编码"), _("区域"), _("负责人"), _("层级"))):
            self.sheet.write_string(2, place, title, self.formats["head"])
        for place, column in enumerate(self.columns):
            self.sheet.write_string(1, FIRST_COLUMN + place, column.code)
            self.sheet.write_string(2, FIRST_COLUMN + place, column.title, self.formats["head"])
        for place, title in enumerate((self.grid.compared_label, _("增长"), _("核对"))):
            self.sheet.write_string(2, after + place, title, self.formats["head"])

    def _write_row(self, at_row: int, row: GridRow) -> None:
        level = _("末级") if row.is_leaf else _("汇总")
        for place, text in enumerate((row.code, "  " * row.depth + row.name, row.owner, level)):
            self.sheet.write_string(at_row, place, text, self.formats["text"])
        for place, column in enumerate(self.columns):
            fen = sum(row.months[column.start : column.stop])
            locks = row.locks[column.start : column.stop]
            self.sheet.write_number(at_row, FIRST_COLUMN + place, fen / 100, self._format(row, column, locks))
        after = FIRST_COLUMN + len(self.columns)
        self.sheet.write_number(at_row, after, row.compared_fen / 100, self.formats["total"])
        growth = growth_bp(row.total_fen, row.compared_fen)
        if growth is not None:
            self.sheet.write_number(at_row, after + 1, growth / 10_000, self.formats["rate"])
        months = [
            xl_rowcol_to_cell(at_row, FIRST_COLUMN + place)
            for place, c in enumerate(self.columns)
            if not c.is_total
        ]
        year = xl_rowcol_to_cell(at_row, after - 1)
        self.sheet.write_formula(
            at_row, after + 2, f"=ROUND(SUM({','.join(months)})-{year},2)", self.formats["check"], 0
        )

    def _format(self, row: GridRow, column: Column, locks: Sequence[int]) -> Any:
        if all(state == LOCKED for state in locks):
            return self.formats["locked"]
        if any(state in (LOCKED, PARTLY) for state in locks):
            return self.formats["partly"]
        return self.formats["free" if row.is_leaf and not column.is_total else "total"]

    def _write_checks(self, others: Sequence[str]) -> None:
        at_row = self.last_row + 2
        tops = [FIRST_ROW + offset for offset, row in enumerate(self.grid.rows) if row.parent is None]
        self.sheet.write_string(at_row, 1, _("核对：末级合计－总计（应为 0）"), self.formats["check_text"])
        if others:
            self.sheet.write_string(
                at_row + 1, 1, _("核对：总计－各产品线之和（应为 0）"), self.formats["check_text"]
            )
        for place in range(len(self.columns)):
            column = FIRST_COLUMN + place
            name = xl_col_to_name(column)
            cells = "+".join(xl_rowcol_to_cell(row, column) for row in tops)
            level = f"$D${FIRST_ROW + 1}:$D${self.last_row + 1}"
            leaves = f'SUMIF({level},"{_("末级")}",{name}{FIRST_ROW + 1}:{name}{self.last_row + 1})'
            self.sheet.write_formula(
                at_row, column, f"=ROUND({leaves}-({cells}),2)", self.formats["check"], 0
            )
            if others:
                parts = "+".join(
                    f"SUM('{other}'!{xl_rowcol_to_cell(row, column)})" for other in others for row in tops
                )
                formula = f"=ROUND(({cells})-({parts}),2)"
                self.sheet.write_formula(at_row + 1, column, formula, self.formats["check"], 0)


def _write_readme(sheet: Any, formats: dict[str, Any], version: PlanVersion) -> None:
    """Terms and texts; the hidden third column carries what the reader needs, whatever the language."""
    how = _("直接修改任意区域、任意月份、季度或全年的数，保存后在系统中导入；导入前会逐格显示差异。")
    both = _("改上级，下级按比例分摊；改下级，上级自动合计。两者都改且矛盾时不导入，并指出位置。")
    lines = [
        (_("目标方案"), version.plan.name, MARK),
        (_("版本编号"), str(version.pk), VERSION_KEY),
        (_("数据版次"), str(version.version), ROW_VERSION_KEY),
        (_("版本"), str(version.number), ""),
        (_("数据指纹"), store.digest(store.load(version)), ""),
        (_("单位"), _("元，保留两位小数"), ""),
        (_("怎样修改"), how, ""),
        (_("留空"), _("空白单元格不会清除系统中的数。"), ""),
        (_("上下级"), both, ""),
        (_("颜色"), _("深黄：已锁定；浅黄：部分锁定；灰：合计。"), ""),
        (_("核对"), _("每张表最后的核对行和右侧核对列应全部为 0。"), ""),
    ]
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 2, None, None, {"hidden": True})
    for row, (term, text, key) in enumerate(lines):
        sheet.write_string(row, 0, term, formats["head"])
        sheet.write_string(row, 1, text, formats["text"])
        sheet.write_string(row, 2, key)
