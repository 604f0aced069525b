"""Which part of a version's region tree an account reaches: the nodes of its units and territories.

A plan keeps the tree of the day it was made. Reading follows that tree; writing also asks for today's
right over every unit and territory the change touches, which may have moved since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quyu.apps.targets.axes import TERRITORY, Axes, Node, UnknownNode
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import OrgUnit
from quyu.platform.people.scope import Scope


class NotYours(Refusal):
    """The change would also touch nodes above or beside the actor's own."""

    def __init__(self, label: str) -> None:
        super().__init__(
            "not_yours",
            "“上级不变”会改动“{label}”下的其他区域，超出您的权限。请改用“上级随之变化”，或请上级修改。",
            label=label,
        )


class MovedAway(Refusal):
    """The node is, or holds, what the actor answered for when the plan was made and no longer does."""

    def __init__(self, region: str) -> None:
        super().__init__(
            "moved_away",
            "“{region}”今天不在您的负责范围内，不能改动它的目标，也不能改动包含它的上级合计。"
            "请只改您今天负责的区域，或请总部修改。",
            region=region,
        )


@dataclass(frozen=True)
class Reach:
    """`tops` are the highest reachable nodes in tree order; everything below them is reachable too.

    `today` are the nodes of the units and territories of today, which alone may be written.
    """

    tops: tuple[str, ...]
    is_everything: bool
    today: frozenset[str] = frozenset()

    def covers(self, axes: Axes, region: str) -> bool:
        if self.is_everything:
            return region in axes.spans
        return region in axes.spans and not {region, *axes.tree.ancestors(region)}.isdisjoint(self.tops)

    def require(self, axes: Axes, node: Node, widest: Node) -> None:
        """The node must be reachable (else it does not exist), and so must all that its change touches."""
        if not self.covers(axes, node.region):
            raise UnknownNode(node.region)
        if not self.covers(axes, widest.region):
            raise NotYours(axes.label(widest))

    def require_today(self, axes: Axes, regions: Iterable[str]) -> None:
        """Raises MovedAway at the first region that is not within today's right."""
        for region in regions:
            if not self.is_everything and region not in self.today:
                raise MovedAway(axes.name(region))


def reach_of(axes: Axes, scope: Scope, *, at: date) -> Reach:
    """The reach of a scope in a version, by the units and territories of the day."""
    if scope.is_everything:
        return Reach((axes.tree.root,), is_everything=True)
    units = OrgUnit.objects.filter(pk__in=scope.org_unit_ids).values_list("code", flat=True)
    own = Territory.objects.visible_to(scope, at).values_list("code", flat=True)
    codes = frozenset(units) | {TERRITORY + code for code in own}
    tops = tuple(
        code for code in axes.regions if code in codes and codes.isdisjoint(axes.tree.ancestors(code))
    )
    return Reach(tops, is_everything=False, today=codes)
