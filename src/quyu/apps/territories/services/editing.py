"""Editing a draft by hand: units given to another territory, locked and freed, steps taken back and done again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.change import Change, read_change
from quyu.apps.territories.choices import EditKind, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentEdit, AlignmentUnit, Territory
from quyu.apps.territories.selectors import locked, next_redo, next_undo, torn
from quyu.apps.territories.services.drafting import locked_draft
from quyu.apps.territories.services.steps import record
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import User


class UnitNotHere(Refusal):
    """A unit takes no part of its own in this alignment, or all of them are there already."""


class Locked(Refusal):
    """A locked unit or territory would change."""


class NothingToUndo(Refusal):
    """No step is left to take back."""


class NothingToRedo(Refusal):
    """Nothing was taken back, or something else was done since."""


@dataclass(frozen=True)
class EditResult:
    """A step that was made, and what it breaks: territory -> `apart`, `split` or `empty` (see `selectors.torn`)."""

    alignment: Alignment
    edit: AlignmentEdit
    change: Change
    warnings: dict[int, str]


@transaction.atomic
def move_units(
    *,
    alignment: Alignment,
    units: Collection[BasicUnit],
    territory: Territory,
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> EditResult:
    """Give units (with the finer units in them) to one territory; those that are there already stay."""
    draft = locked_draft(alignment, expected_version)
    rows = list(
        AlignmentUnit.objects.filter(alignment=draft, unit__in=[unit.pk for unit in units])
        .exclude(part=UnitPart.FINER)
        .select_related("unit", "territory")
        .order_by("unit__code")
    )
    moved = [row for row in rows if row.territory_id != territory.pk]
    if len(rows) < len({unit.pk for unit in units}) or not moved:
        absent = {unit.pk for unit in units} - {row.unit_id for row in rows}
        named = next((unit for unit in units if unit.pk in absent), None) or next(iter(units), None)
        raise UnitNotHere(
            "unit_not_here", "{unit} 不能移动到 {territory}。", unit=named or "—", territory=territory.name
        )
    refuse_locked(draft, moved, territory)
    finer = finer_units(draft, [row.unit.code for row in moved])
    moves = [(row.unit_id, row.territory_id, territory.pk) for row in [*moved, *finer]]
    change = Change(tuple(sorted(moves)))
    return made(draft, EditKind.MOVE, change, actor=actor, at=at)


@transaction.atomic
def place_units(
    *,
    alignment: Alignment,
    places: Mapping[int, Territory],
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> EditResult:
    """Give many units (by id) each to a territory of its own, as one step; those that are there already stay."""
    draft = locked_draft(alignment, expected_version)
    rows = AlignmentUnit.objects.filter(alignment=draft, unit__in=[*places]).exclude(part=UnitPart.FINER)
    known = list(rows.select_related("unit", "territory").order_by("unit__code"))
    moved = [row for row in known if row.territory_id != places[row.unit_id].pk]
    if len(known) < len(places) or not moved:
        raise UnitNotHere("nothing_moves", "{name} 里没有要移动的单元。", name=draft.name)
    for territory in {places[row.unit_id] for row in moved}:
        refuse_locked(draft, [row for row in moved if places[row.unit_id] == territory], territory)
    finer = finer_units(draft, [row.unit.code for row in moved])
    target = {row.unit.code: places[row.unit_id].pk for row in moved}
    moves = [(row.unit_id, row.territory_id, target[row.unit.code]) for row in moved]
    for row in finer:
        target[row.unit.code] = target[row.unit.parent_code]
        moves.append((row.unit_id, row.territory_id, target[row.unit.code]))
    return made(draft, EditKind.MOVE, Change(tuple(sorted(moves))), actor=actor, at=at)


def refuse_locked(draft: Alignment, moved: Iterable[AlignmentUnit], territory: Territory) -> None:
    units, territories = locked(draft)
    for row in moved:
        if row.unit_id in units:
            raise Locked("locked", "{name} 已锁定，不能移动；请先解除锁定。", name=row.unit.name)
        if row.territory_id in territories:
            raise Locked("locked", "{name} 已锁定，不能移动；请先解除锁定。", name=row.territory.name)
    if territory.pk in territories:
        raise Locked("locked", "{name} 已锁定，不能移动；请先解除锁定。", name=territory.name)


def finer_units(draft: Alignment, codes: Iterable[str]) -> list[AlignmentUnit]:
    """The finer units of the alignment inside base units, two levels down."""
    finer = AlignmentUnit.objects.filter(alignment=draft, part=UnitPart.FINER).select_related("unit")
    if not finer.exists():
        return []
    children = list(finer.filter(unit__parent_code__in=[*codes]))
    below = finer.filter(unit__parent_code__in=[row.unit.code for row in children]) if children else []
    return [*children, *below]


@transaction.atomic
def set_locks(
    *,
    alignment: Alignment,
    units: Collection[BasicUnit] = (),
    territories: Collection[Territory] = (),
    is_locked: bool,
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> EditResult:
    """Lock or free units and whole territories; what is so already stays so."""
    draft = locked_draft(alignment, expected_version)
    own, whole = locked(draft)
    chosen = tuple(sorted(unit.pk for unit in units if (unit.pk in own) != is_locked))
    sides = tuple(sorted(side.pk for side in territories if (side.pk in whole) != is_locked))
    kind = EditKind.LOCK if is_locked else EditKind.UNLOCK
    change = Change(locked_units=chosen, locked_territories=sides)
    return made(draft, kind, change if is_locked else change.inverse, actor=actor, at=at)


@transaction.atomic
def undo(
    *, alignment: Alignment, expected_version: int, actor: User | None, at: date | datetime
) -> EditResult:
    """Take back the newest step that stands, as a step of its own."""
    draft = locked_draft(alignment, expected_version)
    last = next_undo(draft)
    if last is None:
        raise NothingToUndo("nothing_to_undo", "{name} 没有可以撤销的调整。", name=draft.name)
    edit, change = last
    return made(draft, EditKind.UNDO, change.inverse, actor=actor, at=at, reverses=edit)


@transaction.atomic
def redo(
    *, alignment: Alignment, expected_version: int, actor: User | None, at: date | datetime
) -> EditResult:
    """Do again what was taken back last, unless something else was done since."""
    draft = locked_draft(alignment, expected_version)
    last = next_redo(draft)
    if last is None:
        raise NothingToRedo("nothing_to_redo", "{name} 没有可以重做的调整。", name=draft.name)
    edit, change = last
    return made(draft, EditKind.REDO, change, actor=actor, at=at, reverses=edit)


def made(
    draft: Alignment,
    kind: EditKind,
    change: Change,
    *,
    actor: User | None,
    at: date | datetime,
    reverses: AlignmentEdit | None = None,
) -> EditResult:
    """Record the step; what it tears apart is measured before and after."""
    edit = record(draft, kind, change, actor=actor, at=at, reverses=reverses)
    return EditResult(draft, edit, change, torn(draft, read_change(edit.change)))
