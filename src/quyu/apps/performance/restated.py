"""The restated rollups (重述口径): all of history as the structure of one day would have had it.

They follow the rollups as it was: the same batches and the same ownership, of which only the claims in force
on the day count, for all time. Brought up to date by the worker when somebody asks for them, by what changed since.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from quyu.apps.performance import bases, engine, frames, rollups
from quyu.apps.performance.bases import Basis
from quyu.apps.performance.contributions import Contribution, Directory, contribution
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollup_rows import AS_WAS, RESTATED, apply, replace
from quyu.apps.performance.walked import Whose
from quyu.platform.facts import attribution, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE_KIND


def is_current(today: date) -> bool:
    """Whether the restated rollups say what they would say if they were made now."""
    facts = RollupState.objects.filter(pk=AS_WAS.state_id).first()
    if facts is None or not facts.ownership_digest:
        return True
    state = RollupState.objects.filter(pk=RESTATED.state_id).first()
    return state is not None and _is_current(state, facts, today)


def refresh(today: date) -> None:
    """Bring the restated rollups to `today` and to what the rollups as it was contain."""
    facts = RollupState.objects.filter(pk=AS_WAS.state_id).first()
    if facts is None or is_current(today):
        return
    source = bases.kept_basis(facts.ownership_digest, facts.catalog_digest)
    if source is not None:
        _advance(source.restated(today), facts, today)


def _is_current(state: RollupState, facts: RollupState, today: date) -> bool:
    return (state.restated_on, state.restated_from, state.catalog_digest, state.last_batch) == (
        today,
        facts.ownership_digest,
        facts.catalog_digest,
        facts.last_batch,
    )


@transaction.atomic
def _advance(now: Basis, facts: RollupState, today: date) -> None:
    state = RESTATED.locked_state()
    before = bases.kept_basis(state.ownership_digest, state.catalog_digest)
    delta = Contribution()
    is_anew = before is None or state.last_batch > facts.last_batch or not bases.is_nameable(before.ownership)
    if is_anew or before is None:
        state.last_batch = 0
    elif not rollups.is_made_from(state, now):
        rollups.moved(before, now, last_batch=state.last_batch, delta=delta)
    batches = Batch.objects.filter(kind=ORDER_LINE_KIND, pk__lte=facts.last_batch, pk__gt=state.last_batch)
    delta.add(of_batches(batches.order_by("pk"), now, bases.directory(now.catalog)))
    (replace if is_anew else apply)(RESTATED, delta)
    for frame, frame_digest in ((now.ownership, now.ownership_digest), (now.catalog, now.catalog_digest)):
        frames.keep(frame, frame_digest)
    state.ownership_digest, state.catalog_digest = now.ownership_digest, now.catalog_digest
    state.last_batch, state.restated_on, state.restated_from = facts.last_batch, today, facts.ownership_digest
    state.save()


def of_batches(batches: Iterable[Batch], basis: Basis, names: Directory) -> Contribution:
    """What batches add up to under a basis, many lines by the engine; nothing is written."""
    known = list(batches)
    if engine.is_worthwhile(known):
        return engine.summed(known, Whose(basis.ownership, basis.ownership_digest), names)
    total = Contribution()
    for batch in known:
        lines = store.read(batch)
        owned = attribution.append(lines, attribution.attribute_lines(lines, basis.ownership))
        total.add(contribution(owned, sign=batch.sign, directory=names))
    return total
