"""Saying something about a cell, answering, and calling it settled."""

from datetime import date, datetime

from django.db import transaction

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.models import CellComment, PlanVersion
from quyu.apps.targets.node import others_of, others_text
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.operations import day_of, take_draft
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

LONGEST = 500


class NothingSaid(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_said", "请写批注的内容。")


class CommentTooLong(Refusal):
    def __init__(self, length: int) -> None:
        super().__init__(
            "comment_too_long", "批注最多 {most} 字，现在有 {length} 字。", most=LONGEST, length=length
        )


class AlreadySettled(Refusal):
    def __init__(self, by: str) -> None:
        super().__init__("already_settled", "这条批注已由{by}标为已解决。", by=by)


@transaction.atomic
def comment(
    *,
    plan_version: PlanVersion,
    node: Node,
    text: str,
    answers: CellComment | None,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> CellComment:
    """Add a remark to a node within reach, or a reply to one on the same node; the cells stay as they are."""
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    reach_of(axes, scope, at=day_of(at)).require(axes, node, node)
    words = text.strip()
    if not words:
        raise NothingSaid
    if len(words) > LONGEST:
        raise CommentTooLong(len(words))
    made = CellComment.objects.create(
        plan_version=version,
        region=node.region,
        period=node.period,
        product_line=node.product_line,
        others=others_text(node.others),
        answers=answers,
        text=words,
        author=actor,
        created_at=audit.moment(at),
    )
    audit.record(
        actor=actor, verb="target.comment", subject=version, label=str(version), detail=node.to_json(), at=at
    )
    return made


@transaction.atomic
def settle(*, said: CellComment, actor: User, scope: Scope, at: date | datetime) -> CellComment:
    """Mark a thread as settled; whoever may edit the node may."""
    version = take_draft(said.plan_version)
    axes = Axes.from_json(version.axes)
    row = CellComment.objects.select_for_update(of=("self",)).select_related("resolved_by").get(pk=said.pk)
    node = Node(row.region, row.period, row.product_line, others_of(row.others))
    reach_of(axes, scope, at=day_of(at)).require(axes, node, node)
    if row.resolved_by is not None:
        raise AlreadySettled(row.resolved_by.get_full_name() or row.resolved_by.get_username())
    row.resolved_by, row.resolved_at = actor, audit.moment(at)
    row = audit.save_checked(row, expected_version=row.version, actor=actor)
    audit.record(
        actor=actor, verb="target.settle", subject=version, label=str(version), detail=node.to_json(), at=at
    )
    return row
