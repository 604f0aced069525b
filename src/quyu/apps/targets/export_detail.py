"""The sheet of a plan with further dimensions: one row for each combination of leaves, its months side by side.

Row 2 (hidden) says what each column is: `detail`, the codes of the dimensions, then the months. A month a
sparse plan does not have stays blank. Codes stand in hidden columns beside the names.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from quyu.apps.targets.axes import Axes, Cells, Mask
from quyu.apps.targets.dimension import PERIOD
from quyu.apps.targets.selectors.reach import Reach

DETAIL = "detail"
CODE_ROW, HEAD_ROW, FIRST_ROW = 1, 2, 3
MOST_ROWS = 50_000
"""Beyond so many combinations nobody edits by hand: the sheet is left out, and the explanations say so."""


def sheet_name() -> str:
    return _("明细")


def dimensions_of(axes: Axes) -> list[str]:
    """The codes of all dimensions but the period, in order."""
    return [dimension.code for dimension in axes.dimensions if dimension.code != PERIOD]


def combinations(axes: Axes, reach: Reach) -> tuple[Any, Any]:
    """(rows, dimensions without the period) of leaves within reach, and for every cell its row, -1 out of reach."""
    places = [place for place, d in enumerate(axes.dimensions) if d.code != PERIOD]
    rows, row_of = np.unique(axes.coordinates[:, places], axis=0, return_inverse=True)
    inside = np.array([reach.covers(axes, code) for code in axes.leaves])[rows[:, 0]]
    number = np.where(inside, np.cumsum(inside) - 1, -1)
    return rows[inside], number[row_of.reshape(-1)]


def write(
    sheet: Any, formats: dict[str, Any], axes: Axes, cells: Cells, locked: Mask, reach: Reach, title: str
) -> None:
    """Amounts in yuan; locked cells in their colour; a check row that comes to the total of the reach."""
    rows, row_of = combinations(axes, reach)
    codes = dimensions_of(axes)
    width = len(codes)
    _head(sheet, formats, axes, codes, title)
    for offset, leaves in enumerate(rows):
        for column, (code, leaf) in enumerate(zip(codes, leaves, strict=True)):
            dimension = axes.dimension(code)
            sheet.write_string(FIRST_ROW + offset, column, dimension.leaves[leaf])
            sheet.write_string(FIRST_ROW + offset, width + column, dimension.label(dimension.leaves[leaf]))
    months = axes.coordinate(PERIOD)
    for place in np.flatnonzero(row_of >= 0):
        style = formats["locked" if locked[place] else "free"]
        at = FIRST_ROW + int(row_of[place]), 2 * width + int(months[place])
        sheet.write_number(*at, int(cells[place]) / 100, style)
    _checks(sheet, formats, axes, len(rows), 2 * width, cells[row_of >= 0], months[row_of >= 0])
    sheet.set_row(CODE_ROW, None, None, {"hidden": True})
    sheet.set_column(0, width - 1, None, None, {"hidden": True})
    sheet.set_column(width, 2 * width - 1, 16)
    sheet.set_column(2 * width, 2 * width + len(axes.months), 15)
    sheet.freeze_panes(FIRST_ROW, 2 * width)


def _head(sheet: Any, formats: dict[str, Any], axes: Axes, codes: Sequence[str], title: str) -> None:
    sheet.write_string(0, len(codes), title, formats["title"])
    sheet.write_string(CODE_ROW, 0, f"{DETAIL}:{codes[0]}")
    for column, code in enumerate(codes[1:], start=1):
        sheet.write_string(CODE_ROW, column, code)
    for column, code in enumerate(codes):
        sheet.write_string(HEAD_ROW, len(codes) + column, axes.dimension(code).name, formats["head"])
    for month, code in enumerate(axes.months):
        sheet.write_string(CODE_ROW, 2 * len(codes) + month, code)
        sheet.write_string(HEAD_ROW, 2 * len(codes) + month, axes.period.label(code), formats["head"])


def _checks(
    sheet: Any, formats: dict[str, Any], axes: Axes, count: int, first: int, cells: Cells, months: Any
) -> None:
    """Per month: the sum of the column less what was exported; 0 until somebody changes a cell."""
    at_row = FIRST_ROW + count + 1
    sheet.write_string(
        at_row, first - 1, _("核对：各行之和－导出时的合计（改动后即为差额）"), formats["check_text"]
    )
    for month in range(len(axes.months)):
        column = first + month
        total = int(cells[months == month].sum()) / 100
        top, bottom = (xl_rowcol_to_cell(row, column) for row in (FIRST_ROW, max(at_row - 2, FIRST_ROW)))
        formula = f"=ROUND(SUM({top}:{bottom})-{total:.2f},2)"
        sheet.write_formula(at_row, column, formula, formats["check"], 0)
