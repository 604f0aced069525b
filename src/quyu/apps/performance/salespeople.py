"""Who the salesperson of a line is: by number or name, and employed on the day of the order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.apps.performance.resolution import SOURCES, Texts, new_code, texts_of
from quyu.kernel.ordering import stable_order
from quyu.platform.imports.questions import PERSON
from quyu.platform.people.models import Person

UNKNOWN, AMBIGUOUS, INACTIVE, FOUND = 0, 1, 2, 3
EPOCH = date(1970, 1, 1)
FAR = 2**31


@dataclass(frozen=True)
class Salespeople:
    """Per row: the outcome (FOUND, UNKNOWN, AMBIGUOUS, INACTIVE; -1 when blank) and the code or None."""

    texts: Texts
    outcome: NDArray[np.int64]
    codes: NDArray[np.object_]
    exists: bool
    namesakes: Mapping[str, tuple[str, ...]]
    """The numbers of all who bear a name that is not one person's."""

    def unknown_texts(self) -> list[str]:
        """The texts that are nobody's number or name."""
        indices = np.unique(self.texts.indices[self.outcome == UNKNOWN])
        return [self.texts.values[index] for index in indices.tolist()]

    def column(self) -> pa.Array:
        return pa.array(self.codes, pa.string())


def salespeople(table: pa.Table, answers: Mapping[str, str] | None = None) -> Salespeople:
    """Resolve the salesperson of every row on its order date; `answers` name the one meant by a shared name."""
    texts = texts_of(table, SOURCES["people"])
    days = np.asarray(table["ordered_on"].cast(pa.int32()).to_numpy(), dtype=np.int64)
    people = list(Person.objects.order_by("code").values_list("code", "name", "joined_on", "left_on"))
    outcome = np.where(texts.indices < 0, -1, UNKNOWN)
    codes = np.full(len(days), None, dtype=object)
    order = stable_order(texts.indices + 1)
    starts = np.searchsorted(texts.indices[order], np.arange(len(texts.values) + 1))
    namesakes: dict[str, tuple[str, ...]] = {}
    for index, text in enumerate(texts.values):
        rows = order[starts[index] : starts[index + 1]]
        candidates = [row for row in people if row[0] == text] or [
            row for row in people if text in (row[1], f"{row[0]} {row[1]}")
        ]
        if len(candidates) > 1:
            namesakes[text] = tuple(row[0] for row in candidates)
            meant = (answers or {}).get(f"{PERSON}{text}")
            candidates = [row for row in candidates if row[0] == meant] or candidates
        _settle(rows, days[rows], candidates, outcome, codes, text)
    return Salespeople(texts, outcome, codes, bool(people), namesakes)


def _settle(
    rows: NDArray[np.int64],
    days: NDArray[np.int64],
    candidates: list[tuple[str, str, date | None, date | None]],
    outcome: NDArray[np.int64],
    codes: NDArray[np.object_],
    text: str,
) -> None:
    """Of those who bear the name, exactly one must have been employed on each day."""
    active = np.zeros((len(candidates), len(rows)), dtype=bool)
    for index, (_code, _name, joined, left) in enumerate(candidates):
        start = (joined - EPOCH).days if joined else -FAR
        end = (left - EPOCH).days if left else FAR
        active[index] = (start <= days) & (days < end)
    count = active.sum(axis=0) if candidates else np.zeros(len(rows), dtype=np.int64)
    missing = INACTIVE if candidates else UNKNOWN
    outcome[rows] = np.where(count == 1, FOUND, np.where(count > 1, AMBIGUOUS, missing))
    if not candidates:
        codes[rows] = new_code(text)
    for index, candidate in enumerate(candidates):
        codes[rows[active[index] & (count == 1)]] = candidate[0]
