"""Text files: encodings, delimiters, quotes, line ends, page headers and footers."""

import csv
from collections.abc import Iterator

from tests.instances.hostile_orders.files import (
    HEADER,
    LINES,
    Case,
    Line,
    changed,
    delimited,
    rows,
    table,
    totals,
)

ALL = totals()
TOTAL_ROW = [
    "合计",
    "",
    "",
    "",
    "",
    "",
    str(sum(line.quantity for line in LINES)),
    "",
    f"{ALL.amount_fen / 100:.2f}",
]
TITLE = ["某某食品有限公司销售明细表"]


def accepted(name: str, content: bytes, notice: str = "", suffix: str = ".csv") -> Case:
    return Case(name, content, suffix, want=ALL, notice=notice)


def encodings() -> Iterator[Case]:
    for encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield accepted(f"encoding_{encoding}", delimited(table(), encoding=encoding))
    yield accepted("encoding_utf16be_bom", b"\xfe\xff" + delimited(table(), encoding="utf-16-be"))
    rare = changed("客户", {5: "𠮷田㐂商店"})
    yield Case(
        "encoding_gb18030_four_bytes", delimited(rare, encoding="gb18030"), want=ALL, create=("customers",)
    )
    mixed = delimited(table()[:7]) + delimited(table()[7:], encoding="gbk")
    yield Case("encoding_mixed", mixed, errors=((None, None, "encoding"),))
    yield Case(
        "encoding_bom_lies",
        b"\xef\xbb\xbf" + delimited(table(), encoding="gbk"),
        errors=((None, None, "encoding"),),
    )
    yield Case(
        "encoding_nul_bytes",
        delimited(table()).replace(b"SO260003", b"SO26\x000003"),
        errors=((None, None, "corrupt_file"),),
    )
    yield Case(
        "encoding_latin1_bytes",
        delimited(table()[:3]) + b"\xff\xfe\xff\n",
        errors=((None, None, "encoding"),),
    )
    yield Case(
        "encoding_utf16_odd_byte",
        delimited(table(), encoding="utf-16") + b"\x41",
        errors=((None, None, "encoding"),),
    )
    yield Case(
        "binary_jpeg",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4,
        errors=((None, None, "unsupported_type"),),
    )


def separators() -> Iterator[Case]:
    for name, delimiter in (("tab", "\t"), ("semicolon", ";"), ("pipe", "|"), ("comma", ",")):
        yield accepted(f"delimiter_{name}", delimited(table(), delimiter=delimiter))
        yield accepted(
            f"delimiter_{name}_all_quoted", delimited(table(), delimiter=delimiter, quoting=csv.QUOTE_ALL)
        )
    yield accepted("delimiter_sep_line", b"sep=;\r\n" + delimited(table(), delimiter=";"))
    yield accepted("delimiter_sep_line_comma", b"sep=,\r\n" + delimited(table()))
    yield accepted("tab_named_xls", delimited(table(), delimiter="\t", encoding="gbk"), suffix=".xls")
    yield accepted("csv_named_xlsx", delimited(table()), suffix=".xlsx")
    for name, newline in (("lf", "\n"), ("cr", "\r"), ("crlf", "\r\n")):
        yield accepted(f"newline_{name}", delimited(table(), newline=newline))
    yield accepted(
        "newline_mixed", delimited(table()[:6], newline="\r\n") + delimited(table()[6:], newline="\n")
    )
    yield accepted("no_newline_at_end", delimited(table()).rstrip(b"\r\n"))
    yield accepted("blank_lines_between", delimited(table(), newline="\r\n\r\n"))
    yield accepted("blank_lines_at_end", delimited(table()) + b"\r\n" * 20)
    yield accepted("rows_of_commas", delimited([*table()[:4], [""] * 9, *table()[4:], [""] * 9]))
    yield accepted("trailing_delimiter", delimited([[*row, ""] for row in table()]))
    yield accepted(
        "trailing_delimiter_in_rows_only", delimited([table()[0], *([*row, ""] for row in rows())])
    )
    yield accepted("empty_columns_between", delimited([[*row[:3], "", "", *row[3:]] for row in table()]))
    yield accepted("empty_first_column", delimited([["", *row] for row in table()]))
    yield accepted("eof_mark_of_dos", delimited(table()) + b"\x1a")
    newlines = changed("客户", {4: "北方\r\n商行"})
    yield Case("newline_in_a_cell", delimited(newlines), want=ALL, create=("customers",))
    newlines = changed("客户", {4: "北方\r\n商行"})
    newlines[8][6] = "7件"
    yield Case(
        "row_counts_records",
        delimited(newlines),
        errors=((9, "数量", "not_a_number"),),
        create=("customers",),
    )
    quotes = changed("客户", {4: '北方"老"字号,商行;一店'})
    yield Case("quotes_and_delimiters_in_a_cell", delimited(quotes), want=ALL, create=("customers",))


