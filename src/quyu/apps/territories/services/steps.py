"""A step on a draft: carried out on its rows, appended to its log, its version moved on by one."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from quyu.apps.territories.change import Change
from quyu.apps.territories.choices import EditKind
from quyu.apps.territories.models import Alignment, AlignmentEdit, AlignmentLock, AlignmentUnit
from quyu.platform.audit import services as audit
from quyu.platform.people.models import User


def record(
    draft: Alignment,
    kind: EditKind,
    change: Change,
    *,
    actor: User | None,
    at: date | datetime,
    reverses: AlignmentEdit | None = None,
) -> AlignmentEdit:
    """Inside the caller's transaction, which holds the draft locked."""
    carry_out(draft, change)
    audit.save_checked(draft, expected_version=draft.version, actor=actor)
    last = AlignmentEdit.objects.filter(alignment=draft).order_by("sequence").last()
    stored, moment = json.loads(json.dumps(asdict(change))), audit.moment(at)
    return AlignmentEdit.objects.create(
        alignment=draft,
        sequence=(last.sequence if last else 0) + 1,
        version=draft.version,
        kind=kind,
        change=stored,
        reverses=reverses,
        actor=actor,
        at=moment,
        digest=chained(last.digest if last else "", kind, stored, actor.pk if actor else None, moment),
    )


def chained(before: str, kind: str, change: dict[str, Any], actor: int | None, at: datetime) -> str:
    """The digest of a step over the one before it."""
    said = json.dumps([before, str(kind), change, actor, at.isoformat()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def carry_out(draft: Alignment, change: Change) -> None:
    groups: dict[int, list[int]] = {}
    for unit, _source, target in change.moves:
        groups.setdefault(target, []).append(unit)
    for target, units in groups.items():
        AlignmentUnit.objects.filter(alignment=draft, unit__in=units).update(territory=target)
    if change.removed:
        AlignmentUnit.objects.filter(alignment=draft, unit__in=[row[0] for row in change.removed]).delete()
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(alignment=draft, unit_id=unit, territory_id=territory, part=part)
            for unit, territory, part in change.placed
        ],
        batch_size=500,
    )
    locks = AlignmentLock.objects.filter(alignment=draft)
    if change.freed_units:
        locks.filter(unit__in=change.freed_units).delete()
    if change.freed_territories:
        locks.filter(territory__in=change.freed_territories).delete()
    made = [AlignmentLock(alignment=draft, unit_id=unit) for unit in change.locked_units]
    made += [AlignmentLock(alignment=draft, territory_id=side) for side in change.locked_territories]
    AlignmentLock.objects.bulk_create(made, batch_size=500)
