"""Columns of texts as codes: the place of each row in the dictionary of its part, and what each entry stands for."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.analytics.walk.texts import TextNumbers

Codes = NDArray[np.int32]
Coded = tuple[Codes, Codes]
"""The code of each row, -1 where it is missing; and the number of each code, the last that of a missing one."""


def dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of texts as one dictionary and the place of each row in it."""
    if not pa.types.is_dictionary(column.type):
        return column.cast(pa.string()).combine_chunks().dictionary_encode()
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.DictionaryArray) else whole.chunk(0)


def codes(column: pa.DictionaryArray) -> Codes:
    indices = column.indices
    if indices.null_count:
        indices = pc.fill_null(indices, -1)
    return np.asarray(indices.to_numpy(zero_copy_only=False), np.int32)


class Meanings:
    """What every known text stands for, as a number; `unknown` is that of any other and of a missing one."""

    def __init__(self, texts: pa.Array, numbers: NDArray[np.integer], unknown: int) -> None:
        self._texts = TextNumbers()
        spots = self._texts.put(texts)
        self._numbers = np.full(self._texts.count + 1, unknown, np.int32)
        self._numbers[spots[spots >= 0]] = np.asarray(numbers)[spots >= 0]

    def of(self, column: pa.DictionaryArray) -> Coded:
        return codes(column), self._numbers[np.append(self._texts.find(column.dictionary), -1)]


class Ids:
    """Texts with database ids, each id once and numbered; the last number is that of none."""

    def __init__(self, known: pa.Table) -> None:
        """`known` is (code, id)."""
        ids, spots = np.unique(known["id"].to_numpy(), return_inverse=True)
        self.ids = pa.array([*ids.tolist(), None], pa.int64())
        self._meanings = Meanings(known["code"].cast(pa.string()).combine_chunks(), spots, len(ids))

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, column: pa.DictionaryArray) -> Coded:
        return self._meanings.of(column)
