"""Reading a version's log backwards: the cells as they were, and what may be undone."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from quyu.apps.targets import store
from quyu.apps.targets.axes import Cells
from quyu.apps.targets.models import Operation, PlanVersion

UNDO, REDO, MERGE = "undo", "redo", "merge"
STEADY = frozenset({"create", "copy", "branch", "lock", "unlock"})
"""Kinds that are not taken back: they make a version, or change no cell."""
FARTHEST_BACK = 500
"""A reading older than this many changes is treated as stale."""


def cells_at(version: PlanVersion, now: Cells, row_version: int) -> Cells | None:
    """The cells as they were when the version carried `row_version`; None when that was never or too long ago."""
    behind = version.version - row_version
    if behind < 0 or behind > FARTHEST_BACK:
        return None
    operations = Operation.objects.filter(plan_version=version).order_by("-sequence")[:behind]
    since = [operation for operation in operations if operation.detail["version"] > row_version]
    return rewind(now, since)


def rewind(cells: Cells, newest_first: Iterable[Operation]) -> Cells:
    """The cells before these operations."""
    for operation in newest_first:
        if operation.patch is not None:
            cells = store.backward(cells, bytes(operation.patch))
    return cells


def last_sequence(version: PlanVersion) -> int:
    """The number of the newest operation; 0 without any."""
    last = (
        Operation.objects.filter(plan_version=version).order_by("-sequence").values_list("sequence").first()
    )
    return last[0] if last else 0


def state_after(version: PlanVersion, sequence: int) -> Cells:
    """The cells as operation `sequence` left them."""
    later = Operation.objects.filter(plan_version=version, sequence__gt=sequence).order_by("-sequence")
    return rewind(store.load(version), later.iterator(chunk_size=50))


def last_undoable(version: PlanVersion) -> Operation | None:
    """The newest change that stands: not undone, or done again since; the creation stays."""
    newest = next(_standing(version), None)
    return None if newest is None else _operation(version, newest[0])


def last_redoable(version: PlanVersion) -> Operation | None:
    """What was undone last, unless something else was changed since."""
    trailing: list[tuple[str, int]] = []
    for _sequence, kind, undoes, redoes in _steps(version):
        if kind in (UNDO, REDO):
            trailing.append((kind, undoes if kind == UNDO else redoes))
        elif kind not in STEADY:
            break
    waiting: list[int] = []
    for kind, sequence in reversed(trailing):
        if kind == UNDO:
            waiting.append(sequence)
        else:
            waiting.pop()
    return _operation(version, waiting[-1]) if waiting else None


def standing_merges(version: PlanVersion) -> Iterator[Operation]:
    """The merges into a version that were not undone, newest first."""
    for sequence, kind in _standing(version):
        if kind == MERGE:
            yield _operation(version, sequence)


def _standing(version: PlanVersion) -> Iterator[tuple[int, str]]:
    """(sequence, kind) of the changes that stand, newest first."""
    settled: dict[int, bool] = {}
    for sequence, kind, undoes, redoes in _steps(version):
        if kind == UNDO:
            settled.setdefault(undoes, False)
        elif kind == REDO:
            settled.setdefault(redoes, True)
        elif kind not in STEADY and settled.get(sequence, True):
            yield sequence, kind


def _steps(version: PlanVersion) -> Iterator[tuple[int, str, int, int]]:
    """(sequence, kind, what it undoes, what it does again), newest first."""
    rows = Operation.objects.filter(plan_version=version).order_by("-sequence")
    return rows.values_list("sequence", "kind", "detail__undoes", "detail__redoes").iterator(chunk_size=200)


def _operation(version: PlanVersion, sequence: int) -> Operation:
    return Operation.objects.select_related("actor").get(plan_version=version, sequence=sequence)


def chain(
    previous: str, kind: str, detail: Mapping[str, Any], reason: str, actor_id: int | None, at: datetime
) -> str:
    """SHA-256 over the previous digest and the canonical text of the change (the cells' digest is in `detail`)."""
    said = [previous, kind, dict(detail), reason, actor_id, at.astimezone(UTC).isoformat()]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_link(version: PlanVersion) -> int | None:
    """The first operation whose digest does not follow from its content and the one before; None when all do."""
    previous = ""
    for operation in Operation.objects.filter(plan_version=version).order_by("sequence"):
        expected = chain(
            previous, operation.kind, operation.detail, operation.reason, operation.actor_id, operation.at
        )
        if operation.digest != expected:
            return operation.sequence
        previous = operation.digest
    return None
