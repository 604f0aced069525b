"""A territory goes to another org unit from a day on; what was agreed for it before stays as it was."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.models import Territory, TerritoryMove
from quyu.apps.territories.selectors.alignments import owners_on
from quyu.apps.territories.selectors.places import moves_of, unit_on
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.notices.services import notify
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.selectors import users_with


class ThereAlready(Refusal):
    """The territory hangs below that unit on that day."""

    def __init__(self, territory: str, unit: str, day: date) -> None:
        super().__init__(
            "there_already", "{territory} 在 {day} 已属于 {unit}，无需划转。", territory=territory, unit=unit, day=day
        )  # fmt: skip


@transaction.atomic
def move_territory(
    *, territory: Territory, unit: OrgUnit, moved_on: date, actor: User | None, at: date | datetime
) -> Territory:
    """From `moved_on` on the territory hangs below `unit`, until the next move already planned. Raises ThereAlready."""
    current = (
        Territory.objects.select_for_update(of=("self",)).select_related("org_unit").get(pk=territory.pk)
    )
    moves = moves_of(current)
    source = unit_on(current, moves, moved_on)
    if source.pk == unit.pk:
        raise ThereAlready(current.name, unit.name, moved_on)
    _write(current, moves, unit, moved_on, actor)
    _tell(current, source, unit, moved_on, actor, at)
    audit.record(
        actor=actor,
        verb="move_territory",
        subject=current,
        label=current.name,
        detail={"from": source.name, "to": unit.name, "valid_from": moved_on},
        at=at,
    )
    return _settle(current, unit, day_of(at), actor)


def _tell(
    territory: Territory, source: OrgUnit, target: OrgUnit, day: date, actor: User | None, at: date | datetime
) -> None:
    """A notice to who answers for the territory on that day, and to who answers for the units it leaves and joins."""
    today, url = day_of(at), reverse("territory-detail", kwargs={"pk": territory.pk})
    owner = owners_on([territory.pk], day).get(territory.pk)
    person = owner.person if owner else None
    told = list(User.objects.filter(person=person, is_active=True)) if person else []
    for unit in (source, target):
        told += users_with("alignment", "edit", org_unit=unit, at=today)
    text = format_lazy(
        _("{territory} 自 {day} 起由 {source} 划到 {target}"),
        territory=territory.name,
        day=day,
        source=source.name,
        target=target.name,
    )
    notify(users=[user for user in told if actor is None or user.pk != actor.pk], text=text, url=url, at=at)


def _write(
    territory: Territory, moves: Sequence[TerritoryMove], unit: OrgUnit, day: date, actor: User | None
) -> None:
    """The move of that day, made, changed or taken back; the next one then starts from here."""
    here = next((move for move in moves if move.moved_on == day), None)
    after = next((move for move in moves if move.moved_on > day), None)
    before = [move for move in moves if move.moved_on < day]
    came_from = before[-1].target if before else unit_on(territory, moves, date.min)
    if here is not None and came_from.pk == unit.pk:
        here.delete()
    elif here is not None:
        here.target = unit
        audit.save_checked(here, expected_version=here.version, actor=actor)
    else:
        TerritoryMove.objects.create(territory=territory, source=came_from, target=unit, moved_on=day)
    if after is not None and after.target_id == unit.pk:
        after.delete()
    elif after is not None:
        after.source = unit
        audit.save_checked(after, expected_version=after.version, actor=actor)


def _settle(territory: Territory, otherwise: OrgUnit, today: date, actor: User | None) -> Territory:
    """`org_unit` is the unit of today; `otherwise` where no move is left."""
    moves = moves_of(territory)
    unit = unit_on(territory, moves, today) if moves else otherwise
    if unit.pk != territory.org_unit_id:
        territory.org_unit = unit
        audit.save_checked(territory, expected_version=territory.version, actor=actor)
    return territory


def come_due(*, at: date | datetime) -> int:
    """Territories whose planned move has come hang below their new unit; how many."""
    today = day_of(at)
    due = TerritoryMove.objects.filter(moved_on__lte=today).values("territory")
    count = 0
    for pk in Territory.objects.filter(pk__in=due).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            territory = Territory.objects.select_for_update().get(pk=pk)
            before = territory.org_unit_id
            count += _settle(territory, territory.org_unit, today, None).org_unit_id != before
    return count
