"""Editing a draft alignment by hand: copy the one in force, move units, undo."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentMove, AlignmentUnit, Territory
from quyu.apps.territories.selectors import TerritoryLoad, loads
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.geography import selectors as geography
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import everything


class NotADraft(Refusal):
    """Only a draft can be changed."""


class UnitNotHere(Refusal):
    """The unit takes no part of its own in this alignment, or is there already."""


class NothingToUndo(Refusal):
    """No move is left to take back."""


@dataclass(frozen=True)
class MoveResult:
    """The two territories before and after a move; `warnings` name what the move breaks."""

    alignment: Alignment
    unit: BasicUnit
    before: tuple[TerritoryLoad, ...]
    after: tuple[TerritoryLoad, ...]
    warnings: tuple[str, ...]


@transaction.atomic
def create_draft(*, based_on: Alignment, name: str, actor: User | None, at: date | datetime) -> Alignment:
    """A draft that starts as an exact copy."""
    draft = Alignment.objects.create(
        name=name,
        level=based_on.level,
        method={key: value for key, value in based_on.method.items() if key != "regions"},
        based_on=based_on,
        created_by=actor,
        created_at=audit.moment(at),
    )
    rows = AlignmentUnit.objects.filter(alignment=based_on).order_by("pk")
    AlignmentUnit.objects.bulk_create(
        [
            AlignmentUnit(alignment=draft, unit_id=unit, territory_id=territory, part=part)
            for unit, territory, part in rows.values_list("unit_id", "territory_id", "part")
        ],
        batch_size=1000,
    )
    audit.record(
        actor=actor, verb="create", subject=draft, label=name, detail={"based_on": based_on.name}, at=at
    )
    return draft


@transaction.atomic
def move_unit(
    *,
    alignment: Alignment,
    unit: BasicUnit,
    territory: Territory,
    expected_version: int,
    actor: User | None,
    at: date | datetime,
) -> MoveResult:
    """Give one unit (with the finer units in it) to another territory of the draft."""
    draft = locked_draft(alignment, expected_version)
    row = AlignmentUnit.objects.filter(alignment=draft, unit=unit).exclude(part=UnitPart.FINER).first()
    if row is None or row.territory_id == territory.pk:
        raise UnitNotHere(
            "unit_not_here", "{unit} 不能移动到 {territory}。", unit=unit.name, territory=territory.name
        )
    source = row.territory
    result = carry(draft, unit, source, territory, actor, at)
    AlignmentMove.objects.create(
        alignment=draft, unit=unit, source=source, target=territory, moved_by=actor, moved_at=audit.moment(at)
    )
    return result


@transaction.atomic
def undo_move(
    *, alignment: Alignment, expected_version: int, actor: User | None, at: date | datetime
) -> MoveResult:
    """Take back the last move that is not taken back yet."""
    draft = locked_draft(alignment, expected_version)
    last = draft.moves.filter(undone_at=None).select_related("unit", "source", "target").order_by("pk").last()
    if last is None:
        raise NothingToUndo("nothing_to_undo", "{name} 没有可以撤销的调整。", name=draft.name)
    result = carry(draft, last.unit, last.target, last.source, actor, at)
    last.undone_at = audit.moment(at)
    last.save(update_fields=["undone_at"])
    return result


def locked_draft(alignment: Alignment, expected_version: int, *, right: str = "edit") -> Alignment:
    """The draft as it is now, locked; refused when it changed since it was read, or is no draft."""
    current: Alignment = Alignment.objects.select_for_update().get(pk=alignment.pk)
    if not policy.is_open("alignment", right, current.state):
        raise NotADraft(
            "not_a_draft",
            "{name} 的状态是“{state}”，不能修改。",
            name=current.name,
            state=current.get_state_display(),
        )
    if current.version != expected_version:
        raise StaleSave(name=current.name, mine=f"v{expected_version}", theirs=f"v{current.version}")
    return current


def carry(
    draft: Alignment,
    unit: BasicUnit,
    source: Territory,
    target: Territory,
    actor: User | None,
    at: date | datetime,
) -> MoveResult:
    """Move and measure: loads of both territories before and after."""
    day = day_of(at)
    both = [source.pk, target.pk]
    before = loads(draft, scope=everything(), at=day, only=both)
    moved = [unit.pk, *finer_units(draft, unit)]
    AlignmentUnit.objects.filter(alignment=draft, unit__in=moved).update(territory=target)
    audit.save_checked(draft, expected_version=draft.version, actor=actor)
    after = loads(draft, scope=everything(), at=day, only=both)
    return MoveResult(draft, unit, tuple(before), tuple(after), tuple(warnings(draft, unit, source, target)))


def finer_units(draft: Alignment, unit: BasicUnit) -> list[int]:
    """The finer units of the alignment inside a base unit."""
    finer = AlignmentUnit.objects.filter(alignment=draft, part=UnitPart.FINER)
    children = finer.filter(unit__parent_code=unit.code).values_list("unit_id", "unit__code")
    known = list(children)
    below = finer.filter(unit__parent_code__in=[code for _, code in known]).values_list("unit_id", flat=True)
    return [pk for pk, _ in known] + list(below)


def warnings(draft: Alignment, unit: BasicUnit, source: Territory, target: Territory) -> list[str]:
    """`apart`: the unit touches nothing of its new territory. `split`: the old one falls into pieces.

    `empty`: the old one has no unit left.
    """
    base = AlignmentUnit.objects.filter(alignment=draft, part=UnitPart.BASE).order_by("unit_id")
    here = list(base.filter(territory=target).values_list("unit_id", flat=True))
    left = list(base.filter(territory=source).values_list("unit_id", flat=True))
    found = []
    if unit.pk in here and len(here) > 1 and pieces(here) > pieces([u for u in here if u != unit.pk]):
        found.append("apart")
    if not left:
        found.append("empty")
    elif unit.pk in here and pieces(left) > pieces([*left, unit.pk]):
        found.append("split")
    return found


def pieces(unit_ids: list[int]) -> int:
    """How many parts without a common border the units form."""
    parent = list(range(len(unit_ids)))

    def root(spot: int) -> int:
        while parent[spot] != spot:
            parent[spot] = spot = parent[parent[spot]]
        return spot

    for left, right in geography.adjacency(unit_ids).tolist():
        parent[root(left)] = root(right)
    return len({root(spot) for spot in range(len(unit_ids))})
