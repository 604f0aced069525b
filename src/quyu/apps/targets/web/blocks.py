"""A block of values at once - pasted, or filled to the right or down - taken whole or refused whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quyu.apps.targets import expressions, selectors, services, spreading, store
from quyu.apps.targets.axes import Axes, Cells, Mask
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.selectors.locks import locked_cells
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.web.access import Json, node_of, refusals_as_json, version_or_404
from quyu.apps.targets.web.changes import moved
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.received import json_object, whole_number
from quyu.platform.fields.values import spoken
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

MOST = 5_000
MOST_NAMED = 50


class BlockTooLarge(Refusal):
    """More cells than one step takes; a workbook takes more."""

    def __init__(self, count: int) -> None:
        super().__init__(
            "block_too_large",
            "一次最多粘贴 {most} 个单元格，现在有 {count} 个。请分几次粘贴，或使用“导入”。",
            most=MOST,
            count=count,
        )


@dataclass(frozen=True)
class Wrong:
    """A cell of the block that cannot be written, and why."""

    place: int
    label: str
    message: str


@guard.require("target", "edit")
@require_POST
@refusals_as_json
def block(request: GuardedRequest, pk: int) -> HttpResponse:
    """Write `cells` (a node with `text` or an exact `amount` each) as one operation; blanks change nothing."""
    asked = json_object(request)
    version = version_or_404(request, pk)
    axes = Axes.from_json(version.axes)
    given = [cell for cell in asked.get("cells") or [] if isinstance(cell, dict)]
    if len(given) > MOST:
        raise BlockTooLarge(len(given))
    reach, unit = selectors.reach_of(axes, request.scope, at=request.today), version.plan.unit.id
    cells, locked = store.load_shaped(version, axes.shape), locked_cells(version, axes, at=request.today)
    read = [_read(axes, reach, cells, locked, unit, place, cell) for place, cell in enumerate(given)]
    wrong = [one for one in read if isinstance(one, Wrong)]
    if wrong:
        return JsonResponse(_refused(wrong, len(given)), status=422)
    values = [one for one in read if isinstance(one, services.NodeValue)]
    operation = services.apply_values(
        plan_version=version,
        values=values,
        source=str(asked.get("reason", ""))[:200],
        kind="fill" if asked.get("kind") == "fill" else "paste",
        expected_version=whole_number(asked.get("version")),
        actor=request.user,
        scope=request.scope,
        at=request.now,
    )
    return moved(request, version, asked, operation, [one.node for one in values], EditRule.PUSH_UP)


def _read(
    axes: Axes, reach: Reach, cells: Cells, locked: Mask, unit: str, place: int, given: Json
) -> services.NodeValue | Wrong | None:
    """The node and its value, what is wrong with it, or nothing for a blank or an unchanged cell."""
    text = str(given.get("text", "")).strip()
    if not text and "amount" not in given:
        return None
    label = text
    try:
        node = node_of(given)
        where = axes.block(node)
        reach.require(axes, node, node)
        label = axes.label(node)
        reach.require_today(axes, axes.tree.preorder(node.region))
        current = int(cells[where].sum())
        amount = given.get("amount")
        value = int(str(amount)) if _is_whole(amount) else expressions.typed(text, current=current, unit=unit)
    except Refusal as refusal:
        return Wrong(place, label, spoken(refusal))
    if value == current:
        return None
    lower, upper = spreading.feasible(axes, cells, locked, node, EditRule.PUSH_UP)
    if lower <= value and (upper is None or value <= upper):
        return services.NodeValue(node, value)
    return Wrong(place, label, _not_possible(bool(locked[where].any()), lower, upper))


def _not_possible(is_locked: bool, lower: int, upper: int | None) -> str:
    if is_locked and lower == upper:
        return _("已锁定")
    return _("部分已锁定") if is_locked else _("不能小于零")


def _is_whole(amount: object) -> bool:
    text = str(amount).removeprefix("-")
    return text.isascii() and text.isdigit() and len(text) <= 18


def _refused(wrong: Sequence[Wrong], count: int) -> Json:
    message = _("%(count)s 个单元格中有 %(wrong)s 个不能写入，整块都没有写入。") % {
        "count": count,
        "wrong": len(wrong),
    }
    named = [{"place": one.place, "label": one.label, "message": one.message} for one in wrong[:MOST_NAMED]]
    return {"code": "block_refused", "message": message, "wrong": named}
