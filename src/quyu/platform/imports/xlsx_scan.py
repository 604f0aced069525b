"""The cells of a piece of worksheet XML, found in one pass over its bytes by compiled code.

A piece begins and ends between rows and holds no comment, CDATA section or declaration (the caller makes
sure), so that every `<` begins a tag. The scan gives, cell by cell, the place, the kind, the style and where
its text lies in the piece; nothing is converted here, so nothing can be rounded.
"""

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.compiled import compiled

NUMBER, SHARED, TEXT, BOOLEAN, ERROR, ISO_DATE, RICH, BLANK = range(8)
LESS, GREATER, SLASH, SPACE = 60, 62, 47, 32
LAST_ROW, LAST_COLUMN = 1_048_576, 16_383
SPOILT = -1
"""The number of cells of a piece whose rows or cells are not in order, or whose tags do not close."""


@compiled
def _find(data: NDArray[np.uint8], at: int, end: int, byte: int) -> int:
    while at < end and data[at] != byte:
        at += 1
    return at


@compiled
def _name_start(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Behind the prefix of the name at `at`, if it has one."""
    place = at
    while place < end:
        byte = data[place]
        if byte == 58:  # :
            return place + 1
        if byte == 32 or byte == 62 or byte == 47 or byte == 9 or byte == 10 or byte == 13:
            return at
        place += 1
    return at


@compiled
def _name_is(data: NDArray[np.uint8], at: int, end: int, first: int, second: int) -> bool:
    """Whether the name at `at` is that one letter, or those two (`second` 0 for none)."""
    if at >= end or data[at] != first:
        return False
    at += 1
    if second:
        if at >= end or data[at] != second:
            return False
        at += 1
    return at < end and (data[at] in (32, 62, 47, 9, 10, 13))


@compiled
def _name_is_row(data: NDArray[np.uint8], at: int, end: int) -> bool:
    return at + 3 < end and data[at] == 114 and _name_is(data, at + 1, end, 111, 119)


@compiled
def _whole(data: NDArray[np.uint8], at: int, end: int) -> int:
    """The digits there as a number; -1 when there is anything else."""
    if at >= end or end - at > 9:
        return -1
    number = 0
    while at < end:
        digit = int(data[at]) - 48
        if digit < 0 or digit > 9:
            return -1
        number = number * 10 + digit
        at += 1
    return number


@compiled
def _kind(data: NDArray[np.uint8], at: int, end: int) -> int:
    """What the attribute `t` says a cell holds: n s b e str inlineStr d."""
    length, first = end - at, data[at] if end > at else 0
    if length == 1:
        if first == 115:
            return SHARED
        if first == 98:
            return BOOLEAN
        if first == 101:
            return ERROR
        if first == 100:
            return ISO_DATE
        return NUMBER
    return TEXT


@compiled
def _attributes(
    data: NDArray[np.uint8], at: int, end: int, is_row: bool
) -> tuple[int, int, int, int, int, bool]:
    """Of a `row` or `c` tag whose name ends at `at`: behind it, row, column, kind, style, whether it is empty.

    A row or column that is not stated is -1; one that makes no sense, -2.
    """
    number, place, what, look, is_empty = -1, -1, NUMBER, 0, False
    while at < end and data[at] != GREATER:
        if data[at] <= SPACE or data[at] == SLASH:
            is_empty = data[at] == SLASH
            at += 1
            continue
        equals = _find(data, at, end, 61)
        value = equals + 2
        if value >= end or (data[value - 1] != 34 and data[value - 1] != 39):
            return end, -2, -2, what, look, False
        close = _find(data, value, end, data[value - 1])
        letter = data[at] if equals - at == 1 else 0
        if letter == 114 and is_row:  # r="7"
            number = _whole(data, value, close)
            number = -2 if number < 0 else number
        elif letter == 114:  # r="C7"
            digit, place = value, 0
            while digit < close and 65 <= data[digit] <= 90 and place < 100_000:
                place = place * 26 + data[digit] - 64
                digit += 1
            number = _whole(data, digit, close)
            place = place - 1 if place > 0 and number > 0 else -2
        elif letter == 116:
            what = _kind(data, value, close)
        elif letter == 115:
            look = max(_whole(data, value, close), 0)
        at = close + 1
    return at + 1, number, place, what, look, is_empty


@compiled
def _content(data: NDArray[np.uint8], at: int, end: int, what: int) -> tuple[int, int, int, int, int]:
    """Of a cell whose content begins at `at`: behind it, kind, start and end of the text, where the formula begins.

    The place behind is -1 when the cell does not end.
    """
    first, last, formula, runs, inside = 0, 0, -1, 0, -1
    while True:
        at = _find(data, at, end, LESS)
        if at + 1 >= end:
            return -1, what, first, last, formula
        is_closing = data[at + 1] == SLASH
        tag = _name_start(data, at + (2 if is_closing else 1), end)
        close = _find(data, at, end, GREATER)
        is_alone = data[close - 1] == SLASH
        if is_closing and _name_is(data, tag, end, 99, 0):
            return close + 1, what, first, last, formula
        if is_closing:
            if inside >= 0 and _name_is(data, tag, end, 105, 115):  # </is>
                if runs != 1:
                    first, last, what = inside, at, RICH
                inside = -1
        elif _name_is(data, tag, end, 102, 0):  # <f>
            formula = close + 1
        elif is_alone:
            runs += 2 if inside >= 0 and not _name_is(data, tag, end, 116, 0) else 0
        elif _name_is(data, tag, end, 105, 115):  # <is>
            inside, runs, what = close + 1, 0, TEXT
        elif _name_is(data, tag, end, 118, 0) or (inside >= 0 and _name_is(data, tag, end, 116, 0)):
            first, last, runs = close + 1, _find(data, close, end, LESS), runs + 1
        elif inside >= 0:
            runs += 2
        at = close + 1


@compiled
def scan(
    data: NDArray[np.uint8],
    last_row: int,
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    kind: NDArray[np.uint8],
    style: NDArray[np.int32],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    formula: NDArray[np.int64],
) -> tuple[int, int]:
    """Fill the arrays with the cells of `data` that say something; their number (or SPOILT) and the last row seen.

    Rows are counted from 1, columns from 0. `formula` is where a formula begins, -1 for none. The text of a
    RICH cell is its XML.
    """
    end, at, count, current, next_column = len(data), 0, 0, last_row, 0
    while True:
        at = _find(data, at, end, LESS) + 1
        if at >= end:
            return count, current
        name = _name_start(data, at, end)
        is_row = _name_is_row(data, name, end)
        if data[at] == SLASH or not (is_row or _name_is(data, name, end, 99, 0)):
            continue
        at, number, place, what, look, is_empty = _attributes(data, name + (3 if is_row else 1), end, is_row)
        if is_row:
            number = current + 1 if number == -1 else number
            if number <= current or number > LAST_ROW:
                return SPOILT, current
            current, next_column = number, 0
            continue
        if place >= 0 and number != current:
            return SPOILT, current
        place = next_column if place == -1 else place
        if place < next_column or place > LAST_COLUMN or current == 0:
            return SPOILT, current
        next_column = place + 1
        if is_empty:
            continue
        at, what, first, last, formula_at = _content(data, at, end, what)
        if at < 0:
            return SPOILT, current
        if first == last and what != ERROR:
            if formula_at < 0 or what == TEXT:
                continue
            what = BLANK
        row[count], column[count], kind[count], style[count] = current, place, what, look
        start[count], stop[count], formula[count] = first, last, formula_at
        count += 1


@compiled
def scan_strings(
    data: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64], rich: NDArray[np.bool_]
) -> int:
    """Fill the arrays with the shared texts (`si`) of `data`; return their number. A rich one is its XML."""
    end, at, count, runs, first, last, inside = len(data), 0, 0, 0, 0, 0, -1
    while True:
        at = _find(data, at, end, LESS) + 1
        if at >= end:
            return count
        is_closing = data[at] == SLASH
        name = _name_start(data, at + (1 if is_closing else 0), end)
        close = _find(data, at, end, GREATER)
        is_alone = data[close - 1] == SLASH
        if _name_is(data, name, end, 115, 105):  # si
            if is_closing or is_alone:
                rich[count] = runs > 1
                start[count], stop[count] = (inside, at - 1) if runs > 1 else (first, last)
                count += 1
            runs, first, last, inside = 0, 0, 0, close + 1
        elif not is_closing and _name_is(data, name, end, 116, 0):
            if not is_alone:
                first, last = close + 1, _find(data, close, end, LESS)
                runs += 1
        elif not is_closing:
            runs += 2
        at = close


@compiled
def copy(
    data: NDArray[np.uint8],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    offsets: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """Put the spans one behind the other; `offsets` says where each begins."""
    for index in range(len(start)):
        at = offsets[index]
        for place in range(start[index], stop[index]):
            out[at] = data[place]
            at += 1


@compiled
def whole_numbers(
    data: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64], out: NDArray[np.int64]
) -> None:
    """The spans as whole numbers; -1 where one is anything else."""
    for index in range(len(start)):
        out[index] = _whole(data, start[index], stop[index])
