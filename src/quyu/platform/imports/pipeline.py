"""read -> recognise -> parse -> check -> preview -> commit: the one way into the product for every file.

The page, the API and the command line call `prepare` and then `commit`. Strict is the default: with any
error nothing is written. In partial mode exactly the rows without error are.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import ParseError  # nosec B405

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _

from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import listed, spoken
from quyu.platform.imports.choices import ImportPhase
from quyu.platform.imports.csv_file import read_csv
from quyu.platform.imports.inspection import inspect
from quyu.platform.imports.kinds import Context, Findings, ImportKind, Parsed, Question, Receipt, RowError
from quyu.platform.imports.layout import unfolded
from quyu.platform.imports.parsing import parse
from quyu.platform.imports.progress import SILENT, Tracker
from quyu.platform.imports.questions import COLUMN, SHEET
from quyu.platform.imports.recognition import Recognition, recognise
from quyu.platform.imports.refusals import FileRefused
from quyu.platform.imports.sheet import Sheet
from quyu.platform.imports.xlsx_file import read_xlsx

LISTED_ERRORS = 1_000
UNREADABLE = (pa.ArrowException, ParseError, LookupError, ValueError, OverflowError)
NO_FINDINGS = Findings()


@dataclass(frozen=True)
class Prepared:
    """Everything known about a file before it is committed. `parsed` is None when it could not be read."""

    kind: ImportKind
    context: Context
    errors: tuple[RowError, ...]
    notices: tuple[str, ...] = ()
    sheet: Sheet | None = None
    recognition: Recognition | None = None
    parsed: Parsed | None = None
    findings: Findings = NO_FINDINGS
    questions: tuple[Question, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    """The mapping that was given or recalled, with "" for columns a person left out."""
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return self.parsed is not None and not self.errors

    @property
    def valid(self) -> Parsed | None:
        """The rows without any error."""
        if self.parsed is None or self.sheet is None:
            return None
        if any(error.row is None or error.row <= self.sheet.header_row for error in self.errors):
            return None  # what is wrong with a whole column is wrong with every row
        return self.parsed.without({error.row for error in self.errors if error.row is not None})


class ImportRejected(Refusal):
    """The file has errors and was not imported."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__(
            "import_rejected", "文件有 {count} 处错误，没有写入任何数据。", count=len(prepared.errors)
        )
        self.prepared = prepared


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, kind: ImportKind, *, sheet_name: str | None = None, progress: Tracker = SILENT) -> Sheet:
    """The file as a grid of text; refuses what is unsafe, damaged or of another type."""
    try:
        if inspect(path) == "xlsx":
            return unfolded(read_xlsx(path, kind, sheet_name=sheet_name, progress=progress), kind)
        return unfolded(read_csv(path.read_bytes(), kind, progress), kind)
    except MemoryError as error:
        raise FileRefused("too_large", "读取这个文件需要的内存超过上限，请拆成几个较小的文件。") from error
    except UNREADABLE as error:
        raise FileRefused("corrupt_file", "文件已损坏，无法读取，请重新导出。") from error


def prepare(
    path: Path,
    kind: ImportKind,
    context: Context,
    *,
    mapping: Mapping[str, str] | None = None,
    sheet_name: str | None = None,
    answers: Mapping[str, str] | None = None,
    recall: Callable[[Sheet], tuple[Mapping[str, str], Mapping[str, str]] | None] | None = None,
    progress: Tracker = SILENT,
) -> Prepared:
    """Read and judge a file without writing anything. Never raises for what a file may contain.

    `recall` is asked for mapping and answers once the headers are known, when no mapping is given.
    """
    if kind.precheck is not None and (errors := kind.precheck(context)):
        return Prepared(kind, context, errors)
    progress.begin(ImportPhase.READING)
    try:
        sheet = read(path, kind, sheet_name=sheet_name or (answers or {}).get(SHEET), progress=progress)
    except FileRefused as refusal:
        error = RowError(refusal.row, refusal.column, refusal.code, None, spoken(refusal))
        return Prepared(kind, context, (error,), questions=(refusal.question,) if refusal.question else ())
    progress.rows(len(sheet.rows))
    progress.begin(ImportPhase.CHECKING, total=len(sheet.rows))
    recalled = recall(sheet) if recall is not None and not mapping else None
    if recalled is not None:
        mapping, answers = recalled[0], {**recalled[1], **(answers or {})}
    context = replace(context, answers=dict(answers or {}))
    recognition = recognise(sheet, kind, {**(mapping or {}), **_chosen_headers(answers or {})})
    notices = sheet.notices
    if recognition.ignored:
        notices += (_("没有用到的列：{names}。").format(names=listed(recognition.ignored)),)
    known = Prepared(
        kind,
        context,
        recognition.errors,
        notices,
        sheet,
        recognition,
        chosen=dict(mapping or {}),
        answers=dict(answers or {}),
        questions=recognition.questions,
    )
    return known if recognition.errors else _judge(known, answers or {})


def _chosen_headers(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that say which header a column is read from."""
    return {name.removeprefix(COLUMN): text for name, text in answers.items() if name.startswith(COLUMN)}


def _judge(known: Prepared, answers: Mapping[str, str]) -> Prepared:
    """Parse the recognised columns and let the kind check the rows."""
    if known.sheet is None or known.recognition is None:
        return known
    result = parse(known.sheet, known.recognition.mapping, known.kind, answers)
    errors = result.errors
    if len(result.parsed.rows) == 0 and not errors:
        errors = (RowError(None, None, "empty_file", None, _("表头下面没有数据行。")),)
    findings = known.kind.check(result.parsed, known.context) if len(result.parsed.rows) else Findings()
    return replace(
        known,
        errors=tuple(
            sorted((*errors, *findings.errors), key=lambda error: (error.row or 0, error.column or ""))
        ),
        notices=(*known.notices, *result.notices, *findings.notices),
        parsed=result.parsed,
        findings=findings,
        questions=(*result.questions, *findings.questions),
    )


def stage(prepared: Prepared, *, partial: bool = False) -> Parsed:
    """The rows to be written, with everything done that can be done before a transaction.

    Strict: any error refuses the whole file.
    """
    rows = prepared.valid if partial else prepared.parsed
    if rows is None or (prepared.errors and not partial) or len(rows.rows) == 0:
        raise ImportRejected(prepared)
    if prepared.kind.stage is not None:
        prepared.kind.stage(rows, prepared.context)
    return rows


def commit(prepared: Prepared, *, partial: bool = False) -> Receipt:
    """Write the rows in one transaction."""
    rows = stage(prepared, partial=partial)
    return write(prepared, rows)


@transaction.atomic
def write(prepared: Prepared, rows: Parsed) -> Receipt:
    """The transaction of a commit; `rows` come from `stage`."""
    return prepared.kind.commit(rows, prepared.context)
