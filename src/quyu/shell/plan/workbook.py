"""plan.xlsx: one sheet a level, every total a formula with its value, and check rows that must be zero.

Amounts are yuan with two decimals. The last column and the last row of each sheet recompute the sums;
the row 校验 is the difference to the company's target and is 0.00 when all is well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import xlsxwriter
from numpy.typing import NDArray
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from quyu.apps.targets.axes import Axes
from quyu.kernel.rate import growth_bp, ratio_bp
from quyu.shell.plan.figures import PlanFigures

FEN = 100
_LEVEL_NAMES = ("公司", "大区", "省区", "团队", "小组")


@dataclass(frozen=True)
class Styles:
    head: Format
    text: Format
    money: Format
    total: Format
    rate: Format
    check: Format
    title: Format


def write(path: Path, figures: PlanFigures) -> None:
    """Writes the workbook; the same figures give the same bytes."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": f"{figures.axes.year} 年销售目标", "created": datetime(figures.axes.year, 1, 1, tzinfo=UTC)}
    )
    styles = _styles(book)
    _overview(book.add_worksheet("总览"), styles, figures)
    for name, codes in level_sheets(figures):
        rows = [
            (
                figures.axes.name(c),
                _owner(figures, c),
                figures.target_by_region[figures.row_of(c)].sum(axis=1),
            )
            for c in codes
        ]
        _months(book.add_worksheet(name), styles, figures, ("区域", "负责人"), rows)
    people = [
        (name, f"{len(places)} 个区域", figures.target[places].sum(axis=(0, 2)))
        for name, places in figures.people.items()
    ]
    _months(book.add_worksheet("人员"), styles, figures, ("人员", "负责"), people)
    lines = [
        (figures.axes.line_name(c), c, figures.target[:, :, i].sum(axis=0))
        for i, c in enumerate(figures.axes.lines)
    ]
    _months(book.add_worksheet("产品线"), styles, figures, ("产品线", "编码"), lines)
    _lines_by_region(book.add_worksheet("区域×产品线"), styles, figures)
    _leaves(book.add_worksheet("明细"), styles, figures)
    if figures.actual is not None:
        _attainment(book.add_worksheet("目标与实绩"), styles, figures)
    book.close()


def level_sheets(figures: PlanFigures) -> list[tuple[str, list[str]]]:
    """(sheet name, region codes): every level below the company; a leaf above the last level stays in it."""
    axes, last = figures.axes, max(figures.levels)
    sheets: list[tuple[str, list[str]]] = []
    for depth in range(1, last + 1):
        codes = [
            c
            for c in axes.regions
            if axes.depths[c] == depth or (axes.depths[c] < depth and axes.tree.is_leaf(c))
        ]
        name = (
            "销售区域"
            if depth == last
            else (_LEVEL_NAMES[depth] if depth < len(_LEVEL_NAMES) else f"第{depth}级")
        )
        sheets.append((name, codes))
    return sheets


def _styles(book: xlsxwriter.Workbook) -> Styles:
    font = {"font_name": "Microsoft YaHei", "font_size": 10}
    return Styles(
        head=book.add_format({**font, "bold": True, "bg_color": "#E8F1F2", "bottom": 1, "align": "center"}),
        text=book.add_format(font),
        money=book.add_format({**font, "num_format": "#,##0.00"}),
        total=book.add_format({**font, "num_format": "#,##0.00", "bold": True, "top": 1}),
        rate=book.add_format({**font, "num_format": "0.00%"}),
        check=book.add_format(
            {**font, "num_format": "0.00;[Red]-0.00", "italic": True, "font_color": "#5B7083"}
        ),
        title=book.add_format({**font, "bold": True, "font_size": 14}),
    )


def _owner(figures: PlanFigures, code: str) -> str:
    return figures.axes.owner_name(code)


