"""A refusal with the numbers: the smallest set that forbids a value, and a way out of each part of it."""

from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import EditRule
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.conflicts import Standing, conflict_of
from quyu.apps.targets.selectors.locks import binding, locked_cells
from quyu.apps.targets.selectors.sheet import exact
from quyu.apps.targets.web.access import Json
from quyu.kernel.refusal import Refusal
from quyu.platform.fields.values import spoken
from quyu.platform.people import policy
from quyu.platform.people.guard import GuardedRequest


def conflict_json(
    request: GuardedRequest,
    version: PlanVersion,
    axes: Axes,
    node: Node,
    value: int,
    rule: EditRule,
    refusal: Refusal,
) -> Json:
    """`{code, message, conflict}`; no conflict where the cells have moved on since."""
    answer: Json = {"code": refusal.code, "message": spoken(refusal)}
    cells, locked = store.load_shaped(version, axes.shape), locked_cells(version, axes, at=request.today)
    locks = binding(version, request.today)
    found = conflict_of(axes, cells, locked, locks, node=node, value=value, rule=rule)
    if found is None:
        return answer
    may_switch = rule == EditRule.KEEP_TOTAL and (
        conflict_of(axes, cells, locked, locks, node=node, value=value, rule=EditRule.PUSH_UP) is None
    )
    answer["conflict"] = {
        "label": found.label,
        "value": exact(found.value),
        "lower": exact(found.lower),
        "upper": None if found.upper is None else exact(found.upper),
        "nearest": exact(found.nearest),
        "locks": [_lock_json(request, one) for one in found.locks],
        "kept": None if found.kept is None else {"label": found.kept_label, "value": exact(found.kept)},
        "other_rule": EditRule.PUSH_UP.value if may_switch else None,
        "floor": "" if found.locks or found.kept is not None else _("各单元不能小于零。"),
    }
    return answer


def _lock_json(request: GuardedRequest, one: Standing) -> Json:
    owner = one.lock.owner
    may_unlock = owner.pk == request.user.pk or policy.allows(request.scope, "plan", "approve")
    return {
        "pk": one.lock.pk,
        "label": one.label,
        "held": exact(one.held),
        "owner": owner.get_full_name() or owner.get_username(),
        "reason": one.lock.reason,
        "may_unlock": may_unlock,
    }
