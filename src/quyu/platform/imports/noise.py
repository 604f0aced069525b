"""Rows of a printed report that are no data: sums, the header again on every page, titles, signatures, notes.

A row is left out only for what it says, never because it cannot be read, and every row left out is told.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from quyu.platform.fields.values import listed
from quyu.platform.imports import headers
from quyu.platform.imports.kinds import ImportKind
from quyu.platform.imports.sheet import Sheet, codes, is_blank

Mask = NDArray[np.bool_]
SUM = r"(合\s*[计計]|小\s*[计計]|[总總]\s*[计計])"
TOTAL_WORDS = rf"^(?i:.{{0,20}}({SUM}|累\s*[计計]|[汇匯][总總]|平均)[^\w]*|{SUM}\s*[(（:：].{{0,40}}|(grand |sub[- ]?)?totals?\b.*)$"
PLAIN_SUM = rf"^(?i:.{{0,20}}{SUM}[:：]?|(grand |sub[- ]?)?totals?:?)$"
NOTE = re.compile(
    r"(制单|制表|审核|复核|核对|批准|打印|填表|填报|经办|开票人|负责人|主管|会计|出纳|签字|签名|盖章|备注|附注|注|说明|提示|导出|查询|报表|数据来源|数据截止|截止|截至|以上)"
    r"(人|员|时间|日期|条件|期间)?\s*[::].*|第\s*\d+\s*页.*|共\s*\d+\s*页.*|.*第\s*\d+\s*页\s*[,/ ]*共\s*\d+\s*页.*"
    r"|page\s+\d+(\s*(of|/)\s*\d+)?|[-=*_·.~—]{3,}|(以下空白|以上数据|以下无正文|end of report).*",
    re.IGNORECASE | re.DOTALL,
)
FEW = 3
HEADER_SHARE = 0.6
SHOWN = 5


def without_noise(sheet: Sheet, mapping: Mapping[str, str], kind: ImportKind) -> tuple[Sheet, list[str]]:
    """The data rows, and what is told about the others."""
    if len(sheet.rows) == 0 and not sheet.errors:
        return sheet, []
    places = {name: sheet.headers.index(header) for name, header in mapping.items()}
    filled = np.zeros(len(sheet.rows), dtype=np.int64)
    for column in sheet.columns:
        filled += ~is_blank(column)
    totals = _totals(sheet, places, kind)
    again = _headers_again(sheet, places)
    notes = _notes(sheet, places, kind, filled) & ~totals & ~again
    dropped = totals | again | notes
    ragged = _ragged_notes(sheet)
    notices = []
    if count := int(totals.sum()) + sum(1 for is_total in ragged.values() if is_total):
        notices.append(_("跳过了 {count} 行合计或小计。").format(count=count))
    if again.any():
        notices.append(_("跳过了 {count} 行重复的表头。").format(count=int(again.sum())))
    rows = sorted([*sheet.rows[notes].tolist(), *(row for row, is_total in ragged.items() if not is_total)])
    if rows:
        shown = listed([*rows[:SHOWN], *(["…"] if len(rows) > SHOWN else [])])
        notices.append(
            _("跳过了 {count} 行标题、页脚或说明（第 {rows} 行）。").format(count=len(rows), rows=shown)
        )
    if not notices:
        return sheet, []
    left_out = {*sheet.rows[dropped].tolist(), *ragged}
    kept = sheet.filter(~dropped) if dropped.any() else sheet
    return replace(kept, errors=tuple(e for e in sheet.errors if e.row not in left_out)), notices


def _matching(column: pa.DictionaryArray, pattern: str) -> Mask:
    words = np.asarray(
        pc.match_substring_regex(column.dictionary, pattern).to_numpy(zero_copy_only=False), dtype=bool
    )
    return words[codes(column)] if words.any() else np.zeros(len(column), dtype=bool)


def _totals(sheet: Sheet, places: Mapping[str, int], kind: ImportKind) -> Mask:
    """Rows that sum others up: a total word somewhere and a required cell blank, or the word for a name."""
    says_total = np.zeros(len(sheet.rows), dtype=bool)
    for column in sheet.columns:
        says_total |= _matching(column, TOTAL_WORDS)
    if not says_total.any():
        return says_total
    lacks = np.zeros(len(sheet.rows), dtype=bool)
    for name, place in places.items():
        column = sheet.columns[place]
        if kind.column(name).required:
            lacks |= is_blank(column)
        if kind.column(name).type in ("text", "date"):
            lacks |= _matching(column, PLAIN_SUM)
    return says_total & lacks


def _headers_again(sheet: Sheet, places: Mapping[str, int]) -> Mask:
    """Rows that repeat the header, as every printed page does."""
    hits = np.zeros(len(sheet.rows), dtype=np.int64)
    for place in places.values():
        column = sheet.columns[place]
        same = np.asarray(
            pc.equal(column.dictionary, sheet.headers[place]).to_numpy(zero_copy_only=False), dtype=bool
        )
        hits += same[codes(column)] if same.any() else 0
    return hits >= max(FEW, HEADER_SHARE * len(places)) if len(places) >= FEW else hits < 0


def _notes(sheet: Sheet, places: Mapping[str, int], kind: ImportKind, filled: NDArray[np.int64]) -> Mask:
    """Rows of few cells without date and number that say what reports say at the foot, or stand there."""
    measured = [sheet.columns[p] for name, p in places.items() if kind.column(name).type != "text"]
    found, empty = np.zeros(len(sheet.rows), dtype=bool), filled <= FEW
    if not empty.any() or not measured:
        return found
    for column in measured:
        empty &= is_blank(column) | _matching(column, r"^[^\d]{2,}[:：]|页|^[-=*_·.~—]{3,}$")
    candidates = np.flatnonzero(empty & (filled > 0))
    last = int(np.flatnonzero(~empty).max(initial=-1))
    titles = {headers.plain(text) for row in sheet.above for text in row if text.strip()}
    for index in candidates:
        texts = [text for column in sheet.columns if (text := column[int(index)].as_py())]
        is_note = any(NOTE.fullmatch(headers.plain(text)) for text in texts)
        is_title = all(headers.plain(text) in titles for text in texts)
        is_foot = index > last and len(texts) == 1 and _is_sentence(texts[0])
        found[index] = is_note or is_title or is_foot
    return found


def _is_sentence(text: str) -> bool:
    """Words rather than a code."""
    return len(re.findall("[\u4e00-\u9fff]", text)) >= FEW or len(text.split()) > FEW


def _ragged_notes(sheet: Sheet) -> dict[int, bool]:
    """Rows of a text file with too few fields that are notes (False) or sums (True)."""
    last = int(sheet.rows.max(initial=0))
    found: dict[int, bool] = {}
    for error in sheet.errors:
        if error.code != "too_few_fields" or error.row is None:
            continue
        texts = (part.strip(' "\x1a') for part in re.split(r"[,;|\t]", error.value or ""))
        parts = [text for text in texts if text]
        is_foot = error.row > last and len(parts) == 1 and _is_sentence(parts[0])
        if (
            not parts
            or is_foot
            or (len(parts) <= FEW and any(NOTE.fullmatch(headers.plain(p)) for p in parts))
        ):
            found[error.row] = False
        elif re.match(PLAIN_SUM, parts[0]) and all(
            re.fullmatch(r"[-\d.,¥元万]+", part) for part in parts[1:]
        ):
            found[error.row] = True
    return found
