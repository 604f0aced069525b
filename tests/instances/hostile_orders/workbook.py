"""Workbooks: cell types, merged cells, hidden things, several sheets."""

from collections.abc import Iterator
from datetime import date

from tests.instances.hostile_orders.files import (
    HEADER,
    LINES,
    RELATIONS,
    Case,
    Cell,
    SheetXml,
    book,
    cells_of,
    changed,
    number,
    parts,
    rows,
    table,
    text,
    totals,
    zipped,
)

ALL = totals()
DAY = HEADER.index("日期")
AMOUNT = HEADER.index("金额")


def accepted(name: str, content: bytes, notice: str = "", suffix: str = ".xlsx") -> Case:
    return Case(name, content, suffix, want=ALL, notice=notice)


def refused(name: str, content: bytes, code: str, suffix: str = ".xlsx") -> Case:
    return Case(name, content, suffix, errors=((None, None, code),))


def with_cell(line: int, column: int, cell: Cell | None) -> bytes:
    """The twelve lines with one other cell; `line` as the file shows it."""
    whole = cells_of(table())
    whole[line - 1][column] = cell
    return zipped(parts(SheetXml("订单", whole)))


def with_days(epoch: date, style: int, properties: str = "") -> bytes:
    whole = cells_of(table())
    for line, row in zip(LINES, whole[1:], strict=True):
        row[DAY] = number((date.fromisoformat(line.day) - epoch).days, style)
    return zipped(parts(SheetXml("订单", whole), properties=properties))


def cells() -> Iterator[Case]:
    yield accepted("xlsx_inline", book(table()))
    yield accepted(
        "xlsx_all_text", zipped(parts(SheetXml("订单", [[text(value) for value in row] for row in table()])))
    )
    yield accepted("xlsx_shared_strings", shared())
    yield accepted("xlsx_named_xls", book(table()), suffix=".xls")
    yield accepted("xlsx_named_csv", book(table()), suffix=".csv")
    for name, style in (("iso", 1), ("chinese", 2), ("builtin_31", 3), ("builtin_58", 4), ("unformatted", 0)):
        yield accepted(f"xlsx_date_{name}", with_days(date(1899, 12, 30), style))
        yield accepted(
            f"xlsx_date_1904_{name}", with_days(date(1904, 1, 1), style, '<workbookPr date1904="1"/>')
        )
    for name, formula in (
        ("cached", "<f>G2*H2</f>"),
        ("shared", '<f t="shared" si="0"/>'),
        ("array", '<f t="array" ref="I2">G2*H2</f>'),
    ):
        yield accepted(
            f"xlsx_formula_{name}", with_cell(2, AMOUNT, Cell(f"{formula}<v>{rows()[0][AMOUNT]}</v>"))
        )
    yield Case(
        "xlsx_formula_uncached",
        with_cell(2, AMOUNT, Cell("<f>G2*H2</f>")),
        ".xlsx",
        errors=((2, "金额", "formula_without_value"),),
    )
    yield Case(
        "xlsx_formula_empty_value",
        with_cell(2, AMOUNT, Cell("<f>G2*H2</f><v></v>")),
        ".xlsx",
        errors=((2, "金额", "formula_without_value"),),
    )
    for code in ("#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"):
        yield Case(
            f"xlsx_error_{code}",
            with_cell(5, AMOUNT, Cell(f"<v>{code}</v>", 't="e"')),
            ".xlsx",
            errors=((5, "金额", "cell_error"),),
        )
    yield accepted("xlsx_strict", strict(cells_of(table())))
    uncached = cells_of(table())
    uncached[2][6] = Cell("<f>1+1</f>")
    yield Case(
        "xlsx_strict_formula_uncached",
        strict(uncached),
        ".xlsx",
        errors=((3, "数量", "formula_without_value"),),
    )


