"""The log of a version: every change of its cells is an operation, chained by digest, with its inverse.

The digest of an operation covers the one before it, the cells after it, and who did what, when and
why. Versions are drafts while they change; a change made on an old reading is refused when the cell
it touches has moved since.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Node
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.log import cells_at, chain
from quyu.kernel.measure import say_exactly
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.people import policy
from quyu.platform.people.models import User


class NotADraft(Refusal):
    """Only drafts change; what is submitted or published stays as it was read."""

    def __init__(self, state: str) -> None:
        super().__init__("not_a_draft", "目标版本为“{state}”，不能修改。请在其基础上新建版本。", state=state)


class MovedMeanwhile(StaleSave):
    """Somebody changed the node since it was read."""

    def __init__(self, label: str, seen: str, theirs: str) -> None:
        template = "“{name}”已被他人改动：您看到的是 {mine}，现在是 {theirs}。请核对后再改。"
        super().__init__(name=label, mine=seen, theirs=theirs)
        self.template = template


def take_draft(plan_version: PlanVersion, *, right: tuple[str, str] = ("target", "edit")) -> PlanVersion:
    """The row as it is now, locked until the transaction ends. Raises NotADraft where its state closes the right."""
    version = PlanVersion.objects.select_for_update().select_related("plan").get(pk=plan_version.pk)
    if not policy.is_open(*right, version.state):
        raise NotADraft(version.get_state_display())
    return version


def require_fresh(
    version: PlanVersion, axes: Axes, nodes: Iterable[Node], now: Cells, expected_version: int
) -> None:
    """Refuse when a node's value differs from what it was at `expected_version`; both are shown."""
    if version.version == expected_version:
        return
    seen = cells_at(version, now, expected_version)
    for node in nodes:
        block = axes.block(node)
        theirs = int(now[block].sum())
        mine = None if seen is None else int(seen[block].sum())
        if mine != theirs:
            unit = version.plan.unit
            shown = "—" if mine is None else say_exactly(mine, unit)
            raise MovedMeanwhile(axes.label(node), shown, say_exactly(theirs, unit))


def record(
    version: PlanVersion,
    *,
    kind: str,
    detail: Mapping[str, Any],
    reason: str,
    actor: User | None,
    at: date | datetime,
    before: Cells,
    after: Cells,
) -> Operation:
    """Store the cells, append the operation and move the version on by one. Inside the caller's transaction."""
    moment = audit.moment(at)
    store.save(version, after, before=before)
    last = Operation.objects.filter(plan_version=version).order_by("-sequence").first()
    stored = {**detail, "version": version.version + 1, "cells": store.digest(after)}
    operation = Operation.objects.create(
        plan_version=version,
        sequence=(last.sequence if last else 0) + 1,
        kind=kind,
        detail=stored,
        reason=reason,
        actor=actor,
        at=moment,
        patch=store.patch(before, after),
        digest=chain(last.digest if last else "", kind, stored, reason, actor.pk if actor else None, moment),
    )
    total = int(after.sum())
    PlanVersion.objects.filter(pk=version.pk).update(version=F("version") + 1, total_fen=total)
    version.version, version.total_fen = version.version + 1, total
    audit.record(
        actor=actor,
        verb=f"target.{kind}",
        subject=version,
        label=str(version),
        detail=dict(detail),
        reason=reason,
        at=at,
    )
    return operation


def day_of(at: date | datetime) -> date:
    """The business day of a moment."""
    return timezone.localtime(at).date() if isinstance(at, datetime) else at
