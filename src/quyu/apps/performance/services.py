"""Recording what was sold: facts, attribution and rollups move together, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from django.db import transaction

from quyu.apps.customers import selectors as customers
from quyu.apps.customers.division import alarm, keeping
from quyu.apps.performance import bases, following, restated, rollups
from quyu.apps.performance.contributions import Contribution, contribution
from quyu.apps.performance.models import RollupState
from quyu.platform.audit import services as audit
from quyu.platform.facts import attribution, durable, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND, SCHEMAS
from quyu.platform.files import services as files
from quyu.platform.people.models import User

DEFAULT_SOURCE = "orders"


@dataclass(frozen=True)
class Staged:
    """Order lines on disk as a batch, attributed and summed; recording them only writes rows."""

    batch: store.Staged
    summed: Mapping[rollups.SummedKey, Contribution]


def stage_orders(table: pa.Table, *, source_sha256: str, is_summed: bool = True) -> Staged:
    """Do before the transaction whatever of an import takes long.

    Lines of master data that is yet to be created are summed within it: their sums are kept by its ids.
    """
    staged = store.stage(table, source_sha256=source_sha256)
    if not is_summed:
        return Staged(staged, {})
    table = table.select(rollups.SUMMED)
    now = bases.basis(customers.ownership_frame())
    columns = attribution.attribute_lines(table, now.ownership)
    attribution.put(attribution.path_of(staged, now.ownership_digest), columns)
    lines = attribution.append(table, columns)
    sums = contribution(lines, sign=1, directory=bases.directory(now.catalog))
    return Staged(staged, {bases.key(staged.content_sha256, now): sums})


def is_current(staged: Staged, source_sha256: str) -> bool:
    """Whether the staged batch may still be recorded; its sums are looked at again when it is."""
    return store.is_current(staged.batch, source_sha256)


def record_orders(
    table: pa.Table | Staged,
    *,
    file_name: str,
    source_sha256: str,
    actor: User | None,
    at: datetime,
    source: str = DEFAULT_SOURCE,
) -> Batch:
    """Add order lines as one batch with their attribution and rollups; the same file again adds nothing."""
    content, summed = (table.batch, table.summed) if isinstance(table, Staged) else (table, {})
    return _record(
        content,
        ORDER_LINE_KIND,
        summed,
        file_name=file_name,
        source_sha256=source_sha256,
        actor=actor,
        at=at,
        source=source,
    )


def record_facts(
    table: pa.Table | store.Staged,
    *,
    kind: str,
    file_name: str,
    source_sha256: str,
    actor: User | None,
    at: datetime,
    source: str = "",
) -> Batch:
    """Add facts of another kind as one batch, with their tally; the same file again adds nothing."""
    return _record(
        table,
        kind,
        rollups.NOTHING_SUMMED,
        file_name=file_name,
        source_sha256=source_sha256,
        actor=actor,
        at=at,
        source=source or kind,
    )


@transaction.atomic
def _record(
    content: pa.Table | store.Staged,
    kind: str,
    summed: Mapping[rollups.SummedKey, Contribution],
    *,
    file_name: str,
    source_sha256: str,
    actor: User | None,
    at: datetime,
    source: str,
) -> Batch:
    rollups.locked_state()
    batch = store.write_batch(
        content,
        kind=kind,
        source=source,
        file_name=file_name,
        source_sha256=source_sha256,
        actor=actor,
        at=at,
    )
    if batch.was_present:
        return batch
    keeping.keep(at=at)
    _advance(at=at, summed=summed)
    audit.record(
        actor=actor,
        verb="import",
        subject=batch,
        label=file_name,
        detail={"rows": batch.row_count, "amount_fen": batch.amount_fen, "sha256": source_sha256},
        at=at,
    )
    return batch


@transaction.atomic
def reverse(*, batch: Batch, reason: str, actor: User | None, at: datetime) -> Batch:
    """Undo an import by a batch of negated rows; the reason is part of the record."""
    rollups.locked_state()
    reversal = store.reverse_batch(batch=batch, reason=reason, actor=actor, at=at)
    _advance(at=at)
    audit.record(
        actor=actor,
        verb="reverse",
        subject=reversal,
        label=batch.file_name,
        detail={"rows": batch.row_count, "amount_fen": -batch.amount_fen, "reverses": batch.pk},
        reason=reason,
        at=at,
    )
    return reversal


@transaction.atomic
def _advance(
    *, at: datetime, summed: Mapping[rollups.SummedKey, Contribution] = rollups.NOTHING_SUMMED
) -> RollupState:
    """Bring every set of sums up to the facts and the ownership of now."""
    state = rollups.advance(customers.ownership_frame(), at=at, summed=summed)
    following.follow()
    return state


def refresh_ownership(*, at: datetime) -> RollupState:
    """Attribute again what a change of territories, owners, customers, rules or products touches."""
    keeping.keep(at=at)
    alarm.look(at=at)
    return _advance(at=at)


def restate(*, today: date) -> None:
    """Bring the restated rollups to the structure of `today`, by what changed since they were asked for last.

    Tallies that are behind, as those of a kind that is new to the product, are summed too.
    """
    restated.refresh(today)
    catch_up()
    following.follow_restated(today)


@transaction.atomic
def catch_up() -> None:
    """Sum what the tallies do not contain yet; nothing when they do."""
    rollups.locked_state()
    following.follow()


def is_restated(*, today: date) -> bool:
    """Whether the restated rollups are those of `today` and of all that is known."""
    return restated.is_current(today)


@transaction.atomic
def rebuild_rollups(*, at: datetime) -> RollupState:
    """Sum every batch again from nothing."""
    state = rollups.rebuild(customers.ownership_frame(), at=at)
    following.forget()
    following.follow()
    return state


def tidy(*, grace: timedelta = store.SWEEP_GRACE) -> int:
    """Clear away what crashes and changes left beside the facts; how many files and folders. Never facts."""
    in_use = set(RollupState.objects.values_list("ownership_digest", flat=True))
    return (
        sum(store.sweep(kind, grace=grace) for kind in SCHEMAS)
        + attribution.sweep(in_use, grace=grace)
        + durable.sweep_temporary(store.root(), grace=grace)
        + files.sweep(grace=grace)
    )
