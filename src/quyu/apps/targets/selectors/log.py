"""Reading a version's log backwards: the cells as they were, and what may be undone."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from quyu.apps.targets import store
from quyu.apps.targets.axes import Cells
from quyu.apps.targets.models import Operation, PlanVersion

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


def last_undoable(version: PlanVersion) -> Operation | None:
    """The newest change of cells that is neither an undo nor already undone; the creation stays."""
    undone: set[int] = set()
    for operation in (
        Operation.objects.filter(plan_version=version).select_related("actor").order_by("-sequence")
    ):
        if operation.kind == "undo":
            undone.add(operation.detail["undoes"])
        elif operation.kind in ("edit", "import", "share") and operation.sequence not in undone:
            return operation
    return None


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
