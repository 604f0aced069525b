"""An ownership frame as numbers: for every kind of claim, key and day at most one row of it.

The claims of a key lie together in the order of their days. A key is a slot: the number of its customer within the
part of its kind, and a part of its own for every product line that is claimed apart; places have numbers of their own.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.analytics.claims import Named, OwnershipOverlap
from quyu.analytics.walk.texts import TextNumbers

EVER = 2**31 - 1
NAMED, RULED, OWN, APART = 0, 1, 2, 3
"""The parts of customers; from APART on one for each product line claimed apart."""


@dataclass(frozen=True)
class Claims:
    """`first[slot]` to `first[slot + 1]` are the claims of a slot: from, to (half-open) and the row of the frame."""

    customers: TextNumbers
    places: TextNumbers
    first: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    row: NDArray[np.int32]
    is_used: NDArray[np.bool_]
    """Which of named, apart, ruled, place and own have any claim, in this order of strength."""
    apart: pa.Array
    """The products of lines claimed apart, and for each the number of its line."""
    apart_line: NDArray[np.int32]

    @property
    def place_slot(self) -> int:
        """The slot of the first place."""
        return len(self.first) - 1 - self.places.count


def claims(ownership: pa.Table, names: Named) -> Claims:
    """Raises OwnershipOverlap."""
    keys = ownership["customer_code"].cast(pa.string()).combine_chunks()
    products, lines, apart_line = _apart(keys, names)
    customers, places = TextNumbers(), TextNumbers()
    part, number = _numbered(keys, names, lines, customers, places)
    rows = np.flatnonzero(part >= 0)
    place_part = APART + len(lines)
    slot = part[rows].astype(np.int64) * customers.count + number[rows]
    days = [
        pc.fill_null(ownership[name].cast(pa.int32()), ever).to_numpy()[rows]
        for name, ever in (("valid_from", -EVER), ("valid_to", EVER))
    ]
    order = np.lexsort((days[0], slot))
    slot, start, end = slot[order], days[0][order], days[1][order]
    wrong = np.flatnonzero((slot[1:] == slot[:-1]) & (start[1:] < end[:-1]))
    if wrong.size:
        raise OwnershipOverlap(keys[int(rows[order[wrong[0]]])].as_py())
    size = place_part * customers.count + places.count
    first = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(slot, minlength=size), out=first[1:])
    is_part = np.bincount(part[rows], minlength=place_part + 1) > 0
    is_used = np.array(
        [is_part[NAMED], is_part[APART:place_part].any(), is_part[RULED], is_part[place_part], is_part[OWN]]
    )
    row = rows[order].astype(np.int32)
    return Claims(customers, places, first, start, end, row, is_used, products, apart_line)


def _numbered(
    keys: pa.Array, names: Named, lines: pa.Array, customers: TextNumbers, places: TextNumbers
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The part of each key and the number of its customer or place; -1 for what claims nothing."""
    part, number = np.full(len(keys), OWN, np.int32), np.full(len(keys), -1, np.int32)
    parts = {"named": NAMED, "ruled": RULED, "place": APART + len(lines), "line": APART}
    for name, prefix in names.prefixes.items():
        rows, texts = _after(keys, prefix)
        part[rows] = parts[name]
        if name == "line" and len(rows):
            pair = pc.split_pattern(texts, names.between, max_splits=1)
            part[rows] += pc.index_in(pc.list_element(pair, 0), value_set=lines).to_numpy()
            texts = pc.list_element(pair, 1)
        number[rows] = (places if name == "place" else customers).put(texts)
    told, _texts = _after(keys, names.product)
    part[told] = -1
    own = np.flatnonzero(part == OWN)
    number[own] = customers.put(keys.take(pa.array(own)))
    return np.where(number >= 0, part, -1).astype(np.int32), number


def _after(keys: pa.Array, prefix: str) -> tuple[NDArray[np.int64], pa.Array]:
    """The rows whose key begins so, and what follows."""
    is_kind = pc.fill_null(pc.starts_with(keys, prefix), False)
    rows = np.flatnonzero(is_kind.to_numpy(zero_copy_only=False))
    return rows, pc.utf8_slice_codeunits(keys.filter(is_kind), start=len(prefix))


def _apart(keys: pa.Array, names: Named) -> tuple[pa.Array, pa.Array, NDArray[np.int32]]:
    """Products of lines claimed apart, the lines, and the number of the line of each product."""
    _rows, texts = _after(keys, names.product)
    pairs = dict(text.rpartition(names.between)[::2] for text in texts.to_pylist())
    _rows, claimed = _after(keys, names.prefixes.get("line", names.product))
    lines = pc.unique(pc.list_element(pc.split_pattern(claimed, names.between, max_splits=1), 0))
    lines = pc.unique(pa.concat_arrays([lines, pa.array(pairs.values(), pa.string())]))
    number = pc.index_in(pa.array(pairs.values(), pa.string()), value_set=lines)
    return pa.array(pairs.keys(), pa.string()), lines, np.asarray(number.to_numpy(), np.int32)
