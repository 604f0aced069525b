"""Every number has a parent: one node through all versions it came from, operation by operation.

A version follows from the one it is based on by its log, so the chain needs nothing but rewinding: the
value after an operation is the value before the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Node, UnknownNode
from quyu.apps.targets.models import Operation, PlanVersion, TargetChange
from quyu.apps.targets.selectors.hedges import untold
from quyu.apps.targets.selectors.history import change_of, person_name
from quyu.apps.targets.selectors.reach import Reach

MOST_VERSIONS = 30
MOST_STEPS = 300


@dataclass(frozen=True)
class Step:
    """One operation that changed the node: from `before` to `after`, by whom, when, why, and on which request."""

    sequence: int
    title: str
    subject: str
    before: int
    after: int
    person: str
    reason: str
    at: datetime
    change: TargetChange | None

    @property
    def delta(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Link:
    """A version with its value of the node, None where it has no such node, and the steps inside it, newest first."""

    version: PlanVersion
    value: int | None
    published_at: datetime | None
    effective_from: date | None
    steps: tuple[Step, ...]


def lineage(version: PlanVersion, node: Node, *, reach: Reach) -> list[Link]:
    """From this version back to the first draft it came from.

    For who is not told of a hedge a version begins after it: the step from the number before would tell.
    """
    links: list[Link] = []
    seen: set[int] = set()
    current: PlanVersion | None = version
    while current is not None and current.pk not in seen and len(links) < MOST_VERSIONS:
        seen.add(current.pk)
        links.append(_link(current, node, reach))
        current = current.based_on
    return links


def _link(version: PlanVersion, node: Node, reach: Reach) -> Link:
    axes = Axes.from_json(version.axes)
    try:
        axes.ranges(node)
    except UnknownNode:
        return Link(version, None, version.published_at, version.effective_from, ())
    cells = store.load_shaped(version, axes.shape)
    steps = tuple(_steps(version, axes, node, cells, reach))
    value = int(cells[axes.block(node)].sum())
    return Link(version, value, version.published_at, version.effective_from, steps)


def _steps(version: PlanVersion, axes: Axes, node: Node, cells: Cells, reach: Reach) -> Iterator[Step]:
    block = axes.block(node)
    rows = Operation.objects.filter(plan_version=version).select_related("actor").order_by("-sequence")
    changes_asked = {change.pk: change for change in TargetChange.objects.filter(result=version)}
    hidden = untold(version, reach)
    for row in rows[:MOST_STEPS]:
        if row.patch is None:
            continue
        before = store.backward(cells, bytes(row.patch))
        if (before[block] != cells[block]).any():
            if row.sequence in hidden:
                return
            shown = change_of(row, axes)
            yield Step(
                sequence=row.sequence,
                title=shown.title,
                subject=shown.subject,
                before=int(before[block].sum()),
                after=int(cells[block].sum()),
                person=person_name(row),
                reason=row.reason,
                at=row.at,
                change=changes_asked.get(row.detail.get("change", 0)),
            )
        cells = before
