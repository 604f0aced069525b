"""Numbers for texts: every distinct text once, found again by its bytes.

Arrow's own look-up builds its table anew for every question; here the claims of a million customers are put into a
table once, and each row group asks only for the few texts of its dictionary.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.kernel.compiled import compiled

Bytes = NDArray[np.uint8]
Starts = NDArray[np.int64]
Slots = NDArray[np.uint64]
"""Half of the hash of a text and its number plus one; 0: free."""
PRIME, BASIS, TURN = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325), np.uint64(29)
NUMBER = np.uint64(0xFFFFFFFF)
STEP, FREE = np.uint64(1), np.uint64(0)


class TextNumbers:
    """Texts as 0, 1, 2, ... in the order they are put."""

    def __init__(self) -> None:
        self.count = 0
        self._texts = pa.array([], pa.string())
        self._starts, self._data = np.zeros(1, np.int64), np.zeros(0, np.uint8)
        self._slots: Slots = np.zeros(4, np.uint64)

    def put(self, texts: pa.Array) -> NDArray[np.int32]:
        """The number of each text, new ones included; a missing text has none (-1)."""
        encoded = texts.cast(pa.string()).dictionary_encode()
        spots = self.find(encoded.dictionary)
        new = np.flatnonzero(spots < 0)
        self._texts = pa.concat_arrays([self._texts, encoded.dictionary.take(pa.array(new))])
        spots[new] = np.arange(self.count, self.count + len(new))
        self.count += len(new)
        self._starts, self._data = _parts(self._texts)
        self._slots = np.zeros(1 << (2 * self.count + 1).bit_length(), np.uint64)
        _fill(self._starts, self._data, self._slots)
        codes = pc.fill_null(encoded.indices, len(spots)).to_numpy(zero_copy_only=False)
        return np.asarray(np.append(spots, np.int32(-1))[codes], np.int32)

    def find(self, texts: pa.Array) -> NDArray[np.int32]:
        """The number of each text; -1 for one never put, and for a missing one."""
        found = _find(*_parts(texts), self._starts, self._data, self._slots)
        if texts.null_count:
            found[texts.is_null().to_numpy(zero_copy_only=False)] = -1
        return found


def _parts(texts: pa.Array) -> tuple[Starts, Bytes]:
    """Where each text begins in the bytes of all, and one more place for the end."""
    if not len(texts):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    plain = texts.cast(pa.large_string())
    _valid, offsets, content = plain.buffers()
    starts = np.frombuffer(offsets, np.int64)[plain.offset : plain.offset + len(plain) + 1]
    return starts, np.zeros(0, np.uint8) if content is None else np.frombuffer(content, np.uint8)


@compiled
def _hash(data: Bytes, start: int, end: int) -> np.uint64:
    value = BASIS
    for place in range(start, end):
        value = (value ^ np.uint64(data[place])) * PRIME
    return value ^ (value >> TURN)


@compiled
def _is_same(left: Bytes, at: int, right: Bytes, start: int, size: int) -> bool:
    for step in range(size):  # noqa: SIM110
        if left[at + step] != right[start + step]:
            return False
    return True


@compiled
def _fill(starts: Starts, data: Bytes, slots: Slots) -> None:
    """Give every text a slot; no two of them are the same."""
    mask = np.uint64(len(slots) - 1)
    for number in range(len(starts) - 1):
        value = _hash(data, starts[number], starts[number + 1])
        at = value & mask
        while slots[at] != FREE:
            at = (at + STEP) & mask
        slots[at] = (value & ~NUMBER) | np.uint64(number + 1)


@compiled
def _find(starts: Starts, data: Bytes, known_starts: Starts, known: Bytes, slots: Slots) -> NDArray[np.int32]:
    """All hashes first and all slots next, so that memory is asked for many texts at once."""
    rows = len(starts) - 1
    mask = np.uint64(len(slots) - 1)
    values, held = np.empty(rows, np.uint64), np.empty(rows, np.uint64)
    for row in range(rows):
        values[row] = _hash(data, starts[row], starts[row + 1])
    for row in range(rows):
        held[row] = slots[values[row] & mask]
    found = np.full(rows, -1, np.int32)
    for row in range(rows):
        value, at, slot = values[row], values[row] & mask, held[row]
        start, size = starts[row], starts[row + 1] - starts[row]
        while slot != FREE:
            number = np.int64(slot & NUMBER) - 1
            if (slot & ~NUMBER) == (value & ~NUMBER):
                begin = known_starts[number]
                if known_starts[number + 1] - begin == size and _is_same(data, start, known, begin, size):
                    found[row] = number
                    break
            at = (at + STEP) & mask
            slot = slots[at]
    return found