def odd_cells() -> Iterator[Case]:
    """Errors elsewhere, rich text, noise, lost digits, strict workbooks."""
    whole = [[*row, None] for row in cells_of(table())]
    whole[0][9], whole[4][9] = text("备注"), Cell("<f>A1/0</f><v>#DIV/0!</v>", 't="e"')
    yield accepted("xlsx_error_in_an_unused_column", zipped(parts(SheetXml("订单", whole))))
    yield accepted(
        "xlsx_rich_text",
        with_cell(
            2,
            2,
            Cell("<is><r><t>上海百联</t></r><r><rPr><b/></rPr><t>商贸有限公司</t></r></is>", 't="inlineStr"'),
        ),
    )
    yield accepted("xlsx_float_noise", with_cell(2, AMOUNT, number(f"{rows()[0][AMOUNT]}000000000001")))
    yield accepted("xlsx_exponent", with_cell(2, AMOUNT, number(f"{LINES[0].amount_fen / 100:.15E}")))
    yield Case(
        "xlsx_order_number_as_number",
        with_cell(2, 0, number("2026010500000123")),
        ".xlsx",
        errors=((2, "订单号", "precision_lost"),),
    )
    yield Case(
        "xlsx_boolean_amount",
        with_cell(3, AMOUNT, Cell("<v>1</v>", 't="b"')),
        ".xlsx",
        errors=((3, "金额", "not_a_number"),),
    )
    yield Case(
        "xlsx_date_for_an_amount",
        with_cell(3, AMOUNT, number(46000, 1)),
        ".xlsx",
        errors=((3, "金额", "not_a_number"),),
    )
    swapped = with_days(date(1899, 12, 30), 1)
    yield Case(
        "xlsx_dates_half_turned_by_excel", half_turned(), ".xlsx", errors=((8, "日期", "ambiguous_date"),)
    )
    assert swapped


def strict(cells: list[list[Cell | None]]) -> bytes:
    """The workbook in the namespaces of strict Office Open XML."""
    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    made = parts(SheetXml("订单", cells))
    for plain, stricter in names.items():
        made = {name: part.replace(plain, stricter) for name, part in made.items()}
    return zipped(made)


def half_turned() -> bytes:
    """A day-first text file opened in an American Excel: days up to 12 became dates, wrongly; the others stayed text."""
    whole = cells_of(table())
    for line, row in zip(LINES, whole[1:], strict=True):
        day = date.fromisoformat(line.day)
        turned = date(2026, day.day, 1) if day.day <= 12 else None
        row[DAY] = number((turned - date(1899, 12, 30)).days, 1) if turned else text(f"{day:%d/%m/%Y}")
    return zipped(parts(SheetXml("订单", whole)))


