"""Which header means which column: by a table of synonyms, shown with samples of the cells.

A header that says exactly what a synonym says is taken. One that merely ends with it is proposed with
less confidence, and only for text: 折扣金额 is not 金额. Two headers for one amount, quantity or date are a question, never a guess.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quyu.platform.fields.values import listed
from quyu.platform.imports import headers
from quyu.platform.imports.kinds import Column, ImportKind, Question, RowError
from quyu.platform.imports.questions import which_header
from quyu.platform.imports.sheet import Sheet

EXACT = 100
CONTAINED = 60
SAMPLES = 4
MEASURED = frozenset({"amount", "quantity", "price", "date", "integer", "decimal", "rate"})


@dataclass(frozen=True)
class Match:
    """`column` is read from the header `header` at `index`; confidence in percent."""

    column: str
    header: str
    index: int
    confidence: int
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Recognition:
    """`ambiguous` names, per column, the headers among which a person must choose."""

    matches: tuple[Match, ...]
    ignored: tuple[str, ...]
    ambiguous: Mapping[str, tuple[str, ...]]
    errors: tuple[RowError, ...]
    questions: tuple[Question, ...] = ()

    @property
    def mapping(self) -> dict[str, str]:
        return {match.column: match.header for match in self.matches}


def header_digest(sheet: Sheet) -> str:
    """What files of one source have in common: the same headers in the same order."""
    return hashlib.sha256("\x1f".join(headers.key(text) for text in sheet.headers).encode()).hexdigest()


def recognise(sheet: Sheet, kind: ImportKind, given: Mapping[str, str] | None = None) -> Recognition:
    """Match headers to columns; a mapping given by a person (column -> header text, "" for none) goes first."""
    places = {text: index for index, text in reversed(list(enumerate(sheet.headers))) if text}
    chosen: dict[str, tuple[int, int]] = {}
    for name, text in (given or {}).items():
        if text in places:
            chosen[name] = (places[text], EXACT)
    settled = set(given or {})
    ambiguous = _choose(sheet, kind, chosen, settled)
    matches = tuple(
        Match(
            column.name,
            sheet.headers[chosen[column.name][0]],
            *chosen[column.name],
            _samples(sheet, chosen[column.name][0]),
        )
        for column in kind.columns
        if column.name in chosen
    )
    used = {match.index for match in matches} | {places[t] for texts in ambiguous.values() for t in texts}
    ignored = tuple(text for index, text in enumerate(sheet.headers) if text and index not in used)
    errors = (
        *_duplicates(sheet, matches),
        *_questions(sheet, kind, ambiguous),
        *_missing(sheet, kind, chosen, ambiguous),
    )
    questions = tuple(which_header(kind.column(name), texts) for name, texts in ambiguous.items())
    return Recognition(matches, ignored, ambiguous, errors, questions)


def _choose(
    sheet: Sheet, kind: ImportKind, chosen: dict[str, tuple[int, int]], settled: set[str]
) -> dict[str, tuple[str, ...]]:
    """Fill `chosen` column by column, best evidence first; return what stays open."""
    ambiguous: dict[str, tuple[str, ...]] = {}
    taken = {index for index, _confidence in chosen.values()}
    for confidence in (EXACT, CONTAINED):
        for column in kind.columns:
            if column.name in chosen or column.name in settled or column.name in ambiguous:
                continue
            found = [index for index in _candidates(sheet, column, confidence) if index not in taken]
            texts = list(dict.fromkeys(sheet.headers[index] for index in found))
            if len(texts) > 1 and column.type in MEASURED:
                ambiguous[column.name] = tuple(texts)
                taken.update(found)
            elif found and (confidence == EXACT or len(texts) == 1):
                chosen[column.name] = (found[0], confidence)
                taken.update(index for index in found if sheet.headers[index] == texts[0])
    return ambiguous


def _candidates(sheet: Sheet, column: Column, confidence: int) -> list[int]:
    """Headers that name the column, best synonym first."""
    words = [headers.key(word) for word in column.words]
    found = []
    for index, text in enumerate(sheet.headers):
        name = headers.key(text)
        if confidence == EXACT and name in words:
            found.append((words.index(name), index))
        elif (
            confidence == CONTAINED
            and column.type == "text"
            and any(len(w) > 1 and name.endswith(w) for w in words)
        ):
            found.append((0, index))
    return [index for _rank, index in sorted(found)]


def _samples(sheet: Sheet, index: int) -> tuple[str, ...]:
    texts = sheet.columns[index].dictionary.slice(0, SAMPLES + 1).to_pylist()
    return tuple(text for text in texts if text)[:SAMPLES]


def _duplicates(sheet: Sheet, matches: tuple[Match, ...]) -> list[RowError]:
    return [
        RowError(
            sheet.header_row,
            match.header,
            "duplicate_header",
            None,
            _("表头“{name}”出现了不止一次，请只保留一列。").format(name=match.header),
        )
        for match in matches
        if sheet.headers.count(match.header) > 1
    ]


def _questions(sheet: Sheet, kind: ImportKind, ambiguous: Mapping[str, tuple[str, ...]]) -> list[RowError]:
    message = _("这几列都可能是“{label}”：{names}。请指定用哪一列。")
    return [
        RowError(
            sheet.header_row,
            texts[0],
            "ambiguous_header",
            listed(texts),
            message.format(label=kind.column(name).label, names=listed(texts)),
        )
        for name, texts in ambiguous.items()
    ]


def _missing(
    sheet: Sheet,
    kind: ImportKind,
    chosen: Mapping[str, tuple[int, int]],
    ambiguous: Mapping[str, tuple[str, ...]],
) -> list[RowError]:
    groups = [(column.name,) for column in kind.columns if column.required] + list(kind.alternatives)
    message = _("缺少“{label}”列；可用的表头例如：{examples}。")
    errors = []
    for group in groups:
        if any(name in chosen or name in ambiguous for name in group):
            continue
        column = kind.column(group[0])
        examples = listed(list(dict.fromkeys((str(column.label), *column.synonyms)))[:4])
        errors.append(
            RowError(
                sheet.header_row,
                str(column.label),
                "missing_column",
                None,
                message.format(label=column.label, examples=examples),
            )
        )
    return errors
