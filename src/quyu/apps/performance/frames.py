"""Frames kept beside the facts for ever, named by their digest: what sums were derived from at some moment."""

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from quyu.kernel.deferred import deferred
from quyu.platform.facts import attribution, store

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")


def path_of(frame_digest: str) -> Path:
    return store.root() / "frames" / f"{frame_digest}.parquet"


def keep(frame: pa.Table, frame_digest: str) -> None:
    """Put a frame beside the facts, once; a file of that name is that frame."""
    path = path_of(frame_digest)
    if not path.exists():
        attribution.put(path, frame)


def kept(frame_digest: str) -> pa.Table | None:
    """A frame put away earlier; None when its file was cleared away."""
    path = path_of(frame_digest)
    return pq.read_table(path) if path.exists() else None
