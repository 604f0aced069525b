"""Cells of a version as chunked blobs: int64 little-endian in axis order, deflated.

Only chunks that changed are written, so that an edit of one province costs one or two rows however
large the plan is. A patch is what a change replaced: a bit mask of the cells and their values.
"""

import hashlib
import zlib
from collections.abc import Iterable
from typing import Literal

import numpy as np

from quyu.apps.targets.axes import Axes, Cells, Mask
from quyu.apps.targets.models import CellChunk, PlanVersion

CHUNK = 16_384
Layer = Literal["value", "base", "last_year"]
_LEVEL = 1


def load(version: PlanVersion, layer: Layer = "value") -> Cells:
    """The cells of a layer, shaped (leaf regions, months, lines); zeros where nothing was stored."""
    shape = Axes.from_json(version.axes).shape
    return load_shaped(version, shape, layer)


def load_shaped(version: PlanVersion, shape: tuple[int, int, int], *layers: Layer) -> Cells:
    """As `load`, for a caller that has the axes; of several layers the first that was stored, in one query."""
    wanted = layers or ("value",)
    chunks = CellChunk.objects.filter(plan_version=version, layer__in=wanted)
    stored: dict[str, list[tuple[int, bytes]]] = {}
    for layer, index, blob in chunks.values_list("layer", "index", "blob"):
        stored.setdefault(layer, []).append((index, bytes(blob)))
    return assembled(shape, next((stored[layer] for layer in wanted if layer in stored), []))


def assembled(shape: tuple[int, int, int], chunks: Iterable[tuple[int, bytes]]) -> Cells:
    """Cells from (chunk index, blob); zeros where nothing was stored."""
    cells = np.zeros(shape, np.int64)
    flat = cells.reshape(-1)
    for index, blob in chunks:
        part = np.frombuffer(zlib.decompress(blob), "<i8")
        flat[index * CHUNK : index * CHUNK + part.size] = part
    return cells


def has_layer(version: PlanVersion, layer: Layer) -> bool:
    return CellChunk.objects.filter(plan_version=version, layer=layer).exists()


def save(version: PlanVersion, cells: Cells, layer: Layer = "value", *, before: Cells | None = None) -> int:
    """Write the chunks that differ from `before` (all of them without it); how many were written."""
    flat = np.ascontiguousarray(cells, "<i8").reshape(-1)
    old = None if before is None else before.reshape(-1)
    rows = [
        CellChunk(plan_version=version, layer=layer, index=index, blob=zlib.compress(part.tobytes(), _LEVEL))
        for index, part in enumerate(np.split(flat, range(CHUNK, flat.size, CHUNK)))
        if old is None or not np.array_equal(part, old[index * CHUNK : index * CHUNK + part.size])
    ]
    CellChunk.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["blob"], unique_fields=["plan_version", "layer", "index"]
    )
    return len(rows)


def digest(cells: Cells) -> str:
    """SHA-256 of the cells in axis order: equal digests mean equal bytes."""
    return hashlib.sha256(np.ascontiguousarray(cells, "<i8").tobytes()).hexdigest()


def patch(before: Cells, after: Cells) -> bytes:
    """What `after` replaced: applying it to `after` gives `before` back, byte for byte."""
    changed = (before != after).reshape(-1)
    values = np.ascontiguousarray(before.reshape(-1)[changed], "<i8")
    return zlib.compress(np.packbits(changed).tobytes() + values.tobytes(), _LEVEL)


def apply_patch(cells: Cells, stored: bytes) -> Cells:
    """A copy of the cells with the replaced values put back."""
    raw = zlib.decompress(stored)
    mask_bytes = (cells.size + 7) // 8
    mask = np.unpackbits(np.frombuffer(raw[:mask_bytes], np.uint8), count=cells.size).astype(bool)
    restored = cells.reshape(-1).copy()
    restored[mask] = np.frombuffer(raw[mask_bytes:], "<i8")
    return restored.reshape(cells.shape)


def touched(stored: bytes, shape: tuple[int, int, int]) -> Mask:
    """Which cells a patch replaces."""
    size = shape[0] * shape[1] * shape[2]
    raw = zlib.decompress(stored)[: (size + 7) // 8]
    return np.unpackbits(np.frombuffer(raw, np.uint8), count=size).astype(np.bool_).reshape(shape)