def reports() -> Iterator[Case]:
    yield accepted(
        "titles_above", delimited([TITLE, ["导出时间：2026-02-01 10:00", "制表人：李"], [], *table()])
    )
    yield accepted("titles_above_padded", delimited([TITLE + [""] * 8, [""] * 9, *table()]))
    yield accepted("total_at_end", delimited([*table(), TOTAL_ROW]), notice="1 行合计")
    yield accepted(
        "total_in_the_middle",
        delimited([*table()[:6], ["本页小计", *TOTAL_ROW[1:]], *table()[6:], TOTAL_ROW]),
        notice="2 行合计",
    )
    for word in ("合 计", "总计：", "小计", "累计", "Total", "Grand Total", "合計", "本月合计", "合计（元）"):
        yield accepted(f"total_word_{word}", delimited([*table(), [word, *TOTAL_ROW[1:]]]), notice="1 行合计")
    yield accepted(
        "total_in_another_column", delimited([*table(), ["", "", "合计", *TOTAL_ROW[3:]]]), notice="1 行合计"
    )
    group = [*rows()[0][:3], "小计", *rows()[0][4:]]
    yield Case(
        "subtotal_with_repeated_keys",
        delimited([*table()[:2], group, *table()[2:]]),
        want=ALL,
        notice="1 行合计",
        create=("products",),
    )
    yield accepted(
        "total_short_line",
        delimited(table()) + f"合计,{ALL.amount_fen / 100:.2f}\r\n".encode(),
        notice="1 行合计",
    )
    yield accepted(
        "header_on_every_page",
        delimited([*table()[:5], list(HEADER), *table()[5:9], list(HEADER), *table()[9:]]),
        notice="2 行重复的表头",
    )
    page = [TITLE + [""] * 8, list(HEADER)]
    paged = [TITLE, *table()[:6], *page, *table()[6:]]
    yield accepted("title_and_header_on_every_page", delimited(paged), notice="1 行重复的表头")
    foot = ["制单人：王芳", "", "审核：", "", "", "", "", "", ""]
    yield accepted("footer_signatures", delimited([*table(), TOTAL_ROW, foot]), notice="1 行标题、页脚或说明")
    yield accepted(
        "footer_short_line",
        delimited(table()) + "打印时间：2026-02-01\r\n第 1 页 共 3 页\r\n".encode(),
        notice="2 行标题、页脚或说明",
    )
    yield accepted(
        "page_number_between",
        delimited([*table()[:7], ["第 1 页，共 2 页", *[""] * 8], *table()[7:]]),
        notice="1 行标题",
    )
    yield accepted(
        "note_at_end",
        delimited([*table(), ["以上数据由系统自动生成，仅供内部参考", *[""] * 8]]),
        notice="1 行标题",
    )
    yield accepted(
        "rule_of_dashes", delimited([*table(), ["-----------------"] * 3 + [""] * 6]), notice="1 行标题"
    )


