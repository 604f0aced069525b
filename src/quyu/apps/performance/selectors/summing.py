"""Codes as numbers, and whole numbers summed by them: what lines of many batches are added up by."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.bridge import Ints
from quyu.kernel.ordering import stable_order
from quyu.platform.facts import attribution


class Numbers:
    """Numbers given to texts in the order in which they come; no text is ""."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self._known)

    def column(self, texts: pa.ChunkedArray) -> Ints:
        """The number of each text."""
        encoded = attribution.encoded(texts)
        mine = [self._of(text or "") for text in encoded.dictionary.to_pylist()]
        places = np.array([*mine, self._of("") if encoded.indices.null_count else -1], np.int64)
        indices = pc.fill_null(encoded.indices.cast(pa.int64()), len(mine))
        numbers: Ints = places[indices.to_numpy(zero_copy_only=False)]
        return numbers

    def _of(self, text: str) -> int:
        return self._known.setdefault(text, len(self._known))


def grouped(key: Ints, columns: Sequence[Ints]) -> tuple[Ints, list[Ints]]:
    """The distinct keys (none negative), ascending, with the sum of each column over them."""
    order = stable_order(key)
    ordered = key[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    if not starts.size:
        return ordered, [np.zeros(0, np.int64) for _column in columns]
    return ordered[starts], [np.add.reduceat(column[order], starts) for column in columns]