def shared() -> bytes:
    """The same workbook with its texts in the shared strings, as Excel writes it."""
    texts: list[str] = []
    whole: list[list[Cell | None]] = []
    for line, row in enumerate(table()):
        made: list[Cell | None] = []
        for place, value in enumerate(row):
            if line and place in (6, 7, 8):
                made.append(number(value))
                continue
            texts += [] if value in texts else [value]
            made.append(Cell(f"<v>{texts.index(value)}</v>", 't="s"'))
        whole.append(made)
    made_parts = parts(SheetXml("订单", whole))
    items = "".join(f"<si><t>{value}</t></si>" for value in texts)
    made_parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'.encode()
    )
    rels = made_parts["xl/_rels/workbook.xml.rels"].decode()
    rels = rels.replace(
        "</Relationships>",
        f'<Relationship Id="rId98" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    made_parts["xl/_rels/workbook.xml.rels"] = rels.encode()
    types = (
        made_parts["[Content_Types].xml"]
        .decode()
        .replace(
            "</Types>",
            '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        )
    )
    made_parts["[Content_Types].xml"] = types.encode()
    return zipped(made_parts)


def layouts() -> Iterator[Case]:
    yield accepted(
        "xlsx_titles",
        book([["销售明细表"], ["导出时间 2026-02-01"], [""], *table()], header_rows=4, merged=("A1:I1",)),
    )
    by_region = sorted(LINES, key=lambda line: line.region)
    merged_rows = table(by_region)
    for line in range(2, len(merged_rows)):
        merged_rows[line][4] = (
            merged_rows[line][4] if by_region[line - 1].region != by_region[line - 2].region else ""
        )
    areas = tuple(f"E{top}:E{top + 2}" for top in (2, 5, 8, 11))
    yield accepted("xlsx_region_merged", book(merged_rows, merged=areas))
    one = changed("金额", {4: "", 5: ""})
    yield Case(
        "xlsx_amount_merged", book(one, merged=("I3:I5",)), ".xlsx", errors=((3, "金额", "merged_cell"),)
    )
    two = changed("单价", {4: ""})
    two[3][8] = ""
    two[3][6] = "7"
    yield Case(
        "xlsx_merged_across", book(two, merged=("G4:I4",)), ".xlsx", errors=((4, "数量", "merged_cell"),)
    )
    total = ["合计", *[""] * 5, "1", "", f"{ALL.amount_fen / 100:.2f}"]
    yield accepted("xlsx_total_merged", book([*table(), total], merged=("A14:F14",)), notice="1 行合计")
    upper = [*HEADER[:4], "归属", "", "销售", "", ""]
    lower = ["", "", "", "", *HEADER[4:]]
    areas = ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:I1")
    yield accepted("xlsx_header_of_two_rows", book([upper, lower, *rows()], header_rows=2, merged=areas))
    hidden = SheetXml("订单", cells_of(table()), row_attributes={4: 'hidden="1"', 7: 'hidden="1"'})
    yield accepted("xlsx_hidden_rows", zipped(parts(hidden)), notice="隐藏")
    away = SheetXml(
        "订单", cells_of(table()), before='<cols><col min="3" max="3" width="0" hidden="1"/></cols>'
    )
    yield accepted("xlsx_hidden_column", zipped(parts(away)))
    yield accepted(
        "xlsx_offset", book([[""] * 12, *([["", "", "", *row] for row in table()])], header_rows=99)
    )
    far = [*cells_of(table()), *[[] for _ in range(3000)], [None] * 40 + [Cell("", 's="1"')]]
    yield accepted("xlsx_styled_blanks", zipped(parts(SheetXml("订单", far))))


def sheets() -> Iterator[Case]:
    whole = cells_of(table())
    other = SheetXml("说明", [[text("使用说明")], [text("请勿修改")]])
    yield accepted("xlsx_second_sheet", zipped(parts(other, SheetXml("订单", whole))), notice="说明")
    hidden = SheetXml("旧数据", cells_of(table()), state='state="hidden"')
    yield accepted("xlsx_hidden_sheet", zipped(parts(SheetXml("订单", whole), hidden)), notice="旧数据")
    very = SheetXml("旧数据", cells_of(table()), state='state="veryHidden"')
    yield accepted("xlsx_very_hidden_sheet", zipped(parts(very, SheetXml("订单", whole))), notice="旧数据")
    two = zipped(
        parts(SheetXml("一月", cells_of(table(LINES[:6]))), SheetXml("二月", cells_of(table(LINES[6:]))))
    )
    yield Case(
        "xlsx_two_sheets_of_orders",
        two,
        ".xlsx",
        errors=((None, None, "ambiguous_header"),),
        answers={"sheet": "二月"},
        want=totals(LINES[6:]),
    )
    yield Case("xlsx_sheet_chosen", two, ".xlsx", want=totals(LINES[:6]), sheet="一月")
    yield Case("xlsx_sheet_missing", two, ".xlsx", errors=((None, None, "empty_file"),), sheet="三月")
    yield accepted("xlsx_sheet_named_like_a_path", zipped(parts(SheetXml("..-..-etc-passwd", whole))))
    yield accepted("xlsx_sheet_named_like_markup", zipped(parts(SheetXml("<b>&amp;'{{7*7}}", whole))))
    yield refused("xlsx_no_rows", zipped(parts(SheetXml("空", []))), "empty_file")
    yield refused(
        "xlsx_all_hidden", zipped(parts(SheetXml("订单", whole, state='state="hidden"'))), "empty_file"
    )
    wide = [[*row, *(text("x") for _ in range(400))] for row in whole[:2]]
    yield refused("xlsx_too_many_columns", zipped(parts(SheetXml("订单", wide))), "too_many_columns")
