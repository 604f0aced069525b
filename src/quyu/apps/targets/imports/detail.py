"""Reading the sheet of further dimensions back: rows by the codes of their leaves, months by those of row 2."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.export_detail import CODE_ROW, DETAIL, FIRST_ROW, dimensions_of

Place = tuple[int, int]
"""Row as the file shows it, and column."""


def is_detail(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet is one of these."""
    return len(rows) > CODE_ROW and bool(rows[CODE_ROW]) and str(rows[CODE_ROW][0]).startswith(f"{DETAIL}:")


def nodes(
    rows: Sequence[Sequence[Any]], axes: Axes
) -> Iterator[tuple[Place, Node, object] | tuple[Place, str, str, str]]:
    """(place, node, what stands there) for every filled amount, or (place, text, code, message) of a fault."""
    columns = {
        str(text).removeprefix(f"{DETAIL}:"): place for place, text in enumerate(rows[CODE_ROW]) if text
    }
    wanted = dimensions_of(axes)
    if missing := [code for code in wanted if code not in columns]:
        yield (CODE_ROW + 1, 0), ", ".join(missing), "missing_column", _("缺少维度的编码列。")
        return
    months = {code: columns[code] for code in axes.months if code in columns}
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows[FIRST_ROW:], start=FIRST_ROW + 1):
        codes = tuple(_text(row, columns[code]) for code in wanted)
        if not all(codes):
            continue
        fault = _fault(axes, wanted, codes, seen)
        if fault is not None:
            yield (number, 0), " · ".join(codes), *fault
            continue
        seen[codes] = number
        for month, place in months.items():
            value = row[place] if place < len(row) else ""
            if value is not None and str(value).strip():
                yield (number, place), axes.node([codes[0], month, *codes[1:]]), value


def _text(row: Sequence[Any], place: int) -> str:
    return str(row[place]).strip() if place < len(row) else ""


def _fault(
    axes: Axes, wanted: Sequence[str], codes: tuple[str, ...], seen: dict[tuple[str, ...], int]
) -> tuple[str, str] | None:
    for dimension, code in zip(wanted, codes, strict=True):
        if code not in axes.dimension(dimension).ranges:
            return "unknown_node", _("目标版本中没有“%(code)s”。") % {"code": code}
    if codes in seen:
        return "duplicate_line", _("与第 %(row)s 行重复。") % {"row": seen[codes]}
    return None


def column_name(place: int) -> str:
    return str(xl_col_to_name(place))