def headings() -> Iterator[Case]:
    """Headers of two rows, rows around the header, headers of other systems."""
    upper = ["订单信息", "", "", "", "归属", "", "销售", "", ""]
    yield accepted("groups_above_the_header", delimited([upper, *table()]))
    upper = ["订单号", "日期", "客户", "产品", "归属", "", "销售", "", ""]
    lower = ["", "", "", "", "区域", "业务员", "数量", "单价", "金额"]
    yield accepted("header_of_two_rows", delimited([upper, lower, *rows()]))
    units = ["", "", "", "", "", "", "箱", "元", "元"]
    yield accepted("row_of_units_under_the_header", delimited([list(HEADER), units, *rows()]))
    words = ["order_no", "date", "customer", "product", "region", "salesperson", "qty", "price", "amount"]
    yield accepted("row_of_field_names_under_the_header", delimited([list(HEADER), words, *rows()]))
    filters = ["区域", "华东", "华北", *[""] * 6]
    yield accepted("row_of_filters_above_the_header", delimited([filters, *table()]))
    second = [*table()[:7], [""] * 9, ["退货明细", *[""] * 8], *table()[:1], *table()[7:]]
    yield Case("second_table_with_another_title", delimited(second), errors=((9, "金额", "required"),))
    tax = [[*row, row[-1]] for row in rows()]
    upper, lower = [*HEADER[:8], "金额", ""], [""] * 8 + ["含税", "不含税"]
    yield Case(
        "header_of_two_rows_two_amounts",
        delimited([upper, lower, *tax]),
        errors=((2, "金额(含税)", "ambiguous_header"),),
        answers={"column:amount_fen": "金额(含税)"},
        want=ALL,
    )
    yield accepted("columns_in_another_order", delimited([list(reversed(row)) for row in table()]))
    yield accepted(
        "columns_nobody_needs",
        delimited([["序号", *table()[0], "备注"], *([str(n), *row, "好"] for n, row in enumerate(rows()))]),
    )


def other_names() -> Iterator[Case]:
    """The headers of other systems."""
    for name, header in {
        "kingdee": (
            "单据编号",
            "日期",
            "购货单位",
            "产品名称",
            "销售区域",
            "业务员",
            "数量",
            "含税单价",
            "价税合计",
        ),
        "yonyou": (
            "订单编号",
            "订单日期",
            "客户名称",
            "存货名称",
            "地区",
            "业务员",
            "数量",
            "含税单价",
            "价税合计",
        ),
        "english": (
            "Order No.",
            "Order Date",
            "Customer",
            "Product",
            "Region",
            "Sales Rep",
            "Qty",
            "Unit Price",
            "Amount",
        ),
        "starred": (
            "*订单号",
            "日期*",
            "客户 ",
            " 产品",
            "区域：",
            "业务员（必填）",
            "数量(件)",
            "单价(元)",
            "金额（元）",
        ),
        "fullwidth": (
            "订单號",
            "日　期",
            "客 户",
            "产\u200b品",
            "区\u00a0域",
            "业务员",
            "数量",
            "单价",
            "金额",
        ),
    }.items():
        yield accepted(f"headers_{name}", delimited(table(header=header)))


