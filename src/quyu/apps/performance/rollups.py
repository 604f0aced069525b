"""Keeping the rollups equal to the facts: forward by delta, or from nothing; both give the same bits.

`RollupState` is the only writer's lock and says which batches, which ownership and which catalog the
rollups contain. `advance` brings them up to date in the caller's transaction: first what a changed
ownership or catalog moves, then the batches that are new. Wherever that leads leaves a watermark.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from numpy.typing import NDArray

from quyu.apps.performance import bases, engine, frames, held
from quyu.apps.performance.bases import Basis
from quyu.apps.performance.contributions import Contribution, contribution
from quyu.apps.performance.models import RollupState, Watermark
from quyu.apps.performance.rollup_rows import AS_WAS, apply, replace
from quyu.apps.performance.walked import Whose
from quyu.platform.facts import attribution, picking, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND

CLAIMED_BY = ("customer_code", "place_code", "product_code", "channel_code")
SUMMED = ("ordered_on", *CLAIMED_BY, "quantity_milli", "amount_fen")

SummedKey = tuple[str, ...]
Then = Callable[[Batch, NDArray[np.int64], pa.Table], None]
NO_LINES = pa.table({})
AT_ONCE = 200_000
"""Lines that change hands together; more are moved in several goes."""
NOTHING_SUMMED: Mapping[SummedKey, Contribution] = {}


class Lines(Protocol):
    """Where the lines come from that a set of rollups sums: batches of a kind, in the shape of order lines."""

    @property
    def kind(self) -> str: ...

    def columns(self, batch: Batch, names: Sequence[str]) -> pa.Table:
        """Some columns of all rows of a batch."""

    def rows(self, batch: Batch, numbers: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
        """Some columns of those of the rows `numbers` that count."""


class OrderLines:
    """The lines as they are."""

    kind = ORDER_LINE_KIND

    def columns(self, batch: Batch, names: Sequence[str]) -> pa.Table:
        return picking.columns(batch, names)

    def rows(self, batch: Batch, numbers: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
        return picking.rows(batch, numbers, names)


ORDER_LINES = OrderLines()


def locked_state() -> RollupState:
    """The state row, locked until the end of the transaction: one writer of facts and rollups at a time."""
    return AS_WAS.locked_state()


@transaction.atomic
def advance(
    ownership: pa.Table, *, at: datetime, summed: Mapping[SummedKey, Contribution] = NOTHING_SUMMED
) -> RollupState:
    """Bring the rollups up to the manifest and to `ownership`, touching only what changed.

    `summed` are the sums of new batches made ahead; those made from another structure are made again.
    """
    state = locked_state()
    held.follow(state, ownership)
    now = bases.basis(ownership)
    delta = Contribution()
    if state.last_batch and not is_made_from(state, now):
        before = bases.kept_basis(state.ownership_digest, state.catalog_digest)
        if before is None or not bases.is_nameable(before.ownership):
            return rebuild(ownership, at=at)
        again = partial(_attribute_again, before=before, now=now)
        moved(before, now, last_batch=state.last_batch, delta=delta, then=again)
        attribution.flush(now.ownership_digest)
    for batch in Batch.objects.filter(kind=ORDER_LINE_KIND, pk__gt=state.last_batch).order_by("pk"):
        delta.add(summed.get(bases.key(batch.content_sha256, now)) or _of_batch(batch, now))
        state.last_batch = batch.pk
    apply(AS_WAS, delta)
    _keep(state, now, at)
    return state


@transaction.atomic
def rebuild(ownership: pa.Table, *, at: datetime) -> RollupState:
    """Throw the rollups away and sum every batch again."""
    state = locked_state()
    held.follow(state, ownership)
    now = bases.basis(ownership)
    batches = store.batches()
    if engine.is_worthwhile(batches):
        whose = Whose(now.ownership, now.ownership_digest, is_kept=True)
        total = engine.summed(batches, whose, bases.directory(now.catalog))
        for batch in batches:
            attribution.attribute(batch, now.ownership, now.ownership_digest)
    else:
        total = Contribution()
        for batch in batches:
            total.add(_of_batch(batch, now))
    state.last_batch = batches[-1].pk if batches else 0
    replace(AS_WAS, total)
    state.rebuilt_at = at
    _keep(state, now, at)
    return state


def is_made_from(state: RollupState, basis: Basis) -> bool:
    return (state.ownership_digest, state.catalog_digest) == (basis.ownership_digest, basis.catalog_digest)


def _of_batch(batch: Batch, now: Basis) -> Contribution:
    lines = picking.columns(batch, SUMMED)
    lines = attribution.append(lines, attribution.of_lines(batch, lines, now.ownership, now.ownership_digest))
    return contribution(lines, sign=batch.sign, directory=bases.directory(now.catalog))


def moved(
    before: Basis,
    now: Basis,
    *,
    last_batch: int,
    delta: Contribution,
    source: Lines = ORDER_LINES,
    then: Then | None = None,
) -> None:
    """Add to `delta` what the lines of changed customers, places and products leave and where they arrive.

    Only their rows are read. `then` gets each batch with the numbers of the rows touched in it and whom they count for now.
    """
    claims = changed(before.ownership, now.ownership, "customer_code")
    codes = changed(before.catalog, now.catalog, "code")
    lines_of = [attribution.lines_of_products(before.ownership)]
    lines_of += [other for other in [attribution.lines_of_products(now.ownership)] if other not in lines_of]
    is_any = bool(len(claims) or len(codes))
    going = _Going(before, now, delta, then)
    for batch in Batch.objects.filter(kind=source.kind, pk__lte=last_batch).order_by("pk"):
        rows = np.zeros(0, np.int64)
        if is_any:
            rows = _touched(source.columns(batch, CLAIMED_BY), claims, codes, lines_of)
        going.put(batch, rows, source.rows(batch, rows, SUMMED) if rows.size else NO_LINES)
    going.settle()


class _Going:
    """Lines that leave somebody and arrive with somebody else, of many batches at once: most batches have few of them."""

    def __init__(self, before: Basis, now: Basis, delta: Contribution, then: Then | None) -> None:
        self._sides = [(side, sign, bases.directory(side.catalog)) for side, sign in ((before, -1), (now, 1))]
        self._delta, self._then = delta, then
        self._waiting: list[tuple[Batch, NDArray[np.int64], pa.Table]] = []
        self._lines = 0

    def put(self, batch: Batch, rows: NDArray[np.int64], lines: pa.Table) -> None:
        self._waiting.append((batch, rows, lines))
        self._lines += lines.num_rows
        if self._lines > AT_ONCE:
            self.settle()

    def settle(self) -> None:
        for batch_sign in (1, -1):
            mine = [one for one in self._waiting if one[0].sign == batch_sign]
            tables = [lines for _batch, rows, lines in mine if rows.size]
            owners = self._moved(pa.concat_tables(tables), batch_sign) if tables else NO_LINES
            start = 0
            for batch, rows, lines in mine:
                if self._then is not None:
                    self._then(batch, rows, owners.slice(start, lines.num_rows))
                start += lines.num_rows
        self._waiting.clear()
        self._lines = 0

    def _moved(self, lines: pa.Table, batch_sign: int) -> pa.Table:
        """Takes the lines from the one side to the other; returns whom they count for now."""
        owners = NO_LINES
        for side, sign, names in self._sides:
            owners = attribution.attribute_lines(lines, side.ownership)
            owned = attribution.append(lines, owners)
            self._delta.add(contribution(owned, sign=batch_sign, directory=names), sign=sign)
        return owners


def _touched(
    lines: pa.Table, claims: pa.Array, codes: pa.Array, lines_of: Sequence[Mapping[str, str]]
) -> NDArray[np.int64]:
    """The rows claimed under a changed key, by the lines of products before or now, or sold a changed code."""
    keys = [(column, claims) for one in lines_of for column in attribution.keys_of(lines, one)]
    keys += [(attribution.encoded(lines[name]), codes) for name in ("product_code", "channel_code")]
    touched = np.zeros(lines.num_rows, dtype=bool)
    for column, wanted in keys:
        is_wanted = np.append(pc.is_in(column.dictionary, wanted).to_numpy(zero_copy_only=False), False)
        if is_wanted.any():
            touched |= is_wanted[pc.fill_null(column.indices, len(is_wanted) - 1).to_numpy()]
    return np.flatnonzero(touched)


def changed(before: pa.Table, now: pa.Table, key: str) -> pa.Array:
    """The keys whose rows differ between two frames."""
    rows = [attribution.row_texts(frame).combine_chunks() for frame in (before, now)]
    keys = [
        frame[key].filter(pc.invert(pc.is_in(own, other)))
        for frame, own, other in ((before, *rows), (now, *reversed(rows)))
    ]
    return pc.unique(pa.chunked_array([*keys[0].chunks, *keys[1].chunks], pa.string()))


def _attribute_again(
    batch: Batch, rows: NDArray[np.int64], owners: pa.Table, *, before: Basis, now: Basis
) -> None:
    """An untouched batch keeps its attribution, under one more name; else only the rows touched are new."""
    path = attribution.path_of(batch, now.ownership_digest)
    if path.exists() or before.ownership_digest == now.ownership_digest:
        return
    old = attribution.attribute(batch, before.ownership, before.ownership_digest)
    if rows.size:
        attribution.put(path, picking.replaced(attribution.read(old), rows, owners))
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(old)


def _keep(state: RollupState, now: Basis, at: datetime) -> None:
    regions = bases.regions()
    parts: Sequence[tuple[pa.Table, str]] = (
        (now.ownership, now.ownership_digest),
        (now.catalog, now.catalog_digest),
        (regions, attribution.digest(regions)),
    )
    for frame, frame_digest in parts:
        frames.keep(frame, frame_digest)
    state.ownership_digest, state.catalog_digest = now.ownership_digest, now.catalog_digest
    state.save()
    mark(state.last_batch, *(frame_digest for _, frame_digest in parts), at=at)


def mark(last_batch: int, ownership: str, catalog: str, regions: str, *, at: datetime) -> None:
    """Leave a watermark unless the last one says the same. Time never runs backwards in them."""
    last = Watermark.objects.order_by("pk").last()
    here = {"last_batch": last_batch, "ownership_digest": ownership, "catalog_digest": catalog}
    here["regions_digest"] = regions
    if last is None or any(getattr(last, name) != value for name, value in here.items()):
        moment = at if last is None else max(at, last.recorded_at)
        Watermark.objects.create(recorded_at=moment, **here)
