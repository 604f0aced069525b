"""All lines of many batches added up in this process, file by file, by compiled code (`quyu.analytics.walk`).

What is read of a batch is one row group; where its attribution under the ownership is stored beside it already, that
is read in step instead of looking for claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quyu.analytics.claims import Named
from quyu.apps.performance.contributions import Directory
from quyu.kernel.deferred import deferred
from quyu.platform.facts import attribution, store
from quyu.platform.facts.models import Batch

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from quyu.analytics.walk import claims as walked_claims
    from quyu.analytics.walk import coded, files, walk
else:
    pq = deferred("pyarrow.parquet")
    coded, files = deferred("quyu.analytics.walk.coded"), deferred("quyu.analytics.walk.files")
    walk, walked_claims = deferred("quyu.analytics.walk.walk"), deferred("quyu.analytics.walk.claims")

KEYS = Named(
    {
        "named": attribution.NAMED,
        "line": attribution.LINE,
        "ruled": attribution.RULED,
        "place": attribution.PLACE,
    },
    attribution.PRODUCT,
    attribution.BETWEEN,
)


@dataclass(frozen=True)
class Whose:
    """An ownership; `digest` names its attribution files ("" if it has none).

    `is_kept`: attribute every line anew and keep it beside the lines where it is not yet.
    """

    ownership: pa.Table
    digest: str = ""
    is_kept: bool = False

    @cached_property
    def claims(self) -> walked_claims.Claims:
        return walked_claims.claims(self.ownership, KEYS)

    def stored(self, batch: Batch) -> Path | None:
        """The attribution of a batch, if it is there whole."""
        path = attribution.path_of(batch, self.digest) if self.digest else None
        is_whole = path is not None and path.exists() and pq.read_metadata(path).num_rows == batch.row_count
        return path if is_whole else None


def sums(batches: Sequence[Batch], whose: Whose, names: Directory) -> tuple[pa.Table, pa.Table]:
    """By month and by day, as `quyu.analytics.attribution` has them. Raises OwnershipOverlap."""
    walking = walk.Walk(whose.ownership, lambda: whose.claims, _ids(names))
    for batch in batches:
        stored = whose.stored(batch)
        if stored is None or whose.is_kept:
            _claimed(walking, batch, whose, is_put=whose.is_kept and stored is None)
        else:
            for lines, owned in files.in_step(store.path_of(batch), stored):
                walking.add_stored(lines, owned, sign=batch.sign)
    return walking.by_month(), walking.by_day()


def lines_sums(
    parts: Iterator[tuple[pa.Table, int]], whose: Whose, names: Directory
) -> tuple[pa.Table, pa.Table]:
    """As `sums`, of tables in the shape of order lines with the sign of each; the claims are always looked for."""
    walking = walk.Walk(whose.ownership, lambda: whose.claims, _ids(names))
    for lines, sign in parts:
        walking.add(lines, sign=sign)
    return walking.by_month(), walking.by_day()


def _claimed(walking: walk.Walk, batch: Batch, whose: Whose, *, is_put: bool) -> None:
    parts = files.parts(store.path_of(batch), files.TEXTS, files.NUMBERS)
    held = [walking.add(lines, sign=batch.sign) for lines in parts]
    if is_put:
        owned = walking.stored(np.concatenate(held) if held else np.zeros(0, np.int32))
        attribution.put(attribution.path_of(batch, whose.digest), owned)


def _ids(names: Directory) -> walk.Directory:
    kind = names.catalog["kind"]
    products, channels = (
        names.catalog.filter(pc.equal(kind, wanted)).select(["code", "id"])
        for wanted in ("product", "channel")
    )
    return walk.Directory(*map(coded.Ids, (names.territory, names.person, products, channels)))
