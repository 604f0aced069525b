"""Finding changes of targets within reach."""

from datetime import date

from quyu.apps.targets.axes import Axes
from quyu.apps.targets.models import TargetChange
from quyu.apps.targets.selectors.reach import Reach, reach_of
from quyu.platform.people.scope import Scope


def visible_changes(scope: Scope, at: date) -> list[TargetChange]:
    """One's own requests, those about one's letter, and those about a node within reach; newest first."""
    rows = TargetChange.objects.select_related("plan_version__plan", "created_by", "result", "letter__person")
    reaches: dict[int, tuple[Axes, Reach]] = {}
    return [change for change in rows.order_by("-pk") if _sees(change, scope, at, reaches)]


def sees_change(change: TargetChange, scope: Scope, at: date) -> bool:
    """Whether a scope reaches a change."""
    return _sees(change, scope, at, {})


def _sees(change: TargetChange, scope: Scope, at: date, reaches: dict[int, tuple[Axes, Reach]]) -> bool:
    """As `sees_change`; the reach over a version is worked out once."""
    if scope.is_everything or change.created_by_id == scope.user_id:
        return True
    if change.letter is not None and change.letter.person_id == scope.person_id:
        return True
    if change.plan_version_id not in reaches:
        axes = Axes.from_json(change.plan_version.axes)
        reaches[change.plan_version_id] = axes, reach_of(axes, scope, at=at)
    axes, reach = reaches[change.plan_version_id]
    return reach.covers(axes, change.region)
