"""A workbook to fill in: the columns of a kind on the first sheet, what each of them means on the second."""

from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter
from django.utils.translation import gettext as _

from quyu.platform.fields.values import listed
from quyu.platform.files.spreadsheet import NAME_LIMIT, OPTIONS
from quyu.platform.imports.kinds import Column, ImportKind

FILLED_ROWS = 2_000
LIST_LIMIT = 255
SYNONYMS_SHOWN = 6
SHOWN_COLUMNS = 8
EXAMPLES = {
    "order_no": "SO20260305-001", "line_no": "1", "customer_code": "C00001", "customer_name": "苏果超市新街口店",
    "product_code": "P0001", "product_name": "乌龙茶 500ml", "line_name": "茶饮料", "category": "无糖茶",
    "channel_code": "流通", "salesperson_code": "E0012", "region_name": "华东大区", "territory_name": "苏南",
    "province": "江苏省", "city": "南京市", "county": "玄武区", "address": "江苏省南京市玄武区中山路 1 号",
    "code": "A0001", "phone": "13800001234", "email": "wang@example.com", "contact": "王敏",
    "id_number": "110101199001011237", "unit": "320102", "channel": "流通", "line": "茶饮料",
}  # fmt: skip


@dataclass(frozen=True)
class Guide:
    """A kind as the upload page explains it: what a file needs, and one row of such a file."""

    id: str
    label: str
    needed: tuple[str, ...]
    headers: tuple[str, ...]
    examples: tuple[str, ...]


def guide(kind: ImportKind) -> Guide:
    """What the upload page says about a kind; the columns a file needs come first."""
    needs = [str(column.label) for column in kind.columns if column.required]
    needs += [
        _("{labels}之一").format(labels=listed([kind.column(n).label for n in g])) for g in kind.alternatives
    ]
    columns = sorted(kind.columns, key=lambda column: not _is_needed(kind, column))[:SHOWN_COLUMNS]
    labels = tuple(str(column.label) for column in columns)
    return Guide(kind.id, str(kind.label), tuple(needs), labels, tuple(example(column) for column in columns))


def book(kind: ImportKind) -> IO[bytes]:
    """An open temporary file, at its start; whoever takes it closes it."""
    file = TemporaryFile()  # noqa: SIM115
    with xlsxwriter.Workbook(file, OPTIONS) as workbook:
        _to_fill(workbook, kind)
        _explained(workbook, kind)
    file.seek(0)
    return file


def _to_fill(workbook: xlsxwriter.Workbook, kind: ImportKind) -> None:
    """Headers, the required ones dark; lists to pick from where only some words are right."""
    required = workbook.add_format({"bold": True, "bg_color": "#0f766e", "font_color": "#ffffff"})
    optional = workbook.add_format({"bold": True, "bg_color": "#e2e8f0"})
    plain = workbook.add_format({"num_format": "@"})
    sheet = workbook.add_worksheet(str(kind.label)[:NAME_LIMIT])
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(kind.columns):
        is_text = column.type in ("text", "choice")
        sheet.set_column(index, index, max(12, 2 * len(str(column.label)) + 4), plain if is_text else None)
        words = _words(column)
        if words and len(",".join(words)) < LIST_LIMIT:
            allowed = {"validate": "list", "source": words}
            sheet.data_validation(1, index, FILLED_ROWS, index, allowed)
    for index, column in enumerate(kind.columns):
        sheet.write_string(0, index, str(column.label), required if _is_needed(kind, column) else optional)


def _explained(workbook: xlsxwriter.Workbook, kind: ImportKind) -> None:
    """One line per column: required or not, what to write, an example, other names it answers to."""
    bold = workbook.add_format({"bold": True, "bottom": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet = workbook.add_worksheet(_("填写说明"))
    titles = (_("列名"), _("是否必填"), _("怎么写"), _("例子"), _("也可以叫"))
    for index, (title, width) in enumerate(zip(titles, (16, 22, 48, 24, 60), strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, bold)
    for row, column in enumerate(kind.columns, start=1):
        others = [word for word in dict.fromkeys(map(str, column.synonyms)) if word != str(column.label)]
        told = (
            str(column.label),
            needed(kind, column),
            meaning(column),
            example(column),
            listed(others[:SYNONYMS_SHOWN]),
        )
        for index, text in enumerate(told):
            sheet.write_string(row, index, text, wrapped)


def _is_needed(kind: ImportKind, column: Column) -> bool:
    return column.required or any(column.name in group for group in kind.alternatives)


def needed(kind: ImportKind, column: Column) -> str:
    """Whether a file must have the column, in words."""
    if column.required:
        return _("必填")
    for group in kind.alternatives:
        if column.name in group:
            return _("{labels} 至少填一项").format(labels=listed([kind.column(n).label for n in group]))
    return _("选填，空着不改动原值")


def meaning(column: Column) -> str:
    """What to write into the cells, in words."""
    if words := _words(column):
        return _("从这些中选一个：{words}").format(words=listed(words))
    return {
        "date": _("日期。2026-03-05、2026/3/5、2026年3月5日 都可以"),
        "amount": _("金额，单位元，最多两位小数；表头写“(万元)”时按万元"),
        "quantity": _("数量，退货写负数"),
        "price": _("单价，单位元"),
        "integer": _("整数"),
        "decimal": _("数，可以有小数"),
        "rate": _("比率，写 8% 或 0.08"),
        "text": _("文字"),
    }.get(column.type, _("文字"))


def example(column: Column) -> str:
    """A cell as it could be."""
    if words := _words(column):
        return words[0]
    by_type = {
        "date": "2026-03-05",
        "amount": "1234.50",
        "quantity": "10",
        "price": "123.45",
        "integer": "5",
        "decimal": "1.5",
        "rate": "8%",
    }
    return by_type.get(column.type, EXAMPLES.get(column.name, ""))


def _words(column: Column) -> list[str]:
    """What a cell may say, when only some words are right; one word for each meaning."""
    if column.type == "boolean":
        return [_("是"), _("否")]
    first: dict[str, str] = {}
    for word, code in column.choices.items():
        first.setdefault(code, word)
    return list(first.values())
