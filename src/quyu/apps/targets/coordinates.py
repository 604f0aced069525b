"""Which cells a sparse version has: sorted coordinates, stored once and found by their digest.

Versions that have the same cells (a copy, a scenario) share the rows, since the name of the rows is
what they hold.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.models import LatticeChunk
from quyu.apps.targets.packing import Damaged, pack, unpack
from quyu.kernel.refusal import Refusal

Coordinates = NDArray[np.int32]
CHUNK = 65_536


class CoordinatesLost(Refusal):
    """The rows that say which cells a version has are missing or damaged."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            "coordinates_lost",
            "目标版本的单元坐标（{digest}）缺失或已损坏，请从备份恢复。",
            digest=digest[:12],
        )


@dataclass(frozen=True, eq=False)
class CellSet:
    """`count` cells of `width` coordinates each, in canonical order, read when first asked for."""

    digest: str
    count: int
    width: int
    given: Coordinates | None = field(default=None, repr=False)

    @classmethod
    def of(cls, coordinates: Coordinates) -> "CellSet":
        """From sorted coordinates, (cells, dimensions)."""
        rows = np.ascontiguousarray(coordinates, "<i4")
        rows.flags.writeable = False
        return cls(_digest(rows), rows.shape[0], rows.shape[1], rows)

    @cached_property
    def coordinates(self) -> Coordinates:
        """(cells, dimensions). Raises CoordinatesLost."""
        return read(self) if self.given is None else self.given

    @cached_property
    def columns(self) -> tuple[Coordinates, ...]:
        """The coordinates by dimension, each side by side."""
        return tuple(np.ascontiguousarray(column) for column in self.coordinates.T)


def _digest(rows: Coordinates) -> str:
    return hashlib.sha256(rows.data).hexdigest()


def keep(cells: CellSet) -> None:
    """Write the rows, unless they are there."""
    if LatticeChunk.objects.filter(digest=cells.digest).exists():
        return
    LatticeChunk.objects.bulk_create(
        LatticeChunk(
            digest=cells.digest,
            index=index,
            blob=pack(cells.coordinates[start : start + CHUNK].T.astype(np.int64).reshape(-1)),
        )
        for index, start in enumerate(range(0, cells.count, CHUNK))
    )


def read(cells: CellSet) -> Coordinates:
    """The rows as they were written. Raises CoordinatesLost."""
    blobs = LatticeChunk.objects.filter(digest=cells.digest).order_by("index").values_list("blob", flat=True)
    try:
        parts = [unpack(bytes(blob)).reshape(cells.width, -1).T for blob in blobs]
    except (Damaged, ValueError) as error:
        raise CoordinatesLost(cells.digest) from error
    rows = np.ascontiguousarray(np.concatenate(parts), "<i4") if parts else np.empty((0, cells.width), "<i4")
    if _digest(rows) != cells.digest:
        raise CoordinatesLost(cells.digest)
    rows.flags.writeable = False
    return rows
