"""Keeping the rollups equal to the facts: forward by delta, or from nothing; both give the same bits.

`RollupState` is the only writer's lock and says which batches, which ownership and which catalog the
rollups contain. `advance` brings them up to date in the caller's transaction: first what a changed
ownership or catalog moves, then the batches that are new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, models, transaction
from django.db.models import Q

from quyu.apps.performance.contributions import Contribution, Directory, contribution
from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState
from quyu.apps.territories.models import Territory
from quyu.kernel.deferred import deferred
from quyu.platform.catalog.models import Channel, Product
from quyu.platform.facts import attribution, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND
from quyu.platform.people.models import Person

if TYPE_CHECKING:
    import pyarrow.parquet as pq
else:
    pq = deferred("pyarrow.parquet")

CHUNK = 5000
INSERTED = 400


@dataclass(frozen=True)
class Basis:
    """What attribution and rollups are derived from, beside the facts."""

    ownership: pa.Table
    catalog: pa.Table
    ownership_digest: str
    catalog_digest: str


def basis(ownership: pa.Table) -> Basis:
    """The ownership given and the catalog of now, with their fingerprints."""
    frame = ownership.select(attribution.OWNERSHIP.names).cast(attribution.OWNERSHIP)
    products = list(Product.objects.order_by("pk").values_list("code", "line_id"))
    channels = list(Channel.objects.order_by("pk").values_list("code", "pk"))
    catalog = pa.table(
        {
            "kind": pa.array(["product"] * len(products) + ["channel"] * len(channels), pa.string()),
            "code": pa.array([code for code, _ in products + channels], pa.string()),
            "id": pa.array([number for _, number in products + channels], pa.int64()),
        }
    )
    return Basis(frame, catalog, attribution.digest(frame), attribution.digest(catalog))


def locked_state() -> RollupState:
    """The state row, locked until the end of the transaction: one writer of rollups at a time."""
    RollupState.objects.get_or_create(pk=1)
    return RollupState.objects.select_for_update().get(pk=1)


@transaction.atomic
def advance(ownership: pa.Table) -> RollupState:
    """Bring the rollups up to the manifest and to `ownership`, touching only what changed."""
    state = locked_state()
    now = basis(ownership)
    delta = Contribution()
    if state.last_batch and (state.ownership_digest, state.catalog_digest) != (
        now.ownership_digest,
        now.catalog_digest,
    ):
        before = _stored_basis(state)
        if before is None or not _is_nameable(before.ownership):
            return rebuild(ownership)
        _move(before, now, last_batch=state.last_batch, delta=delta)
    for batch in Batch.objects.filter(kind=ORDER_LINE_KIND, pk__gt=state.last_batch).order_by("pk"):
        delta.add(_of_batch(batch, now))
        state.last_batch = batch.pk
    _apply(delta)
    _keep(state, now)
    return state


@transaction.atomic
def rebuild(ownership: pa.Table, *, at: datetime | None = None) -> RollupState:
    """Throw the rollups away and sum every batch again."""
    state = locked_state()
    now = basis(ownership)
    total = Contribution()
    state.last_batch = 0
    for batch in store.batches():
        total.add(_of_batch(batch, now))
        state.last_batch = batch.pk
    MonthRollup.objects.all().delete()
    DayRollup.objects.all().delete()
    _insert(total)
    state.rebuilt_at = at or state.rebuilt_at
    _keep(state, now)
    return state


def _directory(catalog: pa.Table) -> Directory:
    return Directory(_codes(Territory.objects), _codes(Person.objects), catalog)


def _is_nameable(frame: pa.Table) -> bool:
    """Whether every territory and person of a frame still goes by its code there."""
    return all(
        pc.all(pc.is_in(frame[column].drop_null(), rows["code"]), min_count=0).as_py()
        for column, rows in (
            ("territory_code", _codes(Territory.objects)),
            ("person_code", _codes(Person.objects)),
        )
    )


def _codes(rows: "models.Manager[Territory] | models.Manager[Person]") -> pa.Table:
    pairs = list(rows.order_by("pk").values_list("code", "pk"))
    return pa.table(
        {
            "code": pa.array([c for c, _ in pairs], pa.string()),
            "id": pa.array([i for _, i in pairs], pa.int64()),
        }
    )


def _of_batch(batch: Batch, now: Basis) -> Contribution:
    lines = attribution.attributed(batch, now.ownership)
    return contribution(lines, sign=batch.sign, directory=_directory(now.catalog))


def _move(before: Basis, now: Basis, *, last_batch: int, delta: Contribution) -> None:
    """Add to `delta` what the lines of changed customers and products leave and where they arrive."""
    customers = _changed(before.ownership, now.ownership, "customer_code")
    codes = _changed(before.catalog, now.catalog, "code")
    for batch in Batch.objects.filter(kind=ORDER_LINE_KIND, pk__lte=last_batch).order_by("pk"):
        old = attribution.attributed(batch, before.ownership)
        touched = _among(customers, codes, old)
        if not pc.any(touched).as_py():
            _link(batch, before, now)
            continue
        new = attribution.attributed(batch, now.ownership)
        delta.add(
            contribution(old.filter(touched), sign=batch.sign, directory=_directory(before.catalog)), sign=-1
        )
        delta.add(contribution(new.filter(touched), sign=batch.sign, directory=_directory(now.catalog)))


def _among(keys: pa.Array, codes: pa.Array, lines: pa.Table) -> pa.ChunkedArray:
    """Whether each line is claimed under a changed key or sold a changed product or channel."""
    touched = pc.or_(
        pc.is_in(lines["product_code"], codes), pc.fill_null(pc.is_in(lines["channel_code"], codes), False)
    )
    for column in attribution.keys_of(lines):
        claimed = pc.is_in(column.dictionary, keys).take(column.indices)
        touched = pc.or_(touched, pc.fill_null(claimed, False))
    return touched


def _changed(before: pa.Table, now: pa.Table, key: str) -> pa.Array:
    """The keys whose rows differ between two frames."""
    sides = []
    for frame in (before, now):
        columns = [pc.fill_null(column.cast(pa.string()), "\x00") for column in frame.columns]
        rows = pc.binary_join_element_wise(*columns, "\x1f").to_pylist()
        sides.append(set(zip(frame[key].to_pylist(), rows, strict=True)))
    return pa.array(sorted({name for name, _ in sides[0] ^ sides[1]}), pa.string())


def _link(batch: Batch, before: Basis, now: Basis) -> None:
    """An untouched batch keeps its attribution: one more name for the same file."""
    path = attribution.path_of(batch, now.ownership_digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(attribution.attribute(batch, before.ownership))


def _frame_path(frame_digest: str) -> Path:
    return store.root() / "frames" / f"{frame_digest}.parquet"


def _keep(state: RollupState, now: Basis) -> None:
    attribution.put(_frame_path(now.ownership_digest), now.ownership)
    attribution.put(_frame_path(now.catalog_digest), now.catalog)
    state.ownership_digest, state.catalog_digest = now.ownership_digest, now.catalog_digest
    state.save()


def _stored_basis(state: RollupState) -> Basis | None:
    """The frames the rollups were made from; None when they were cleared away, so that all is summed again."""
    paths = [_frame_path(state.ownership_digest), _frame_path(state.catalog_digest)]
    if not all(path.exists() for path in paths):
        return None
    return Basis(
        pq.read_table(paths[0]), pq.read_table(paths[1]), state.ownership_digest, state.catalog_digest
    )


def _apply(delta: Contribution) -> None:
    """Add `delta` to the stored rows of the months and days it touches; rows that become nothing go."""
    total = Contribution()
    _delete(MonthRollup, _take_months(delta, total))
    _delete(DayRollup, _take_days(delta, total))
    total.add(delta)
    _insert(total)


def _take_months(delta: Contribution, total: Contribution) -> list[int]:
    """Put the stored values of the keys of `delta` into `total`; return their rows."""
    taken = []
    rows = MonthRollup.objects.filter(month__in=delta.months.days).values_list(
        "pk", "month", "territory_id", "person_id", "product_line_id", "channel_id",
        "amount_fen", "quantity_milli", "line_count",
    )  # fmt: skip
    for pk, month, territory, person, line, channel, amount, quantity, lines in rows:
        key = (month.isoformat(), territory, person, line, channel)
        if key in delta.months.by_key:
            total.months.by_key[key] = (amount, quantity, lines)
            taken.append(pk)
    return taken


def _take_days(delta: Contribution, total: Contribution) -> list[int]:
    """As `_take_months`, for days."""
    taken = []
    days = delta.days.days
    span = Q(day__gte=days[0], day__lte=days[-1]) if days else Q(pk__in=[])
    rows = DayRollup.objects.filter(span).values_list("pk", "day", "territory_id", "amount_fen", "line_count")
    for pk, day, territory, amount, lines in rows:
        key = (day.isoformat(), territory)
        if key in delta.days.by_key:
            total.days.by_key[key] = (amount, lines)
            taken.append(pk)
    return taken


def _delete(model: type[models.Model], keys: Sequence[int]) -> None:
    for start in range(0, len(keys), CHUNK):
        model._default_manager.filter(pk__in=keys[start : start + CHUNK]).delete()


def _insert(total: Contribution) -> None:
    """Write the keys that hold anything."""
    _insert_rows(
        MonthRollup,
        (
            "month",
            "territory_id",
            "person_id",
            "product_line_id",
            "channel_id",
            "amount_fen",
            "quantity_milli",
            "line_count",
        ),
        total.months.columns(),
    )
    _insert_rows(
        DayRollup,
        ("day", "territory_id", "amount_fen", "line_count"),
        total.days.columns(),
    )


def _insert_rows(model: type[models.Model], names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Many rows a statement; model objects would cost ten times the work."""
    width, quote = len(names), connection.ops.quote_name
    flat = [None] * (width * len(columns[0]) if columns else 0)
    for place, column in enumerate(columns):
        flat[place::width] = column
    marks = f"({', '.join(['%s'] * width)})"
    start = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, names))}) VALUES "  # nosec B608
    whole = len(flat) - len(flat) % (INSERTED * width)
    with connection.cursor() as cursor:
        for part in (flat[:whole], flat[whole:]):
            size = min(INSERTED * width, len(part))
            if size:
                statement = start + ", ".join([marks] * (size // width))
                cursor.executemany(statement, [part[i : i + size] for i in range(0, len(part), size)])
