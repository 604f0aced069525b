"""What else a change moved: the totals above the changed nodes, and the siblings that made room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.dimension import REGION
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.selectors.ways import Int, node_at, places_of

MOST = 40
MOST_NODES = 60
MOST_SIBLINGS = 200


@dataclass(frozen=True)
class Shift:
    """A node with another sum than before; amounts in the unit of the measure."""

    label: str
    before: int
    after: int


def shifts(
    axes: Axes, reach: Reach, nodes: Sequence[Node], rule: EditRule, *, before: Int, after: Int
) -> list[Shift]:
    """The moved totals within reach, the widest first."""
    if before.size == 0 or not nodes:
        return []
    seen: dict[Node, int] = {}
    for node in nodes[:MOST_NODES]:
        for other in _around(axes, node, rule):
            if other not in seen and reach.covers(axes, other.region):
                seen[other] = axes.count(other)
    found: list[Shift] = []
    for other in sorted(seen, key=lambda node: -seen[node]):
        block = axes.block(other)
        old, new = int(before[block].sum()), int(after[block].sum())
        if old != new:
            found.append(Shift(axes.label(other), old, new))
        if len(found) == MOST:
            break
    return found


def _around(axes: Axes, node: Node, rule: EditRule) -> Iterator[Node]:
    places = places_of(axes, node)
    for dimension in axes.dimensions:
        for above in dimension.tree.ancestors(places[dimension.code]):
            yield node_at(axes, {**places, dimension.code: above})
    for region in (node.region, *axes.tree.ancestors(node.region)):
        yield node_at(axes, {REGION: region})
    family = axes.family_of(node) if rule == EditRule.KEEP_TOTAL else None
    if family is None:
        return
    along, outer = axes.dimension(family.dimension), places_of(axes, family.parent)
    for sibling in along.tree.children(outer[along.code])[:MOST_SIBLINGS]:
        yield node_at(axes, {**outer, along.code: sibling})
