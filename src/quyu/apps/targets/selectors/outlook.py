"""What an edit would do, said before anything is typed: the feasible interval and who is touched."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from quyu.apps.targets import spreading, store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.kernel.measure import say_exactly


@dataclass(frozen=True)
class Outlook:
    """Value and interval in the unit of the measure (fen for money; `upper_fen` None: no limit); the consequence in words."""

    label: str
    value_fen: int
    lower_fen: int
    upper_fen: int | None
    locked_fen: int
    sentence: str


def outlook(version: PlanVersion, node: Node, rule: EditRule, *, at: date) -> Outlook:
    """The outlook of editing one node under a rule; the caller has checked the reader's reach."""
    axes = Axes.from_json(version.axes)
    cells, locked = store.load_shaped(version, axes.shape), locked_cells(version, axes, at=at)
    block = axes.block(node)
    lower, upper = spreading.feasible(axes, cells, locked, node, rule)
    free = int(cells[block].size - locked[block].sum())
    outer = spreading.widest(axes, node, rule)
    if outer == node:
        above = axes.parent_of(node)
        beyond = (
            _("上级“%(label)s”随之增减。") % {"label": axes.label(above)} if above else _("总目标随之增减。")
        )
    else:
        beyond = _("“%(label)s”保持 %(value)s，差额由同级按现有比例分摊。") % {
            "label": axes.label(outer),
            "value": say_exactly(int(cells[axes.block(outer)].sum()), version.plan.unit),
        }
    below = ""
    if cells[block].size > 1:
        below = _("其下 %(count)s 个未锁定单元按现有比例分摊；") % {"count": f"{free:,}"}
    return Outlook(
        label=axes.label(node),
        value_fen=int(cells[block].sum()),
        lower_fen=lower,
        upper_fen=upper,
        locked_fen=int(cells[block][locked[block]].sum()),
        sentence=below + beyond if free else _("全部已锁定，解锁后才能修改。"),
    )
