"""Keeping the lines of strategy and the targets linked to them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from quyu.analytics.metrics import METRICS
from quyu.apps.targets.models import StrategyLine, StrategyLink
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


class UnderItself(Refusal):
    """A tree has no circle."""

    def __init__(self, title: str) -> None:
        super().__init__("under_itself", "战略“{title}”不能放在它自己或它的下级之下。", title=title)


class HasChildren(Refusal):
    def __init__(self, title: str, count: int) -> None:
        super().__init__(
            "has_children", "战略“{title}”下还有 {count} 条，请先移动或删除它们。", title=title, count=count
        )


class AlreadyLinked(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__("already_linked", "这个目标已经关联到战略“{title}”。", title=title)


class UnknownMeasure(Refusal):
    def __init__(self, measure: str) -> None:
        super().__init__("unknown_measure", "没有名为“{measure}”的指标。", measure=measure)


@transaction.atomic
def save_strategy(
    *, line: StrategyLine, actor: User, at: date | datetime, expected_version: int | None = None
) -> StrategyLine:
    """Write a new or changed line. Raises UnderItself, StaleSave."""
    above = line.parent
    while above is not None:
        if line.pk is not None and above.pk == line.pk:
            raise UnderItself(line.title)
        above = above.parent
    if line.pk is None:
        line.created_at = audit.moment(at)
        line._history_user = actor
        line.save()
        verb = "strategy.create"
    else:
        audit.save_checked(line, expected_version=expected_version or line.version, actor=actor)
        verb = "strategy.edit"
    audit.record(actor=actor, verb=verb, subject=line, label=line.title, detail={"year": line.year}, at=at)
    return line


@transaction.atomic
def remove_strategy(*, line: StrategyLine, actor: User, at: date | datetime) -> None:
    """Remove a line that has none below it, with its links. Raises HasChildren."""
    count = line.children.count()
    if count:
        raise HasChildren(line.title, count)
    audit.record(
        actor=actor, verb="strategy.delete", subject=line, label=line.title, detail={"year": line.year}, at=at
    )
    line.delete()


@transaction.atomic
def link_target(
    *, line: StrategyLine, measure: str, region: str, product_line: str, actor: User, at: date | datetime
) -> StrategyLink:
    """Say that the target of a node serves a line of strategy. Raises UnknownMeasure, AlreadyLinked."""
    if measure not in METRICS or not METRICS[measure].can_be_target:
        raise UnknownMeasure(measure)
    place: dict[str, Any] = {
        "strategy": line,
        "measure": measure,
        "region": region,
        "product_line": product_line,
    }
    if StrategyLink.objects.filter(**place).exists():
        raise AlreadyLinked(line.title)
    made = StrategyLink(**place)
    made._history_user = actor  # type: ignore[attr-defined]  # read by simple_history
    made.save()
    detail = {"measure": measure, "region": region, "product_line": product_line}
    audit.record(actor=actor, verb="strategy.link", subject=line, label=line.title, detail=detail, at=at)
    return made


@transaction.atomic
def unlink_target(*, link: StrategyLink, actor: User, at: date | datetime) -> None:
    """Take a link back."""
    detail = {"measure": link.measure, "region": link.region, "product_line": link.product_line}
    line = link.strategy
    audit.record(actor=actor, verb="strategy.unlink", subject=line, label=line.title, detail=detail, at=at)
    link.delete()
