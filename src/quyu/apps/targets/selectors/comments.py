"""Comments on the cells of a version: the threads of one node, and where in the grid there are open ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quyu.apps.targets.axes import Node
from quyu.apps.targets.models import CellComment, PlanVersion
from quyu.apps.targets.node import others_of, others_text
from quyu.apps.targets.selectors.sheet import View


@dataclass(frozen=True)
class Thread:
    """A remark with what was answered to it, oldest first."""

    first: CellComment
    replies: tuple[CellComment, ...]


def threads(version: PlanVersion, node: Node) -> list[Thread]:
    """The threads of a node, open ones first."""
    said = list(
        CellComment.objects.filter(
            plan_version=version,
            region=node.region,
            period=node.period,
            product_line=node.product_line,
            others=others_text(node.others),
        )
        .select_related("author", "resolved_by")
        .order_by("pk")
    )
    found = [
        Thread(one, tuple(reply for reply in said if reply.answers_id == one.pk))
        for one in said
        if one.answers_id is None
    ]
    return sorted(found, key=lambda thread: (thread.first.resolved_at is not None, thread.first.pk))


def open_comments(
    version: PlanVersion, view: View, rows: Sequence[int], columns: Sequence[int]
) -> list[tuple[int, int, int]]:
    """(row, column, open threads) of the cells on show, by the numbers of their nodes."""
    said = CellComment.objects.filter(plan_version=version, answers=None, resolved_at=None)
    places = Counter(said.values_list("region", "period", "product_line", "others"))
    if not places:
        return []
    counts = {
        Node(region, period, line, others_of(others)): count
        for (region, period, line, others), count in places.items()
    }
    return [
        (row, column, counts[node])
        for row in rows
        for column in columns
        if (node := view.node(view.rows.codes[row], view.columns.codes[column])) in counts
    ]
