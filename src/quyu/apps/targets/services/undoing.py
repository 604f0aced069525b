"""The way back and the way forth again, step by step and without end; each step is an operation of its own."""

from datetime import date, datetime

import numpy as np
from django.db import transaction

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells
from quyu.apps.targets.models import Operation, PlanVersion
from quyu.apps.targets.selectors.hedges import hedges_with
from quyu.apps.targets.selectors.log import REDO, UNDO, last_redoable, last_undoable
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.services.delegated import MARK, keep_beside, require_within
from quyu.apps.targets.services.operations import day_of, record, take_draft
from quyu.apps.targets.services.touching import require_today, require_unlocked
from quyu.kernel.refusal import Refusal
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope


class NothingToUndo(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_to_undo", "没有可以撤销的变更。")


class NothingToRedo(Refusal):
    """Nothing was undone, or something else was changed since."""

    def __init__(self) -> None:
        super().__init__("nothing_to_redo", "没有可以重做的变更：撤销之后又有新的修改，或没有撤销过。")


class NotYourChange(Refusal):
    """A manager takes back, or does again, his own changes; the head office any."""

    def __init__(self, name: str) -> None:
        super().__init__("not_your_change", "最近一次变更由{name}做出，您不能撤销或重做。", name=name)


@transaction.atomic
def undo(*, plan_version: PlanVersion, actor: User, scope: Scope, at: date | datetime) -> Operation:
    """Put back what the newest change that stands moved, byte for byte, as a new operation."""
    version = take_draft(plan_version)
    change = last_undoable(version)
    if change is None or change.patch is None:
        raise NothingToUndo
    before = store.load(version)
    after = store.backward(before, bytes(change.patch))
    return _step(version, UNDO, change, before, after, actor=actor, scope=scope, at=at)


@transaction.atomic
def redo(*, plan_version: PlanVersion, actor: User, scope: Scope, at: date | datetime) -> Operation:
    """Do again what was undone last, byte for byte, as a new operation."""
    version = take_draft(plan_version)
    change = last_redoable(version)
    if change is None or change.patch is None:
        raise NothingToRedo
    before = store.load(version)
    after = store.forward(before, bytes(change.patch))
    return _step(version, REDO, change, before, after, actor=actor, scope=scope, at=at)


def _step(
    version: PlanVersion,
    kind: str,
    change: Operation,
    before: Cells,
    after: Cells,
    *,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation:
    if change.actor is not None and change.actor_id != actor.pk and not scope.is_everything:
        raise NotYourChange(change.actor.get_username())
    axes, day = Axes.from_json(version.axes), day_of(at)
    reach = reach_of(axes, scope, at=day)
    require_today(reach, axes, before, after)
    require_unlocked(version, axes, before, after, day)
    limited = {MARK: change.detail[MARK]} if MARK in change.detail else {}
    hedges = hedges_with(version, change, is_undone=kind == UNDO)
    if limited:
        keep_beside(version, axes, before, after, reach, hedges)
    else:
        limited = require_within(
            version,
            axes,
            before=before,
            after=after,
            nodes=[],
            reach=reach,
            scope=scope,
            at=day,
            hedges=hedges,
        )
    said = {UNDO: "undoes", REDO: "redoes"}[kind]
    detail = {said: change.sequence, "cells_changed": int(np.count_nonzero(before != after)), **limited}
    return record(
        version, kind=kind, detail=detail, reason="", actor=actor, at=at, before=before, after=after
    )
