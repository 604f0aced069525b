"""Over-assignment: how much more a node hands down than it carries itself (its hedge).

The cells are what was handed down to the last level. A hedge is an amount beside them, set by the holder
of a node or above: what the node carries = its cells - the hedges at it and below it. So the number the
company carries stays exact whatever is added further down, and every level adds up to the fen:
carried + hedge = sum of what the children carry. Hedges stand in the log of operations, so that undoing
a change takes its hedge back as well. Nobody below a node is told of its hedge.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.log import REDO, UNDO
from quyu.apps.targets.selectors.reach import Reach
from quyu.kernel.rate import ratio_bp

KIND = "uplift"
COPIES = ("copy", "branch")
Hedges = Mapping[str, int]


def hedges_of(version: PlanVersion, *, upto: int | None = None) -> dict[str, int]:
    """Region -> its hedge in fen, without zeros; `upto`: as after that operation."""
    operations = Operation.objects.filter(plan_version=version, kind__in=(KIND, UNDO, REDO, *COPIES))
    if upto is not None:
        operations = operations.filter(sequence__lte=upto)
    found: dict[str, int] = {}
    changes: dict[int, Mapping[str, Any]] = {}
    for sequence, kind, detail in operations.order_by("sequence").values_list("sequence", "kind", "detail"):
        if kind in COPIES:
            found = hedges_of(version.based_on, upto=detail["sequence"]) if version.based_on else {}
        elif kind == KIND:
            changes[sequence] = detail
            found[detail["region"]] = detail["hedge_fen"]
        elif (change := changes.get(detail.get("undoes", detail.get("redoes", 0)))) is not None:
            found[change["region"]] = change["hedge_before_fen" if kind == UNDO else "hedge_fen"]
    return {region: fen for region, fen in found.items() if fen}


def hedges_with(version: PlanVersion, change: Operation, *, is_undone: bool) -> dict[str, int]:
    """The hedges once a change is taken back, or done again."""
    found = hedges_of(version)
    if change.kind == KIND:
        found[change.detail["region"]] = change.detail["hedge_before_fen" if is_undone else "hedge_fen"]
    return found


def untold(version: PlanVersion, reach: Reach) -> frozenset[int]:
    """The operations that no reason of a number names: who carries a padded number is not told of the hedge."""
    if reach.is_everything:
        return frozenset()
    operations = Operation.objects.filter(plan_version=version, kind__in=(KIND, UNDO, REDO))
    found: set[int] = set()
    for sequence, kind, detail in operations.order_by("sequence").values_list("sequence", "kind", "detail"):
        if kind == KIND or detail.get("undoes", detail.get("redoes")) in found:
            found.add(sequence)
    return frozenset(found)


def hedged_below(axes: Axes, hedges: Hedges, region: str) -> int:
    """The hedges at a node and below it, in fen."""
    inside = set(axes.tree.preorder(region)) if hedges else set()
    return sum(fen for code, fen in hedges.items() if code in inside)


def year_of(axes: Axes, cells: Cells, region: str) -> int:
    """The whole year of a region, all lines and the rest together, in the unit of the measure."""
    return int(cells[axes.block(Node(region, axes.period.root))].sum())


def carried(axes: Axes, cells: Cells, hedges: Hedges, region: str) -> int:
    """What a node answers for: its cells without what it, and those below, added on top."""
    return year_of(axes, cells, region) - hedged_below(axes, hedges, region)


@dataclass(frozen=True)
class HedgeRow:
    """A node with people below it: carried + hedge = handed down; fen."""

    region: str
    name: str
    owner: str
    indent: int
    carried_fen: int
    hedge_fen: int

    @property
    def handed_fen(self) -> int:
        return self.carried_fen + self.hedge_fen

    @property
    def rate_bp(self) -> int | None:
        return ratio_bp(self.hedge_fen, self.carried_fen)


def hedge_rows(version: PlanVersion, axes: Axes, cells: Cells, reach: Reach) -> Iterator[HedgeRow]:
    """The nodes within reach that have children: their own level and those below, nothing above."""
    hedges = hedges_of(version)
    top = min((axes.depths[code] for code in reach.tops), default=0)
    for code in axes.regions:
        if reach.covers(axes, code) and not axes.tree.is_leaf(code):
            yield HedgeRow(
                code,
                axes.name(code),
                axes.owner_name(code),
                min(axes.depths[code] - top, 4),
                carried(axes, cells, hedges, code),
                hedges.get(code, 0),
            )
