"""Lines added up by month and by day for whoever answered for them, one part after the other.

The same integers as the expressions of `quyu.analytics.attribution` on any engine, for a fifth of the work: a text is
looked up once a row group, not once a line, and nothing is joined. What is kept in memory are the claims, the sums and
one part of the lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quyu.analytics.walk import steps
from quyu.analytics.walk.claims import Claims
from quyu.analytics.walk.coded import Coded, Codes, Ids, Meanings, codes, dictionary
from quyu.analytics.walk.files import STORED
from quyu.analytics.walk.groups import Groups

SAFE = 2.0**62
PIECE = 16_384
"""Lines added before there is room for more: the tables stay small enough for the cache."""
NOTHING = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Directory:
    """The ids behind codes; a product leads to its product line."""

    territory: Ids
    person: Ids
    line: Ids
    channel: Ids

    @property
    def owners(self) -> tuple[Ids, Ids]:
        return self.territory, self.person

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        return len(self.territory), len(self.person), len(self.line), len(self.channel)


class Walk:
    """Sums of lines under one ownership; `directory` says as which ids they count."""

    def __init__(self, ownership: pa.Table, claims: Callable[[], Claims], directory: Directory) -> None:
        """`claims` makes those of the ownership, when the first line asks whose it is."""
        self.ownership, self.directory = ownership, directory
        self._make = claims
        self.months, self.days = Groups(3), Groups(2)
        self._months_of = steps.months_of(steps.TABLE_DAYS)
        self._amounts = self._quantities = 0.0
        if np.prod([float(size) for size in directory.sizes]) * 120_000 >= SAFE:
            raise OverflowError("there are more keys than 64 bits can number")

    @cached_property
    def claims(self) -> Claims:
        return self._make()

    @cached_property
    def _apart(self) -> Meanings:
        return Meanings(self.claims.apart, self.claims.apart_line, -1)

    @cached_property
    def _owners(self) -> list[Codes]:
        """The territories and the people of the claims, and last that of none."""
        return [
            _of_claims(self.ownership[name], self.claims, ids)
            for name, ids in zip(STORED, self.directory.owners, strict=True)
        ]

    def claimed(self, lines: pa.Table) -> Codes:
        """The claim of every line, -1 for none."""
        claims = self.claims
        into = np.empty(lines.num_rows, np.int32)
        buyer = dictionary(lines["customer_code"])
        steps.claimed(
            _days(lines),
            (codes(buyer), np.append(claims.customers.find(buyer.dictionary), np.int32(-1))),
            self._spots(lines),
            self._apart.of(dictionary(lines["product_code"])) if claims.is_used[1] else (NOTHING, NOTHING),
            claims.first,
            claims.start,
            claims.end,
            claims.is_used,
            claims.customers.count,
            claims.place_slot,
            into,
        )
        return into

    def _spots(self, lines: pa.Table) -> Coded:
        if not self.claims.is_used[3]:
            return NOTHING, NOTHING
        place = dictionary(lines["place_code"])
        return codes(place), np.append(self.claims.places.find(place.dictionary), np.int32(-1))

    def add(self, lines: pa.Table, *, sign: int) -> Codes:
        """Add lines for whom they are claimed by; return their claims."""
        held = self.claimed(lines)
        territory, person = ((held, numbers) for numbers in self._owners)
        self._add(lines, territory, person, sign)
        return held

    def add_stored(self, lines: pa.Table, stored: pa.Table, *, sign: int) -> None:
        """Add lines for whom it is stored beside them, row by row."""
        territory, person = (
            ids.of(dictionary(stored[name])) for name, ids in zip(STORED, self.directory.owners, strict=True)
        )
        self._add(lines, territory, person, sign)

    def _add(self, lines: pa.Table, territory: Coded, person: Coded, sign: int) -> None:
        line = self.directory.line.of(dictionary(lines["product_code"]))
        channel = self.directory.channel.of(dictionary(lines["channel_code"]))
        days = _days(lines)
        amount, quantity = _measure(lines["amount_fen"]), _measure(lines["quantity_milli"])
        for begin in range(0, lines.num_rows, PIECE):
            own = slice(begin, begin + PIECE)
            keys = [(column[own], numbers) for column, numbers in (territory, person, line, channel)]
            self._add_piece(days[own], keys, (amount[own], quantity[own]), sign)

    def _add_piece(
        self,
        days: Codes,
        keys: Sequence[Coded],
        measures: tuple[NDArray[np.int64], NDArray[np.int64]],
        sign: int,
    ) -> None:
        territory, person, line, channel = keys
        for groups in (self.months, self.days):
            groups.room(len(days))
        new_months, new_days, amounts, quantities = steps.added(
            days,
            territory,
            person,
            line,
            channel,
            *measures,
            sign,
            self.directory.sizes,
            self._months_of,
            self.months.cells,
            self.months.shift,
            self.days.cells,
            self.days.shift,
        )
        self.months.used += new_months
        self.days.used += new_days
        self._amounts += amounts
        self._quantities += quantities
        if max(self._amounts, self._quantities) >= SAFE:
            raise OverflowError("sums of these lines do not fit into 64 bits")

    def by_month(self) -> pa.Table:
        """month, territory, person, line, channel (ids or null): amount_fen, quantity_milli, line_count."""
        keys, sums = self.months.ordered()
        names = ("territory", "person", "line", "channel")
        columns = {}
        for name, size in reversed(list(zip(names, self.directory.sizes, strict=True))):
            columns[name] = getattr(self.directory, name).ids.take(pa.array(keys % size))
            keys = keys // size
        month = (keys - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
        found = {"month": pa.array(month)} | {name: columns[name] for name in names}
        return pa.table(found | _named(sums, ("amount_fen", "quantity_milli", "line_count")))

    def by_day(self) -> pa.Table:
        """day, territory (id or null): amount_fen, line_count."""
        keys, sums = self.days.ordered()
        day = (keys // len(self.directory.territory) - steps.DAY_ZERO).astype("datetime64[D]")
        territory = self.directory.territory.ids.take(pa.array(keys % len(self.directory.territory)))
        found = {"day": pa.array(day), "territory": territory}
        return pa.table(found | _named(sums, ("amount_fen", "line_count")))

    def stored(self, held: Codes) -> pa.Table:
        """The codes behind claims of lines, as they are kept beside them."""
        rows = np.where(held >= 0, self.claims.row[held], -1) if len(self.claims.row) else held
        spots = pa.array(rows, mask=rows < 0)
        return pa.table({name: _taken(self.ownership[name], spots) for name in STORED})


def _of_claims(column: pa.ChunkedArray, claims: Claims, ids: Ids) -> Codes:
    """The number of what each claim names, and last that of none."""
    own, numbers = ids.of(dictionary(column))
    return np.append(numbers[own[claims.row]], numbers[-1:])


def _taken(column: pa.ChunkedArray, spots: pa.Array) -> pa.DictionaryArray:
    texts = dictionary(column)
    return pa.DictionaryArray.from_arrays(texts.indices.take(spots), texts.dictionary)


def _days(lines: pa.Table) -> NDArray[np.int32]:
    column = lines["ordered_on"].combine_chunks()
    return np.asarray(column.cast(pa.int32()).to_numpy(zero_copy_only=False), np.int32)


def _measure(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(column.combine_chunks().to_numpy(zero_copy_only=False), np.int64)


def _named(sums: NDArray[np.int64], names: tuple[str, ...]) -> dict[str, pa.Array]:
    return {name: pa.array(np.ascontiguousarray(sums[:, at])) for at, name in enumerate(names)}