def _overview(sheet: Worksheet, styles: Styles, figures: PlanFigures) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, f"{figures.company} {figures.axes.year} 年销售目标", styles.title)
    facts: list[tuple[str, str | float]] = [
        ("总目标（元）", figures.total_fen / FEN),
        ("上年实绩（元）", int(figures.before.sum()) / FEN),
        ("销售区域", str(len(figures.axes.leaves))),
        ("人员", str(len([name for name in figures.people if name != "未派人"]))),
        ("核对", f"已核对 {figures.nodes_checked} 个节点，{figures.violations} 处不符"),
        *((f"方法 {n}", text) for n, text in enumerate(figures.method, 1)),
        *((f"推导 {n}", text) for n, text in enumerate(figures.derived, 1)),
        *(
            (f"来源 {n}", f"{s.name}：{s.row_count} 行，sha256 {s.sha256}")
            for n, s in enumerate(figures.sources, 1)
        ),
    ]
    for row, (label, value) in enumerate(facts, start=2):
        sheet.write_string(row, 0, label, styles.text)
        if isinstance(value, float):
            sheet.write_number(row, 1, value, styles.money)
        else:
            sheet.write_string(row, 1, value, styles.text)


def _months(
    sheet: Worksheet,
    styles: Styles,
    figures: PlanFigures,
    labels: tuple[str, str],
    rows: Sequence[tuple[str, str, NDArray[np.int64]]],
) -> None:
    """Names, twelve months, a year formula; then the sum row and the check row."""
    months = figures.axes.months
    _header(sheet, styles, [*labels, *months, "全年"])
    for r, (name, note, values) in enumerate(rows, start=1):
        sheet.write_string(r, 0, name, styles.text)
        sheet.write_string(r, 1, note, styles.text)
        for c, value in enumerate(values.tolist(), start=2):
            sheet.write_number(r, c, value / FEN, styles.money)
        _sum(sheet, r, 2, r, len(months) + 1, int(values.sum()), styles.money, at=(r, len(months) + 2))
    columns = [figures.target[:, m, :].sum() for m in range(len(months))]
    _closing_rows(sheet, styles, len(rows), 2, [int(v) for v in columns] + [figures.total_fen])


def _closing_rows(sheet: Worksheet, styles: Styles, count: int, first: int, expected: Sequence[int]) -> None:
    """合计 sums the rows above; 公司目标 is the target; 校验 is their difference."""
    sum_row, target_row, check_row = count + 1, count + 2, count + 3
    for row, label in ((sum_row, "合计"), (target_row, "公司目标"), (check_row, "校验（应为 0）")):
        sheet.write_string(row, 0, label, styles.total if row == sum_row else styles.check)
    for c, fen in enumerate(expected, start=first):
        _sum(sheet, 1, c, count, c, fen, styles.total, at=(sum_row, c))
        sheet.write_number(target_row, c, fen / FEN, styles.check)
        formula = f"=ROUND({xl_rowcol_to_cell(sum_row, c)}-{xl_rowcol_to_cell(target_row, c)},2)"
        sheet.write_formula(check_row, c, formula, styles.check, 0)


def _lines_by_region(sheet: Worksheet, styles: Styles, figures: PlanFigures) -> None:
    axes = figures.axes
    _header(sheet, styles, ["区域", "负责人", *(axes.line_name(c) for c in axes.lines), "合计"])
    for r, leaf in enumerate(axes.leaves, start=1):
        values = figures.target[r - 1].sum(axis=0)
        sheet.write_string(r, 0, axes.name(leaf), styles.text)
        sheet.write_string(r, 1, _owner(figures, leaf), styles.text)
        for c, value in enumerate(values.tolist(), start=2):
            sheet.write_number(r, c, value / FEN, styles.money)
        _sum(
            sheet, r, 2, r, len(axes.lines) + 1, int(values.sum()), styles.money, at=(r, len(axes.lines) + 2)
        )
    totals = figures.target.sum(axis=(0, 1)).tolist()
    _closing_rows(sheet, styles, len(axes.leaves), 2, [*totals, figures.total_fen])


