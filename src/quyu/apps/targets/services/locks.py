"""Holding a node at its value, and letting it go. A lock has an owner and a reason and stays until lifted
or, where it has a last day, until that has passed."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import Lock, PlanVersion
from quyu.apps.targets.node import Others, others_text
from quyu.apps.targets.selectors.locks import node_of
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.operations import day_of, record, take_draft
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


class AlreadyLocked(Refusal):
    def __init__(self, label: str, owner: str) -> None:
        super().__init__("already_locked", "“{label}”已由{owner}锁定。", label=label, owner=owner)


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("reason_missing", "请写明锁定原因。")


class ExpiryPassed(Refusal):
    def __init__(self, day: date) -> None:
        super().__init__(
            "expiry_passed", "到期日 {day} 不在今天之后，请改为以后的日期。", day=day.isoformat()
        )


class NotLockOwner(Refusal):
    """Only the owner of a lock, or somebody who may approve the plan, lifts it."""

    def __init__(self, label: str, owner: str) -> None:
        super().__init__(
            "not_lock_owner", "“{label}”由{owner}锁定，只有本人或审批人可以解锁。", label=label, owner=owner
        )


@transaction.atomic
def lock(
    *,
    plan_version: PlanVersion,
    region: str,
    period: str,
    product_line: str,
    reason: str,
    actor: User,
    scope: Scope,
    at: date | datetime,
    others: Others = (),
    expires_on: date | None = None,
) -> Lock:
    """Keep every cell below the node as it is until the lock is lifted, or `expires_on` has come."""
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    node = Node(region, period, product_line, others)
    axes.block(node)
    _require_reach(axes, node, scope, day_of(at))
    if not reason.strip():
        raise ReasonMissing
    place = {
        "plan_version": version,
        "region": region,
        "period": period,
        "product_line": product_line,
        "others": others_text(others),
    }
    if expires_on is not None and expires_on <= day_of(at):
        raise ExpiryPassed(expires_on)
    standing = Lock.objects.filter(**place).select_related("owner").first()
    if standing is not None and standing.binds_on(day_of(at)):
        raise AlreadyLocked(axes.label(node), standing.owner.get_username())
    if standing is not None:
        standing.delete()
    made = Lock.objects.create(
        **place,
        owner=actor,
        reason=reason.strip(),
        created_at=audit.moment(at),
        expires_on=expires_on,
    )
    _log(version, axes, "lock", node, reason.strip(), actor, at)
    return made


@transaction.atomic
def unlock(*, lock: Lock, actor: User, scope: Scope, at: date | datetime, reason: str = "") -> None:
    """Lift a lock: its owner may, and who may approve the plan."""
    version = take_draft(lock.plan_version)
    axes = Axes.from_json(version.axes)
    node = node_of(lock)
    _require_reach(axes, node, scope, day_of(at))
    if lock.owner_id != actor.pk and not policy.allows(scope, "plan", "approve"):
        raise NotLockOwner(axes.label(node), lock.owner.get_username())
    lock.delete()
    _log(version, axes, "unlock", node, reason, actor, at)


def _require_reach(axes: Axes, node: Node, scope: Scope, day: date) -> None:
    reach = reach_of(axes, scope, at=day)
    reach.require(axes, node, node)
    reach.require_today(axes, axes.tree.preorder(node.region))


def _log(
    version: PlanVersion, axes: Axes, kind: str, node: Node, reason: str, actor: User, at: date | datetime
) -> None:
    cells = store.load_shaped(version, axes.shape)
    record(
        version,
        kind=kind,
        detail=node.to_json(),
        reason=reason,
        actor=actor,
        at=at,
        before=cells,
        after=cells,
    )
