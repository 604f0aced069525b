"""Headers of two rows: 金额 over 含税 and 不含税, names merged over both rows beside names under a group."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from quyu.platform.imports import headers
from quyu.platform.imports.kinds import ImportKind
from quyu.platform.imports.sheet import Sheet

FEWEST = 2
_UNIT = re.compile(
    r"[(]?(人民币)?(十万|百万|千万|万|千|百)?(元|角|分|箱|件|个|瓶|袋|盒|包|条|桶|支|台|套|吨|公斤|千克|斤|克|升|kg|g|t|l|pcs|%|美元|usd|cny|rmb)[)]?"
)


def unfolded(sheet: Sheet, kind: ImportKind) -> Sheet:
    """The sheet with one name for each column, joined from the row below or above the header where there is one."""
    words = {headers.key(word) for column in kind.columns for word in column.words}
    below = _first_row(sheet)
    if below and _is_below(sheet.headers, below, words):
        return _without_first(sheet, _joined(sheet.headers, below, words))
    if below and _are_units(sheet.headers, below):
        names = [
            f"{top}({unit})" if unit and top else top for top, unit in zip(sheet.headers, below, strict=True)
        ]
        return _without_first(sheet, tuple(names))
    if below and _are_aliases(sheet.headers, below, kind):
        return _without_first(sheet, sheet.headers)
    upper = sheet.above[-1] if sheet.above else ()
    has_digits = any(re.search(r"\d", text) for text in upper)
    if any(headers.key(text) in words for text in upper) and not has_digits:
        above = [*upper, *[""] * (len(sheet.headers) - len(upper))]
        if any(top and not low for top, low in zip(above, sheet.headers, strict=False)) or _has_groups(above):
            return replace(sheet, headers=_joined(above, sheet.headers, words))
    return sheet


def _without_first(sheet: Sheet, names: tuple[str, ...]) -> Sheet:
    """The sheet whose header ends with what was taken for its first row."""
    return replace(
        sheet.filter(np.arange(len(sheet.rows)) > 0),
        headers=names,
        header_row=int(sheet.rows[0]),
        above=(*sheet.above, sheet.headers),
    )


def _are_units(top: Sequence[str], below: Sequence[str]) -> bool:
    """A row of units under the names: 元, 万元, 箱; nothing else, and only under names."""
    texts = [text for text in below if text]
    return len(texts) >= FEWEST and all(
        not unit or (name and _UNIT.fullmatch(headers.plain(unit)))
        for name, unit in zip(top, below, strict=True)
    )


def _are_aliases(top: Sequence[str], below: Sequence[str], kind: ImportKind) -> bool:
    """The same columns named once more, in the words of a program: order_no under 订单号."""
    meanings = [{headers.key(word) for word in column.words} for column in kind.columns]
    pairs = [(headers.key(a), headers.key(b)) for a, b in zip(top, below, strict=True) if b]
    same = [any(a in words and b in words for words in meanings) for a, b in pairs]
    return len(same) >= FEWEST and all(same)


def _first_row(sheet: Sheet) -> tuple[str, ...]:
    """The row right under the header."""
    if len(sheet.rows) == 0 or int(sheet.rows[0]) != sheet.header_row + 1:
        return ()
    return tuple(column[0].as_py() for column in sheet.columns)


def _is_below(top: Sequence[str], below: Sequence[str], words: set[str]) -> bool:
    """A second row of names: no digits, known names, and nothing but names under groups or the name again."""
    texts = [text for text in below if text]
    if len(texts) < FEWEST or any(re.search(r"\d", text) for text in texts):
        return False
    named = [i for i, text in enumerate(below) if headers.key(text) in words]
    groups = _groups(top)
    fits = all(
        not text or text == top[i] or not top[i] or groups.count(top[i]) > 1 for i, text in enumerate(below)
    )
    grouped = [i for i, text in enumerate(below) if text and headers.key(groups[i]) in words]
    return fits and bool(named or grouped)


def _groups(top: Sequence[str]) -> list[str]:
    """Every cell of the upper row, a blank one as its neighbour to the left."""
    filled: list[str] = []
    for text in top:
        filled.append(text or (filled[-1] if filled else ""))
    return filled


def _has_groups(top: Sequence[str]) -> bool:
    return any(not text for text in top)


def _joined(top: Sequence[str], below: Sequence[str], words: set[str]) -> tuple[str, ...]:
    """The lower name where it says enough, else the upper one with the lower in brackets."""
    groups = _groups(top)
    names = []
    for index, low in enumerate(below):
        group = groups[index] if index < len(groups) else ""
        own = top[index] if index < len(top) else ""
        if not low:
            names.append(headers.clean(own))
        elif headers.key(low) in words or not group or headers.key(group) not in words or low == group:
            names.append(headers.clean(low))
        else:
            names.append(f"{headers.clean(group)}({headers.clean(low)})")
    return tuple(names)
