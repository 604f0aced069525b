"""Cells of a version as chunked blobs in canonical order, packed (see `packing`).

Only chunks that changed are written, so that an edit of one province costs one or two rows however
large the plan is. A patch is what a change added to each cell: it leads forwards and backwards.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets import coordinates
from quyu.apps.targets.axes import Axes, Cells, Mask
from quyu.apps.targets.models import CellChunk, PlanVersion
from quyu.apps.targets.packing import pack, unpack, whole
from quyu.apps.targets.remembered import Remembered

CHUNK = 16_384
VALUE, BASE, LAST_YEAR = "value", "base", "last_year"
_HEAD = struct.Struct("<II")
_LEVEL = 1
_unpacked: Remembered[NDArray[np.int64]] = Remembered(512)
"""Chunks by their bytes: one edit reads the same chunks three times, and the next one most of them again."""


def load(version: PlanVersion, layer: str = VALUE) -> Cells:
    """The cells of a layer, in fen or the measure's unit; zeros where nothing was stored."""
    return load_shaped(version, Axes.from_json(version.axes).shape, layer)


def load_shaped(version: PlanVersion, shape: tuple[int], *layers: str) -> Cells:
    """As `load`, for a caller that has the axes; of several layers the first that was stored, in one query."""
    wanted = layers or (VALUE,)
    chunks = CellChunk.objects.filter(plan_version=version, layer__in=wanted)
    stored: dict[str, list[tuple[int, bytes]]] = {}
    for layer, index, blob in chunks.values_list("layer", "index", "blob"):
        stored.setdefault(layer, []).append((index, bytes(blob)))
    return assembled(shape, next((stored[layer] for layer in wanted if layer in stored), []))


def assembled(shape: tuple[int], chunks: Iterable[tuple[int, bytes]]) -> Cells:
    """Cells from (chunk index, blob); zeros where nothing was stored. Raises Damaged."""
    cells = np.zeros(shape, np.int64)
    for index, blob in chunks:
        part = _unpacked.get(blob, partial(unpack, blob))
        with whole():
            cells[index * CHUNK : index * CHUNK + part.size] = part
    return cells


def layers_of(version: PlanVersion) -> set[str]:
    """The names of the layers that were stored."""
    return set(CellChunk.objects.filter(plan_version=version).values_list("layer", flat=True))


def has_layer(version: PlanVersion, layer: str) -> bool:
    return CellChunk.objects.filter(plan_version=version, layer=layer).exists()


def save(version: PlanVersion, cells: Cells, layer: str = VALUE, *, before: Cells | None = None) -> int:
    """Write the chunks that differ from `before` (all of them without it); how many were written."""
    if before is cells:
        return 0
    rows = [
        CellChunk(plan_version=version, layer=layer, index=index, blob=pack(cells[start : start + CHUNK]))
        for index, start in enumerate(range(0, cells.size, CHUNK))
        if before is None or not np.array_equal(cells[start : start + CHUNK], before[start : start + CHUNK])
    ]
    CellChunk.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["blob"], unique_fields=["plan_version", "layer", "index"]
    )
    return len(rows)


def copy_layers(source: PlanVersion, target: PlanVersion, *, without: Iterable[str] = ()) -> None:
    """The stored layers of one version for another with the same axes, as they are."""
    chunks = CellChunk.objects.filter(plan_version=source).exclude(layer__in=list(without))
    CellChunk.objects.bulk_create(
        CellChunk(plan_version=target, layer=layer, index=index, blob=bytes(blob))
        for layer, index, blob in chunks.values_list("layer", "index", "blob")
    )


def keep_coordinates(axes: Axes) -> None:
    """Write which cells a sparse version has; a full one needs nothing."""
    if axes.sparse is not None:
        coordinates.keep(axes.sparse)


def digest(cells: Cells) -> str:
    """SHA-256 of the cells in canonical order: equal digests mean equal bytes."""
    return hashlib.sha256(np.ascontiguousarray(cells, "<i8").data).hexdigest()


def patch(before: Cells, after: Cells) -> bytes:
    """What leads from `before` to `after`, and back."""
    changed = before != after
    mask = zlib.compress(np.packbits(changed).tobytes(), _LEVEL)
    return _HEAD.pack(before.size, len(mask)) + mask + pack((after - before)[changed])


def forward(cells: Cells, stored: bytes) -> Cells:
    """The cells after a change whose patch is given."""
    return _moved(cells, stored, 1)


def backward(cells: Cells, stored: bytes) -> Cells:
    """The cells before a change whose patch is given."""
    return _moved(cells, stored, -1)


def _moved(cells: Cells, stored: bytes, sign: int) -> Cells:
    mask, rest = _mask(stored)
    moved = cells.copy()
    with whole():
        moved[mask] += sign * unpack(rest)
    return moved


def touched(stored: bytes) -> Mask:
    """Which cells a patch moves."""
    return _mask(stored)[0]


def _mask(stored: bytes) -> tuple[Mask, bytes]:
    with whole():
        size, length = _HEAD.unpack_from(stored)
        end = _HEAD.size + length
        bits = np.frombuffer(zlib.decompress(stored[_HEAD.size : end]), np.uint8)
        return np.unpackbits(bits, count=size).astype(np.bool_), stored[end:]
