"""What can be imported: a kind declares its columns and two functions, the pipeline does the rest.

`check` looks at typed rows and returns what is wrong, what is worth saying and what the preview shows;
`commit` writes the rows in one transaction and returns the receipt. Both get the rows that parsed, so a
kind never sees text that should have been a date or an amount.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
import pyarrow as pa
from django.utils.functional import Promise
from numpy.typing import NDArray

from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

Label = str | Promise
ColumnType = Literal[
    "text", "date", "amount", "price", "quantity", "integer", "rate", "boolean", "decimal", "choice"
]


@dataclass(frozen=True)
class Column:
    """One thing a file may say. Typed as: date -> date32, amount -> int64 fen, quantity -> int64 thousandths,
    integer -> int64, rate -> int64 basis points, price and decimal -> int64 millionths, boolean -> bool,
    text and choice -> dictionary of string. A blank cell is null.
    """

    name: str
    label: Label
    synonyms: tuple[str, ...] = ()
    type: ColumnType = "text"
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    blank_mark: str = ""
    """A text that reads as a blank cell; the kind finds it in `Parsed.raw`."""

    @property
    def words(self) -> tuple[str, ...]:
        """What a header may say: the label in the reader's language, the synonyms, the name itself."""
        return (str(self.label), *(str(word) for word in self.synonyms), self.name)


MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault: the row as the file shows it (1-based, header included), the column by its header text.

    A fault of the whole file has no row.
    """

    row: int | None
    column: str | None
    code: str
    value: str | None
    message: str

    def __post_init__(self) -> None:
        """A cell may hold megabytes: what is shown, stored and downloaded of it is short."""
        for name, most in (("value", MOST_SHOWN), ("message", 3 * MOST_SHOWN)):
            text = getattr(self, name)
            if text is not None and len(text) > most:
                object.__setattr__(self, name, f"{text[:most]}…")


@dataclass(frozen=True)
class Option:
    """One possible answer: `value` is handed back, `label` is read by the person."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something the file leaves open. Answers are given by `id`; `column` is the header text it is about.

    The ids are listed in `questions`.
    """

    id: str
    column: str | None
    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Context:
    """Who imports, on which date, from which file, what they allowed and what they answered (by question id)."""

    actor: User | None
    scope: Scope | None
    at: datetime
    today: date
    file_name: str
    source_sha256: str
    create: frozenset[str] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """The typed rows of a file: `table` by column name, `rows` their numbers in the file, `headers` the header texts.

    `raw` keeps the text of every mapped column for error messages; `memory` what a kind worked out while
    checking and needs again to commit.
    """

    table: pa.Table
    rows: NDArray[np.int64]
    headers: Mapping[str, str]
    raw: pa.Table
    memory: dict[str, object] = field(default_factory=dict, compare=False)

    def without(self, bad: set[int]) -> "Parsed":
        """The rows whose numbers are not in `bad`."""
        if not bad:
            return self
        keep = ~np.isin(self.rows, np.fromiter(bad, np.int64, len(bad)))
        mask = pa.array(keep)
        return Parsed(self.table.filter(mask), self.rows[keep], self.headers, self.raw.filter(mask))

    def error(self, index: int, column: str, code: str, message: str) -> RowError:
        """A fault of row `index` of the table in `column`, worded for the file."""
        value = self.raw[column][index].as_py() if column in self.raw.column_names else None
        return RowError(int(self.rows[index]), self.headers.get(column), code, value, message)


@dataclass(frozen=True)
class Findings:
    """What `check` found. `preview` is JSON: counts, totals, `creates` {kind: [codes]}, whatever the kind shows."""

    errors: tuple[RowError, ...] = ()
    notices: tuple[str, ...] = ()
    preview: Mapping[str, object] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Written:
    """A row that an import created (`before` is None) or changed: `before` holds the earlier texts of the changed fields.

    `model` is its label (`customers.customer`), `version` the version the import gave it, `line` the row of the file.
    """

    model: str
    key: int
    version: int
    before: Mapping[str, str] | None
    line: int


@dataclass(frozen=True)
class Receipt:
    """What a commit wrote: JSON `totals` for the person, and the fact batch or the rows of other objects."""

    rows: int
    totals: Mapping[str, object] = field(default_factory=dict)
    batch_id: int | None = None
    written: tuple[Written, ...] = ()


@dataclass(frozen=True)
class ImportKind:
    """`resource` is the permission asked for (action `import`); `creatable` the kinds `--create` may name.

    `alternatives` are groups of columns of which a file needs at least one; `precheck` refuses a file before
    it is read (the same file again); `stage` does before the transaction what takes long, in `parsed.memory`
    and in files that nobody sees without a commit; `undo` takes back a fact batch (batch id, reason, actor, at), `take_back`
    the rows of other objects under the rights of a context. `command` is its word on the command line; `by_owner`
    says for whom a fact batch counts: name -> fen. `complete` adds the columns that are rows of the database.
    """

    id: str
    label: Label
    resource: str
    columns: tuple[Column, ...]
    check: Callable[[Parsed, Context], Findings]
    commit: Callable[[Parsed, Context], Receipt]
    creatable: tuple[str, ...] = ()
    creatable_labels: Mapping[str, Label] = field(default_factory=dict)
    alternatives: tuple[tuple[str, ...], ...] = ()
    precheck: Callable[[Context], tuple[RowError, ...]] | None = None
    undo: Callable[[int, str, User | None, datetime], Receipt] | None = None
    stage: Callable[[Parsed, Context], None] | None = None
    take_back: Callable[[Sequence[Written], Context], Receipt] | None = None
    command: str = ""
    by_owner: Callable[[int], Mapping[str, int]] | None = None
    complete: "Callable[[ImportKind], ImportKind] | None" = None

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Make `kind` known to the pages, the API and the command line. Registering an id again replaces it."""
    _kinds[kind.id] = kind
    return kind


def kinds() -> list[ImportKind]:
    """Every kind as it was declared; asks no database."""
    return [_kinds[name] for name in sorted(_kinds)]


def kind(name: str) -> ImportKind:
    """A kind with all its columns."""
    found = _kinds[name]
    return found.complete(found) if found.complete else found