def _leaves(sheet: Worksheet, styles: Styles, figures: PlanFigures) -> None:
    """Every cell: region path, person, month, product line, target."""
    axes = figures.axes
    _header(sheet, styles, ["上级区域", "销售区域", "负责人", "月份", "产品线", "目标", "上年同月"])
    row = 0
    for t, leaf in enumerate(axes.leaves):
        above = " / ".join(axes.name(c) for c in reversed(axes.tree.ancestors(leaf)[:-1]))
        for m, month in enumerate(axes.months):
            for i, line in enumerate(axes.lines):
                row += 1
                for c, text in enumerate(
                    (above, axes.name(leaf), _owner(figures, leaf), month, axes.line_name(line))
                ):
                    sheet.write_string(row, c, text, styles.text)
                sheet.write_number(row, 5, int(figures.target[t, m, i]) / FEN, styles.money)
                sheet.write_number(row, 6, int(figures.before[t, m, i]) / FEN, styles.money)
    sheet.autofilter(0, 0, row, 6)
    _closing_rows(sheet, styles, row, 5, [figures.total_fen, int(figures.before.sum())])


def _attainment(sheet: Worksheet, styles: Styles, figures: PlanFigures) -> None:
    """Target against actual of the plan year: by region, then by month, then by product line."""
    _header(sheet, styles, ["分组", "名称", "目标", "实绩", "差额", "达成率", "上年", "同比"])
    for r, (group, name, target, actual, before) in enumerate(compared(figures), start=1):
        sheet.write_string(r, 0, group, styles.text)
        sheet.write_string(r, 1, name, styles.text)
        sheet.write_number(r, 2, target / FEN, styles.money)
        sheet.write_number(r, 3, actual / FEN, styles.money)
        sheet.write_formula(r, 4, f"=ROUND(D{r + 1}-C{r + 1},2)", styles.money, (actual - target) / FEN)
        _rate(sheet, r, 5, f'=IF(C{r + 1}=0,"",D{r + 1}/C{r + 1})', ratio_bp(actual, target), styles)
        sheet.write_number(r, 6, before / FEN, styles.money)
        _rate(sheet, r, 7, f'=IF(G{r + 1}<=0,"",D{r + 1}/G{r + 1}-1)', growth_bp(actual, before), styles)


def compared(figures: PlanFigures, *, is_brief: bool = False) -> list[tuple[str, str, int, int, int]]:
    """(group, name, target, actual, year before) in fen by region, month and product line.

    For a reader (`is_brief`) a territory that is the whole of its region, by the same name, is not repeated.
    """
    axes = figures.axes
    actual = np.zeros_like(figures.target) if figures.actual is None else figures.actual
    cubes = (figures.target, actual, figures.before)
    rows: list[tuple[str, str, int, int, int]] = []
    for code in axes.regions:
        if is_brief and is_repeated(axes, code):
            continue
        below = slice(*axes.spans[code])
        target, done, before = (int(cube[below].sum()) for cube in cubes)
        rows.append(("区域", "　" * axes.depths[code] + axes.name(code), target, done, before))
    for m, month in enumerate(axes.months):
        target, done, before = (int(cube[:, m].sum()) for cube in cubes)
        rows.append(("月份", month, target, done, before))
    for i, line in enumerate(axes.lines):
        target, done, before = (int(cube[:, :, i].sum()) for cube in cubes)
        rows.append(("产品线", axes.line_name(line), target, done, before))
    return rows


def is_repeated(axes: Axes, code: str) -> bool:
    """Whether the region above has this territory alone and goes by its name."""
    above = axes.tree.parent(code)
    if above is None or not axes.tree.is_leaf(code) or len(axes.tree.children(above)) > 1:
        return False
    return axes.name(code) == axes.name(above)


def _rate(sheet: Worksheet, row: int, column: int, formula: str, bp: int | None, styles: Styles) -> None:
    sheet.write_formula(row, column, formula, styles.rate, "" if bp is None else bp / 10_000)


def _sum(
    sheet: Worksheet, r1: int, c1: int, r2: int, c2: int, fen: int, style: Format, *, at: tuple[int, int]
) -> None:
    formula = f"=SUM({xl_rowcol_to_cell(r1, c1)}:{xl_rowcol_to_cell(r2, c2)})"
    sheet.write_formula(*at, formula, style, fen / FEN)


def _header(sheet: Worksheet, styles: Styles, labels: Iterable[str]) -> None:
    names = list(labels)
    sheet.freeze_panes(1, 2)
    sheet.set_column(f"A:{xl_col_to_name(len(names) - 1)}", 15)
    for column, label in enumerate(names):
        sheet.write_string(0, column, label, styles.head)
