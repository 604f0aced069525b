"""Which part of a version's region tree an account reaches: the nodes of its units and territories."""

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


@dataclass(frozen=True)
class Reach:
    """`tops` are the highest reachable nodes in tree order; everything below them is reachable too."""

    tops: tuple[str, ...]
    is_everything: bool

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


def reach_of(axes: Axes, scope: Scope, *, at: date) -> Reach:
    """The reach of a scope in a version, by the units and territories of the day."""
    if scope.is_everything:
        return Reach((axes.tree.root,), is_everything=True)
    units = OrgUnit.objects.filter(pk__in=scope.org_unit_ids).values_list("code", flat=True)
    own = Territory.objects.visible_to(scope, at).values_list("code", flat=True)
    codes = set(units) | {TERRITORY + code for code in own}
    tops = tuple(
        code for code in axes.regions if code in codes and codes.isdisjoint(axes.tree.ancestors(code))
    )
    return Reach(tops, is_everything=False)
