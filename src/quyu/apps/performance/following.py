"""The tallies follow the order rollups: the same ownership, every batch of their kind, by delta.

`follow` runs in the transaction that records facts or moves ownership, under the lock of the order rollups.
The restated rows are brought up to a day when somebody asks for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max

from quyu.apps.performance import bases, engine, frames, rollups, walked
from quyu.apps.performance.bases import Basis
from quyu.apps.performance.contributions import Contribution, Directory, contribution
from quyu.apps.performance.models import RollupState, TallyState
from quyu.apps.performance.rollup_rows import AS_WAS, Reading, apply, replace
from quyu.apps.performance.rollups import SUMMED
from quyu.apps.performance.tallies import Tally, tallies
from quyu.apps.performance.walked import Whose
from quyu.platform.facts import attribution
from quyu.platform.facts.models import Batch


@dataclass(frozen=True)
class _Known:
    """What there is to sum and what was summed: last batch by kind, state by name of the rows."""

    facts: RollupState
    last: Mapping[str, int]
    states: Mapping[str, TallyState]

    def is_current(self, tally: Tally) -> bool:
        state = self.states.get(tally.reading().tally)
        return self._is_complete(tally, state) and (state is None or _made_of(state) == _made_of(self.facts))

    def is_restated(self, tally: Tally, today: date) -> bool:
        state = self.states.get(tally.reading(is_restated=True).tally)
        if not self._is_complete(tally, state) or state is None:
            return self._is_complete(tally, state)
        made = (state.restated_on, state.restated_from, state.catalog_digest)
        return made == (today, self.facts.ownership_digest, self.facts.catalog_digest)

    def _is_complete(self, tally: Tally, state: TallyState | None) -> bool:
        return (state.last_batch if state else 0) >= self.last.get(tally.kind, 0)


def _known() -> _Known | None:
    """None while nothing was ever summed."""
    facts = RollupState.objects.filter(pk=AS_WAS.state_id).first()
    if facts is None or not facts.ownership_digest:
        return None
    last = Batch.objects.order_by().values_list("kind").annotate(last=Max("pk"))
    return _Known(facts, dict(last), {state.pk: state for state in TallyState.objects.all()})


def follow() -> None:
    """Bring every tally up to the batches there are and to the ownership of the order rollups."""
    known = _known()
    stale = [tally for tally in tallies() if not known.is_current(tally)] if known else []
    if known is None or not stale:
        return
    now = bases.kept_basis(*_made_of(known.facts))
    if now is None:
        return
    for tally in stale:
        _advance(tally, tally.reading(), now)


@transaction.atomic
def follow_restated(today: date) -> None:
    """Bring the restated rows of every tally to the structure of `today`."""
    AS_WAS.locked_state()
    known = _known()
    source = bases.kept_basis(*_made_of(known.facts)) if known else None
    if known is None or source is None:
        return
    now = source.restated(today)
    for tally in tallies():
        if not known.is_restated(tally, today):
            state = _advance(tally, tally.reading(is_restated=True), now)
            state.restated_on, state.restated_from = today, known.facts.ownership_digest
            state.save()


def forget() -> None:
    """Throw every tally away, to be summed again from nothing by `follow`."""
    for tally in tallies():
        for is_restated in (False, True):
            replace(tally.reading(is_restated=is_restated), Contribution())
    TallyState.objects.all().delete()


def is_current(tally: Tally) -> bool:
    """Whether the rows of a tally contain all facts there are, under the ownership of the order rollups."""
    known = _known()
    return known is None or known.is_current(tally)


def is_restated(tally: Tally, today: date) -> bool:
    """Whether the restated rows of a tally are those of `today`."""
    known = _known()
    return known is None or known.is_restated(tally, today)


def _made_of(one: RollupState | TallyState | Basis) -> tuple[str, str]:
    return one.ownership_digest, one.catalog_digest


def _advance(tally: Tally, reading: Reading, now: Basis) -> TallyState:
    """By delta from what the rows were made of; from nothing when that is lost."""
    state, _is_new = TallyState.objects.get_or_create(pk=reading.tally)
    delta, is_anew = Contribution(), not state.last_batch
    if state.last_batch and _made_of(state) != _made_of(now):
        before = bases.kept_basis(state.ownership_digest, state.catalog_digest)
        if before is None or not bases.is_nameable(before.ownership):
            is_anew, state.last_batch = True, 0
        else:
            rollups.moved(before, now, last_batch=state.last_batch, delta=delta, source=tally)
    batches = list(Batch.objects.filter(kind=tally.kind, pk__gt=state.last_batch).order_by("pk"))
    delta.add(of_batches(tally, batches, now, bases.directory(now.catalog)))
    state.last_batch = batches[-1].pk if batches else state.last_batch
    (replace if is_anew else apply)(reading, delta)
    for frame, frame_digest in ((now.ownership, now.ownership_digest), (now.catalog, now.catalog_digest)):
        frames.keep(frame, frame_digest)
    state.ownership_digest, state.catalog_digest = _made_of(now)
    state.save()
    return state


def of_batches(tally: Tally, batches: Sequence[Batch], basis: Basis, names: Directory) -> Contribution:
    """What batches add to a tally under a basis, many lines by compiled code; nothing is written."""
    if engine.is_many(batches):
        parts = ((tally.counted(tally.columns(one, SUMMED), one.sign), one.sign) for one in batches)
        return engine.contribution_of(*walked.lines_sums(parts, Whose(basis.ownership), names))
    total = Contribution()
    for batch in batches:
        total.add(of_batch(tally, batch, basis, names))
    return total


def of_batch(tally: Tally, batch: Batch, basis: Basis, names: Directory) -> Contribution:
    """What a batch adds to a tally under a basis; nothing is written."""
    lines = tally.counted(tally.columns(batch, SUMMED), batch.sign)
    if not lines.num_rows:
        return Contribution()
    owned = attribution.append(lines, attribution.attribute_lines(lines, basis.ownership))
    return contribution(owned, sign=batch.sign, directory=names)
