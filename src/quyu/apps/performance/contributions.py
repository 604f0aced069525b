"""What lines add to the rollups: attributed lines sorted by key and summed, as plain integers.

Days are ISO text, as the database takes them. A month key is (month, territory, person, product line, channel), a day key (day, territory), all as
database ids or None. A value is (fen, thousandths, lines) or (fen, lines). Values of several batches add
up; a reversal counts its lines negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.apps.performance.sums import Sums
from quyu.kernel.ordering import stable_order
from quyu.platform.facts import attribution

MONTH_WIDTH, DAY_WIDTH = 5, 2


@dataclass(frozen=True)
class Directory:
    """Codes to database ids: `territory` and `person` are (code, id); `catalog` is (kind, code, id),
    where a product leads to its product line.
    """

    territory: pa.Table
    person: pa.Table
    catalog: pa.Table


@dataclass
class Contribution:
    """Sums by key of month and of day."""

    months: Sums = field(default_factory=lambda: Sums(MONTH_WIDTH))
    days: Sums = field(default_factory=lambda: Sums(DAY_WIDTH))

    def add(self, other: "Contribution", *, sign: int = 1) -> None:
        self.months.add(other.months, sign=sign)
        self.days.add(other.days, sign=sign)


def contribution(lines: pa.Table, *, sign: int, directory: Directory) -> Contribution:
    """Sum `lines` (facts with territory_code and person_code) by rollup key; `sign` is what one line counts."""
    days = lines["ordered_on"].to_numpy()
    catalog = directory.catalog
    products = catalog.filter(pc.equal(catalog["kind"], "product"))
    channels = catalog.filter(pc.equal(catalog["kind"], "channel"))
    territory = _ids(lines["territory_code"], directory.territory)
    others = (
        _ids(lines["person_code"], directory.person),
        _ids(lines["product_code"], products),
        _ids(lines["channel_code"], channels),
    )
    amount, quantity = (_safe(lines[name].to_numpy()) for name in ("amount_fen", "quantity_milli"))
    groups = _Groups([_dates(days, "M"), territory, *others])
    months = Sums(
        MONTH_WIDTH, [*groups.keys(), groups.sums(amount), groups.sums(quantity), groups.counts(sign)]
    )
    del others, quantity
    groups = _Groups([_dates(days, "D"), territory])
    return Contribution(months, Sums(DAY_WIDTH, [*groups.keys(), groups.sums(amount), groups.counts(sign)]))


@dataclass(frozen=True)
class _Part:
    """One part of a key: `values[codes[i]]` is that of line i."""

    values: list[Any]
    codes: NDArray[np.int32]


class _Groups:
    """The lines sorted by key, so that equal keys are neighbours."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self.parts = parts
        packed = np.zeros(len(parts[0].codes), dtype=np.int64)
        for part in parts:
            packed *= max(len(part.values), 1)
            packed += part.codes
        self.order = stable_order(packed)
        ordered = packed[self.order]
        self.starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        self.size = len(packed)

    def keys(self) -> list[list[Any]]:
        """One list per part."""
        first = self.order[self.starts]
        return [list(map(part.values.__getitem__, part.codes[first].tolist())) for part in self.parts]

    def sums(self, measure: NDArray[np.int64]) -> list[int]:
        found: list[int] = np.add.reduceat(measure[self.order], self.starts).tolist() if self.size else []
        return found

    def counts(self, sign: int) -> list[int]:
        found: list[int] = (np.diff(self.starts, append=self.size) * sign).tolist()
        return found


def _dates(days: NDArray[np.datetime64], unit: str) -> _Part:
    """The day or the first day of the month, as ISO text."""
    periods = days.astype(f"datetime64[{unit}]")
    if not periods.size:
        return _Part([], np.zeros(0, np.int32))
    first, last = periods.min(), periods.max()
    texts = np.arange(first, last + 1).astype("datetime64[D]").astype(str).tolist()
    return _Part(texts, (periods - first).astype(np.int32))


def _ids(codes: pa.ChunkedArray, known: pa.Table) -> _Part:
    """The database id of each code, each id once; None, the last value, where the code is unknown or missing."""
    ids, place_of_id = np.unique(known["id"].to_numpy(), return_inverse=True)
    places = np.append(place_of_id, len(ids)).astype(np.int64)
    encoded = attribution.encoded(codes)
    found = pc.index_in(encoded.dictionary, value_set=known["code"].combine_chunks())
    by_text = places[pc.fill_null(found, len(places) - 1).to_numpy(zero_copy_only=False)]
    missing = len(by_text)
    rows = pc.fill_null(encoded.indices, missing).to_numpy(zero_copy_only=False)
    return _Part([*ids.tolist(), None], np.append(by_text, len(ids)).astype(np.int32)[rows])


def _safe(measure: NDArray[np.int64]) -> NDArray[np.int64]:
    """The measure itself, if no sum of it can leave 64 bits."""
    if np.abs(measure.astype(np.float64)).sum() >= 2.0**62:
        raise OverflowError("sums of these lines do not fit into 64 bits")
    return measure
