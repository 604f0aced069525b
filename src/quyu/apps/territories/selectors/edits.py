"""The log of a draft: what can be taken back or done again, what others did since, what is locked."""

from dataclasses import dataclass
from datetime import datetime

from quyu.apps.territories.change import Change, read_change
from quyu.apps.territories.choices import EditKind
from quyu.apps.territories.models import Alignment, AlignmentEdit, AlignmentLock, AlignmentUnit, Territory
from quyu.platform.geography.models import BasicUnit

NAMED = 3
"""How many units a sentence about a step names."""


@dataclass(frozen=True)
class Step:
    """A step of the log in names: units (the first few, and how many), territories they left and came to."""

    kind: str
    actor: str
    at: datetime
    units: tuple[str, ...]
    unit_count: int
    territories: tuple[str, ...]


def steps_that_stand(alignment: Alignment) -> tuple[list[AlignmentEdit], list[AlignmentEdit]]:
    """The edits that stand, and those taken back that can be done again; what is next is last.

    What was done before codes of units changed can no longer be taken back: its units are gone.
    """
    done: list[AlignmentEdit] = []
    undone: list[AlignmentEdit] = []
    for edit in AlignmentEdit.objects.filter(alignment=alignment).defer("change").order_by("sequence"):
        if edit.kind == EditKind.UNDO:
            undone.append(done.pop())
        elif edit.kind == EditKind.REDO:
            done.append(undone.pop())
        elif edit.kind == EditKind.RECODE:
            done.clear()
            undone.clear()
        else:
            done.append(edit)
            undone.clear()
    return done, undone


def next_undo(alignment: Alignment) -> tuple[AlignmentEdit, Change] | None:
    """The edit that undoing takes back, with what it changed."""
    done, _ = steps_that_stand(alignment)
    return (done[-1], read_change(done[-1].change)) if done else None


def next_redo(alignment: Alignment) -> tuple[AlignmentEdit, Change] | None:
    """The edit that is done again next, with what it changed."""
    _, undone = steps_that_stand(alignment)
    return (undone[-1], read_change(undone[-1].change)) if undone else None


def locked(alignment: Alignment) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of the locked units and of the locked territories."""
    rows = list(AlignmentLock.objects.filter(alignment=alignment).values_list("unit_id", "territory_id"))
    units = frozenset(unit for unit, _ in rows if unit is not None)
    return units, frozenset(territory for _, territory in rows if territory is not None)


def steps_since(alignment: Alignment, version: int, *, seen: frozenset[int] | None) -> list[Step]:
    """What was done after a version, oldest first, as far as it lies in the territories of `seen` (None: all)."""
    edits = AlignmentEdit.objects.filter(alignment=alignment, version__gt=version).select_related("actor")
    rows = [(edit, read_change(edit.change)) for edit in edits.order_by("sequence")]
    touched = {unit for _, change in rows for unit in change.units}
    names = dict(BasicUnit.objects.filter(pk__in=touched).values_list("pk", "name"))
    places = AlignmentUnit.objects.filter(alignment=alignment, unit__in=touched)
    held = {(unit, side) for unit, side in places.values_list("unit_id", "territory_id")}
    territories = Territory.objects.in_bulk({side for _, change in rows for side in change.territories})
    found = []
    for edit, change in rows:
        sides = sorted(side for side in change.territories if seen is None or side in seen)
        moved = {(unit, side) for unit, *both in change.moves for side in both}
        beside = {(unit, side) for unit, side in held if unit in change.units} | moved
        units = sorted({unit for unit, side in beside if seen is None or side in seen})
        if sides or units:
            shown = tuple(names[unit] for unit in units[:NAMED])
            actor = edit.actor.get_full_name() if edit.actor else ""
            sides_named = tuple(territories[side].name for side in sides)
            found.append(Step(edit.kind, actor, edit.at, shown, len(units), sides_named))
    return found
