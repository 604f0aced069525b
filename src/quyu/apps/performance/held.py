"""What closed months keep: who owned what on their days, as it stood when each of them was closed.

The claims of all closed days are one frame beside the facts. Laid over the ownership of now it gives the
ownership that figures as it was are made from, whatever moves afterwards: by delta, from nothing and by any
engine. Territories and people are kept by their ids, which outlast a change of their codes.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quyu.apps.performance import frames
from quyu.apps.performance.models import RollupState
from quyu.apps.performance.rollup_rows import AS_WAS
from quyu.apps.territories.models import Territory
from quyu.platform.facts import attribution, closing
from quyu.platform.people.models import Person

EVER = 2**31 - 1
Span = tuple[int, int]
"""Days from, to (half-open), as numbers since 1970."""
OWNERS: Mapping[str, type[Territory] | type[Person]] = {"territory_code": Territory, "person_code": Person}


def follow(state: RollupState, ownership: pa.Table) -> None:
    """Keep the claims of months closed since, and let go of those opened again.

    A month is kept as the figures had it: as the rollups were made from, else as `ownership` says. Call it
    under the lock of the rollups.
    """
    known, wanted = {date.fromisoformat(month) for month in state.held_months}, set(closing.closed_months())
    if known == wanted or not state.ownership_digest:
        return
    held = _kept(state)
    source = frames.kept(state.ownership_digest)
    held = laid(held.slice(0, 0), over=held, spans=_spans(known & wanted))
    held = laid(held, over=_claims(ownership if source is None else source), spans=_spans(wanted - known))
    by_id = _translated(held, is_by_code=True)
    state.held_digest = attribution.digest(by_id)
    frames.keep(by_id, state.held_digest)
    state.held_months = sorted(month.isoformat() for month in wanted)
    state.save(update_fields=["held_digest", "held_months"])


def over(ownership: pa.Table) -> pa.Table:
    """The ownership of now with the claims that closed months keep on their days."""
    state = RollupState.objects.filter(pk=AS_WAS.state_id).first()
    if state is None or not state.held_months:
        return ownership
    is_claim = _is_claim(ownership)
    spans = _spans({date.fromisoformat(month) for month in state.held_months})
    claims = laid(ownership.filter(is_claim), over=_kept(state), spans=spans)
    return pa.concat_tables([claims, ownership.filter(pc.invert(is_claim))])


def laid(below: pa.Table, *, over: pa.Table, spans: Sequence[Span]) -> pa.Table:
    """The claims of `over` on the days of `spans`, those of `below` on all others; neighbours alike are one."""
    left, at = [], -EVER
    for start, end in spans:
        left.append((at, start))
        at = end
    pieces = [_clipped(over, span) for span in spans]
    pieces += [_clipped(below, span) for span in [*left, (at, EVER)]]
    return _joined(pa.concat_tables(pieces))


def _claims(ownership: pa.Table) -> pa.Table:
    """Without the rows that tell the lines of products: they have no days."""
    return ownership.filter(_is_claim(ownership))


def _is_claim(ownership: pa.Table) -> pa.ChunkedArray:
    return pc.invert(pc.starts_with(ownership["customer_code"], attribution.PRODUCT))


def _kept(state: RollupState) -> pa.Table:
    """What is kept so far, under the codes of today."""
    by_id = frames.kept(state.held_digest) if state.held_digest else None
    return attribution.OWNERSHIP.empty_table() if by_id is None else _translated(by_id, is_by_code=False)


def _translated(frame: pa.Table, *, is_by_code: bool) -> pa.Table:
    """Codes of territories and people to ids as text, or back."""
    for name, model in OWNERS.items():
        pairs = list(model._default_manager.values_list("code", "pk"))
        codes = pa.array([code for code, _ in pairs], pa.string())
        ids = pa.array([str(pk) for _, pk in pairs], pa.string())
        known, wanted = (codes, ids) if is_by_code else (ids, codes)
        column = wanted.take(pc.index_in(frame[name].combine_chunks(), value_set=known))
        frame = frame.set_column(
            frame.schema.get_field_index(name), attribution.OWNERSHIP.field(name), column
        )
    return frame


def _spans(months: set[date]) -> list[Span]:
    """The days of the months, neighbouring months as one span."""
    found: list[Span] = []
    for month in sorted(months):
        first = np.datetime64(month, "M")
        start, end = (int(day.astype("datetime64[D]").astype(int)) for day in (first, first + 1))
        if found and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _days(frame: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    start, end = (
        pc.fill_null(frame[name].cast(pa.int32()).cast(pa.int64()), missing).to_numpy()
        for name, missing in (("valid_from", -EVER), ("valid_to", EVER))
    )
    return start, end


def _dated(frame: pa.Table, start: NDArray[np.int64], end: NDArray[np.int64]) -> pa.Table:
    for name, days, ever in (("valid_from", start, -EVER), ("valid_to", end, EVER)):
        column = pa.array(days.astype(np.int32), mask=days == ever).cast(pa.date32())
        frame = frame.set_column(
            frame.schema.get_field_index(name), attribution.OWNERSHIP.field(name), column
        )
    return frame


def _clipped(frame: pa.Table, span: Span) -> pa.Table:
    start, end = _days(frame)
    start, end = np.maximum(start, span[0]), np.minimum(end, span[1])
    lasting = np.flatnonzero(start < end)
    return _dated(frame.take(pa.array(lasting)), start[lasting], end[lasting])


def _joined(frame: pa.Table) -> pa.Table:
    """Claims of one key and owner that follow each other without a day between become one."""
    if not frame.num_rows:
        return frame
    owned = [_numbered(frame[name]) for name in ("customer_code", "territory_code", "person_code")]
    start, end = _days(frame)
    order = np.lexsort((start, owned[0]))
    owned, start, end = [part[order] for part in owned], start[order], end[order]
    is_first = np.append(True, start[1:] != end[:-1])
    for part in owned:
        is_first[1:] |= part[1:] != part[:-1]
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(order)) - 1
    return _dated(frame.take(pa.array(order[first])), start[first], end[last])


def _numbered(column: pa.ChunkedArray) -> NDArray[np.int64]:
    codes = pc.fill_null(column.combine_chunks().dictionary_encode().indices.cast(pa.int64()), -1)
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)