def broken() -> Iterator[Case]:
    yield Case("empty", b"", errors=((None, None, "empty_file"),))
    yield Case("only_blank_lines", b"\r\n\r\n ,,\r\n", errors=((None, None, "empty_file"),))
    yield Case("only_a_mark", b"\xef\xbb\xbf", errors=((None, None, "empty_file"),))
    yield Case("only_header", delimited([list(HEADER)]), errors=((None, None, "empty_file"),))
    yield Case(
        "only_header_and_total", delimited([list(HEADER), TOTAL_ROW]), errors=((None, None, "empty_file"),)
    )
    yield Case(
        "no_header",
        delimited(rows()),
        errors=((1, "订单号", "missing_column"), (1, "金额", "missing_column")),
    )
    yield Case(
        "no_amount_column", delimited([row[:8] for row in table()]), errors=((1, "金额", "missing_column"),)
    )
    yield Case(
        "amount_twice",
        delimited([[*row, row[8]] for row in table()]),
        errors=((1, "金额", "duplicate_header"),),
    )
    yield Case(
        "two_amounts",
        delimited([[*table()[0], "销售额"], *([*row, "1"] for row in rows())]),
        errors=((1, "金额", "ambiguous_header"),),
        answers={"column:amount_fen": "金额"},
        want=ALL,
    )
    yield Case(
        "two_dates",
        delimited([[*table()[0], "下单日期"], *([*row, "2026-01-01"] for row in rows())]),
        errors=((1, "日期", "ambiguous_header"),),
        answers={"column:ordered_on": "日期"},
        want=ALL,
    )
    yield Case(
        "header_far_below",
        delimited([["说明", str(n)] for n in range(100)] + table()),
        errors=((1, "订单号", "missing_column"),),
    )
    short, long = table(), table()
    short[5], long[5] = short[5][:7], [*long[5], "多", "余"]
    rest = [line for number, line in enumerate(LINES) if number != 4]
    yield Case("row_too_short", delimited(short), errors=((6, None, "too_few_fields"),), partial=totals(rest))
    yield Case("row_too_long", delimited(long), errors=((6, None, "too_many_fields"),), partial=totals(rest))
    unquoted = delimited(table()).replace("广州白云批发行".encode(), "广州,白云批发行".encode(), 1)
    yield Case("comma_unquoted", unquoted, errors=((4, None, "too_many_fields"),))
    yield Case(
        "quote_never_closed",
        delimited(table()).replace("苏州恒丰".encode(), '"苏州恒丰'.encode(), 1),
        errors=((3, None, "too_few_fields"),),
    )
    yield Case(
        "cut_in_a_character",
        delimited(table())[: -(len(",华北-北京,孙佳怡,80,1.60,128.00\r\n".encode()) - 2)],
        errors=(),
    )
    yield Case(
        "too_many_columns",
        delimited([[*row, *["x"] * 70_000] for row in table()[:2]]),
        errors=((None, None, "too_many_columns"),),
    )
    huge = changed("客户", {3: "客" * 200_000})
    yield Case(
        "cell_of_200000_characters",
        delimited(huge),
        errors=((3, "客户", "out_of_range"),),
        create=("customers",),
    )


def other_types() -> Iterator[Case]:
    """Files that are something else, and a file full of errors."""
    yield Case(
        "html_named_xls",
        b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        ".xls",
        errors=((None, None, "unsupported_type"),),
    )
    yield Case(
        "html_fragment_named_xls",
        "\r\n<style>td{}</style><table border=1><tr><td>订单号</td></tr></table>".encode("gbk"),
        ".xls",
        errors=((None, None, "unsupported_type"),),
    )
    yield Case(
        "xml_spreadsheet_named_xls",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        ".xls",
        errors=((None, None, "unsupported_type"),),
    )
    yield Case(
        "mhtml_named_xls",
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n',
        ".xls",
        errors=((None, None, "unsupported_type"),),
    )
    yield Case("json_file", b'[{"order": 1, "amount": 2}]', errors=((None, None, "unsupported_type"),))
    yield Case("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", errors=((None, None, "unsupported_type"),))
    yield Case("rtf", b"{\\rtf1\\ansi order}", errors=((None, None, "unsupported_type"),))
    yield Case("gzip", b"\x1f\x8b\x08\x00" + bytes(20), errors=((None, None, "unsupported_type"),))
    yield Case("rar", b"Rar!\x1a\x07\x01\x00" + bytes(20), errors=((None, None, "unsupported_type"),))
    more = [Line(f"SO27{n:04d}", "2026-01-09", "华东-上海", 0, 1) for n in range(1500)]
    bad = [[*line.row()[:6], "坏", *line.row()[7:]] for line in more]
    yield Case(
        "1500_errors",
        delimited([list(HEADER), *bad]),
        errors=tuple((n + 2, "数量", "not_a_number") for n in range(1500)),
    )
