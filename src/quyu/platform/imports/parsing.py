"""From text to typed columns, one distinct text at a time; what cannot be read becomes an error of its rows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.platform.fields.values import listed
from quyu.platform.imports import headers
from quyu.platform.imports.dates import EPOCH_1900, ORDERS, parse_dates
from quyu.platform.imports.kinds import Column, ImportKind, Parsed, Question, RowError
from quyu.platform.imports.noise import without_noise
from quyu.platform.imports.numbers import Numbers, parse_numbers, parse_rates
from quyu.platform.imports.questions import ORDER, UNIT, order_label, which_order, which_unit
from quyu.platform.imports.sheet import Sheet, codes

DIGITS = {"amount": 2, "quantity": 3, "integer": 0, "price": 6, "decimal": 6}
DAMAGED_NUMBER = r"^\d(\.\d+)?[Ee]\+\d+$"
TRUE_WORDS, FALSE_WORDS = ("是", "true", "yes", "1", "y", "√"), ("否", "false", "no", "0", "n", "×")
MAX_TEXT = 500
COUNTED = frozenset({"amount", "quantity", "integer", "decimal"})
MONEY = frozenset({"amount", "price"})
ONE = Decimal(1)
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Typed:
    """Values by distinct text, and the faults by distinct text."""

    values: pa.Array
    faults: Mapping[int, str]
    notices: tuple[str, ...] = ()
    question: Question | None = None
    refusal: str = ""
    """Why the column as a whole cannot be taken."""


@dataclass(frozen=True)
class ParseResult:
    parsed: Parsed
    errors: tuple[RowError, ...]
    notices: tuple[str, ...]
    questions: tuple[Question, ...] = ()


def parse(
    sheet: Sheet, mapping: Mapping[str, str], kind: ImportKind, answers: Mapping[str, str]
) -> ParseResult:
    """Typed rows without a fault, and the errors of the others. `mapping` is column -> header text."""
    sheet, notices = without_noise(sheet, mapping, kind)
    sheet = replace(sheet, errors=(*_used(sheet, mapping), *_merged(sheet, mapping, kind)))
    faulty = np.isin(sheet.rows, np.fromiter({error.row or 0 for error in sheet.errors}, np.int64))
    errors = list(sheet.errors)
    columns, raw, questions = {}, {}, []
    for name, header in mapping.items():
        column, texts = kind.column(name), sheet.columns[sheet.headers.index(header)]
        typed = _typed(sheet, column, header, _unmarked(column, texts.dictionary), answers)
        row_codes = codes(texts)
        notices += [notice.replace("{header}", header) for notice in typed.notices]
        errors += _errors(sheet, column, header, texts, row_codes, typed.faults, faulty)
        if typed.refusal:
            errors.append(RowError(sheet.header_row, header, "ambiguous_header", header, typed.refusal))
        questions += [typed.question] if typed.question else []
        columns[name] = typed.values.take(texts.indices)
        raw[name] = texts
    parsed = Parsed(pa.table(columns), sheet.rows, dict(mapping), pa.table(raw))
    errors += _alternatives(parsed, kind, sheet)
    bad = {error.row for error in errors if error.row is not None}
    return ParseResult(
        parsed.without(bad), tuple(sorted(errors, key=_place)), tuple(notices), tuple(questions)
    )


def _used(sheet: Sheet, mapping: Mapping[str, str]) -> list[RowError]:
    """The faults of whole rows and of the columns that are read; an error cell elsewhere does no harm."""
    read = set(mapping.values())
    return [error for error in sheet.errors if error.column is None or error.column in read]


def _merged(sheet: Sheet, mapping: Mapping[str, str], kind: ImportKind) -> list[RowError]:
    """One number over several rows, or one cell over several columns that are read, belongs to nobody."""
    if not sheet.merged:
        return []
    names = {sheet.headers.index(header): name for name, header in mapping.items()}
    rows, errors = set(sheet.rows.tolist()), []
    for top, bottom, left, right in sheet.merged:
        first = next((row for row in range(top, bottom + 1) if row in rows), None)
        covered = [index for index in range(left, right + 1) if index in names]
        if first is None or not covered:
            continue
        is_shared = bottom > top and any(kind.column(names[index]).type in COUNTED for index in covered)
        if is_shared or len(covered) > 1:
            message = _("合并的单元格占了 {rows} 行 {columns} 列，分不清属于哪一格；请取消合并并逐格填写。")
            text = message.format(rows=bottom - top + 1, columns=right - left + 1)
            errors.append(RowError(first, sheet.headers[covered[0]], "merged_cell", None, text))
    return errors


def _place(error: RowError) -> tuple[int, str]:
    return error.row or 0, error.column or ""


def _unmarked(column: Column, texts: pa.Array) -> pa.Array:
    """The texts, blank where they are the mark of blanking."""
    if not column.blank_mark:
        return texts
    return pc.if_else(pc.equal(texts, column.blank_mark), pa.scalar("", texts.type), texts)


def _typed(sheet: Sheet, column: Column, header: str, texts: pa.Array, answers: Mapping[str, str]) -> Typed:
    blank = pc.equal(texts, "")
    if column.type == "date":
        return _dates(sheet, column, header, texts, answers)
    if column.type in MONEY:
        return _money(sheet, column, header, texts, answers)
    if column.type in DIGITS:
        factor = headers.multiple(header) if column.type == "quantity" else ONE
        read = parse_numbers(texts, DIGITS[column.type], factor=factor)
        if column.type == "integer":
            read = _whole(read)
        return _numbers(read, blank, is_rounding_told=column.type == "quantity")
    if column.type == "rate":
        return _numbers(parse_rates(texts), blank, is_rounding_told=False)
    if column.type == "boolean":
        return _booleans(texts)
    if column.type == "choice":
        return _choices(column, texts)
    damaged = np.flatnonzero(pc.match_substring_regex(texts, DAMAGED_NUMBER).to_numpy(zero_copy_only=False))
    long = np.flatnonzero(pc.greater(pc.utf8_length(texts), MAX_TEXT).to_numpy(zero_copy_only=False))
    faults = dict.fromkeys(damaged.tolist(), "precision_lost") | dict.fromkeys(long.tolist(), "out_of_range")
    return Typed(_dictionary(texts, blank), faults)


def _money(sheet: Sheet, column: Column, header: str, texts: pa.Array, answers: Mapping[str, str]) -> Typed:
    """Amounts and prices in the unit of their header, or the one a person named; in yuan when nobody says."""
    answer = answers.get(f"{UNIT}{column.name}", "")
    unit = answer if answer in headers.UNITS else headers.unit(header)
    factor = headers.UNITS.get(unit, ONE)
    read = parse_numbers(texts, DIGITS[column.type], factor=factor)
    typed = _numbers(read, pc.equal(texts, ""), is_rounding_told=column.type == "amount")
    if unit == headers.FOREIGN:
        return replace(typed, refusal=_("“{header}”是外币，请换算成人民币后再导入。").format(header=header))
    if factor != 1:
        told = _("“{header}”的单位是{unit}，已换算成元。").format(header=header, unit=unit)
        typed = replace(typed, notices=(told, *typed.notices))
    above = headers.title_unit([text for row in sheet.above for text in row])
    if unit or above in ("", "元") or column.type != "amount":
        return typed
    why = _("表头上方写着单位是{unit}，列名没有写。").format(unit=above)
    return replace(typed, refusal=why, question=which_unit(column, header, (above, "元"), why))


def _whole(read: Numbers) -> Numbers:
    """A count is whole: what would be rounded is a fault."""
    return replace(
        read, faults=dict.fromkeys(np.flatnonzero(read.rounded).tolist(), "not_a_number") | read.faults
    )


def _dates(sheet: Sheet, column: Column, header: str, texts: pa.Array, answers: Mapping[str, str]) -> Typed:
    answer = next((order for order in ORDERS if answers.get(f"{ORDER}{column.name}") == order), None)
    words = texts.to_pylist()
    is_settled = sheet.epoch is None or not any(ISO_DAY.match(word) for word in words)
    read = parse_dates(words, answer, epoch=sheet.epoch or EPOCH_1900, is_settled=is_settled)
    notices = []
    if read.order and not answer:
        notices.append(_("“{header}”按 {order} 读取。").format(header=header, order=order_label(read.order)))
    if read.serials:
        notices.append(_("“{header}”中的数字按表格软件的日期序号读取。").format(header=header))
    asks = read.orders and read.order is None
    question = which_order(column, header, read.orders, read.example) if asks else None
    return Typed(pa.array(read.values, pa.date32()), read.faults, tuple(notices), question)


def _numbers(read: Numbers, blank: pa.Array, *, is_rounding_told: bool) -> Typed:
    notices = []
    if is_rounding_told and read.rounded.any():
        notices.append(_("“{header}”中有小数位过多的数，已四舍五入。"))
    missing = np.asarray(blank.to_numpy(zero_copy_only=False), dtype=bool)
    return Typed(pa.array(read.values, mask=missing), read.faults, tuple(notices))


def _booleans(texts: pa.Array) -> Typed:
    words = [text.lower() for text in texts.to_pylist()]
    values = [True if word in TRUE_WORDS else False if word in FALSE_WORDS else None for word in words]
    faults = {i: "not_a_boolean" for i, word in enumerate(words) if word and values[i] is None}
    return Typed(pa.array(values, pa.bool_()), faults)


def _choices(column: Column, texts: pa.Array) -> Typed:
    """A choice may be written as its code or its label."""
    known = {headers.key(word): code for word, code in column.choices.items()}
    known |= {headers.key(code): code for code in column.choices.values()}
    values = [known.get(headers.key(text)) for text in texts.to_pylist()]
    faults = {i: "unknown_choice" for i, text in enumerate(texts.to_pylist()) if text and values[i] is None}
    return Typed(pa.array(values, pa.string()), faults)


def _dictionary(texts: pa.Array, blank: pa.Array) -> pa.DictionaryArray:
    indices = pa.array(
        np.arange(len(texts), dtype=np.int32), mask=np.asarray(blank.to_numpy(zero_copy_only=False))
    )
    return pa.DictionaryArray.from_arrays(indices, texts)


def _errors(
    sheet: Sheet,
    column: Column,
    header: str,
    texts: pa.DictionaryArray,
    row_codes: NDArray[np.int32],
    faults: Mapping[int, str],
    skip: NDArray[np.bool_],
) -> list[RowError]:
    """An error for every row whose text has a fault or is blank though required."""
    by_text = dict(faults)
    if column.required:
        by_text |= {
            int(i): "required"
            for i in np.flatnonzero(pc.equal(texts.dictionary, "").to_numpy(zero_copy_only=False))
        }
    if not by_text:
        return []
    wrong = np.isin(row_codes, np.fromiter(by_text, np.int64, len(by_text))) & ~skip
    said: dict[int, tuple[str | None, str]] = {}
    for place in np.unique(row_codes[wrong]).tolist():
        value = texts.dictionary[place].as_py() or None
        said[place] = value, message(by_text[place], column, value)
    rows, places = sheet.rows[wrong].tolist(), row_codes[wrong].tolist()
    return [
        RowError(row, header, by_text[place], *said[place]) for row, place in zip(rows, places, strict=True)
    ]


def _alternatives(parsed: Parsed, kind: ImportKind, sheet: Sheet) -> list[RowError]:
    """Rows in which every column of a group is blank."""
    errors = []
    for group in kind.alternatives:
        present = [name for name in group if name in parsed.table.column_names]
        if not present:
            continue
        blank = np.ones(len(sheet.rows), dtype=bool)
        for name in present:
            blank &= np.asarray(parsed.table[name].is_null().to_numpy(zero_copy_only=False), dtype=bool)
        for index in np.flatnonzero(blank):
            text = message("required", kind.column(present[0]), None)
            errors.append(
                RowError(int(sheet.rows[index]), parsed.headers[present[0]], "required", None, text)
            )
    return errors


def _messages() -> dict[str, Callable[[Column], str]]:
    return {
        "required": lambda column: _("“{label}”不能为空。").format(label=column.label),
        "not_a_number": lambda _column: _("不是数，请写成 1234.56 这样。"),
        "out_of_range": lambda _column: _("超出允许的范围。"),
        "not_a_date": lambda _column: _("不是有效的日期，请写成 2026-03-05 这样。"),
        "ambiguous_date": lambda _column: _("分不清是 日/月/年 还是 月/日/年，请指明或写成 2026-03-05。"),
        "precision_lost": lambda _column: _(
            "编号被表格软件变成了科学计数，原值已丢失；请把该列设为文本后重新导出。"
        ),
        "not_a_boolean": lambda _column: _("请写“是”或“否”。"),
        "unknown_choice": lambda column: _("请从这些中选一个：{options}。").format(
            options=listed(column.choices)
        ),
    }


def message(code: str, column: Column, value: str | None) -> str:
    """What would be right, in the reader's language."""
    return _messages()[code](column) if value is None else f"“{value}” {_messages()[code](column)}"
