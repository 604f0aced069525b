"""Changes of the organisation: moving units, filling and vacating seats. All dated, all audited."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.ownership import announce
from quyu.platform.people import closure, giving
from quyu.platform.people.choices import OrgKind, Role
from quyu.platform.people.models import (
    Assignment,
    OrgClosure,
    OrgLink,
    OrgUnit,
    Person,
    Position,
    User,
    in_force,
)


class SeatTaken(Refusal):
    """A position has at most one holder on any day."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("seat_taken", "岗位 {position} 在 {start} 至 {end} 已由 {holder} 担任。", **numbers)


class NotEmployed(Refusal):
    """Only somebody who works here on all those days can hold a seat."""

    def __init__(self, **numbers: object) -> None:
        super().__init__(
            "not_employed", "{person} 的在职期是 {joined} 至 {left}，不能从 {start} 任职到 {end}。", **numbers
        )


class OwnSeat(Refusal):
    """Nobody gives himself rights by taking a seat."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("own_seat", "不能给自己安排岗位 {position}，请由他人操作。", **numbers)


class OutsidePosition(Refusal):
    """A seat can be held only while it exists."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("outside_position", "岗位 {position} 的有效期是 {start} 至 {end}。", **numbers)


class WrongEnd(Refusal):
    """An assignment ends after it began and not later than it ended already."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("wrong_end", "结束日须晚于 {start}，且不晚于 {end}。", **numbers)


class HeadOfficeStays(Refusal):
    """The root of the tree has no parent."""

    def __init__(self, **numbers: object) -> None:
        super().__init__("head_office_stays", "{unit} 是总部，不能归到其他组织之下。", **numbers)


@transaction.atomic
def rebuild_closure() -> int:
    """Derive the dated closure from the links anew; the number of pairs."""
    names = locked_units()
    links = [
        closure.Link(unit, start, end or closure.OPEN, parent)
        for unit, parent, start, end in OrgLink.objects.values_list(
            "unit_id", "parent_id", "valid_from", "valid_to"
        )
    ]
    pairs = closure.pairs_of(names, links)
    OrgClosure.objects.all().delete()
    OrgClosure.objects.bulk_create(
        (
            OrgClosure(
                ancestor_id=pair.ancestor,
                descendant_id=pair.descendant,
                depth=pair.depth,
                valid_from=pair.start,
                valid_to=None if pair.end == closure.OPEN else pair.end,
            )
            for pair in pairs
        ),
        batch_size=2000,
    )
    return len(pairs)


def locked_units() -> dict[int, str]:
    """The names of all units, locked in one order: changes of the tree queue here."""
    return dict(OrgUnit.objects.select_for_update().order_by("pk").values_list("pk", "name"))


@transaction.atomic
def move_unit(
    *, unit: OrgUnit, parent: OrgUnit, valid_from: date, actor: User | None, at: date | datetime
) -> OrgLink:
    """From `valid_from` on, `unit` reports to `parent`, until the next move already planned."""
    if unit.kind == OrgKind.HEAD_OFFICE:
        raise HeadOfficeStays(unit=unit.name)
    locked_units()
    current = OrgLink.objects.filter(in_force(valid_from), unit=unit).select_related("parent").first()
    if current is not None and current.parent_id == parent.pk:
        return current
    valid_to = current.valid_to if current is not None else next_move(unit, valid_from)
    if current is not None and current.valid_from == valid_from:
        current.delete()
    elif current is not None:
        current.valid_to = valid_from
        audit.save_checked(current, expected_version=current.version, actor=actor)
    link = OrgLink(unit=unit, parent=parent, valid_from=valid_from, valid_to=valid_to)
    link.save()
    rebuild_closure()
    audit.record(
        actor=actor,
        verb="move_unit",
        subject=unit,
        label=unit.name,
        detail={
            "from": current.parent.name if current else None,
            "to": parent.name,
            "valid_from": valid_from,
        },
        at=at,
    )
    return link


def next_move(unit: OrgUnit, after: date) -> date | None:
    """The day of the next link of a unit that has none now."""
    later = OrgLink.objects.filter(unit=unit, valid_from__gt=after).order_by("valid_from").first()
    return later.valid_from if later else None


@transaction.atomic
def assign(
    *,
    person: Person,
    position: Position,
    valid_from: date,
    valid_to: date | None = None,
    actor: User | None,
    at: date | datetime,
) -> Assignment:
    """Put a person on a seat for these days; refuses a second holder and days outside seat or employment."""
    if actor is not None and person.user_id == actor.pk:
        raise OwnSeat(position=position.name)
    if actor is not None:
        day = timezone.localdate(audit.moment(at))
        giving.refuse_role(Role(position.role), position.org_unit, actor=actor, at=day)
    giving.refuse_together(
        Role(position.role), user=person.user, person=person, start=valid_from, end=valid_to
    )
    Position.objects.select_for_update().get(pk=position.pk)
    refuse_impossible_days(person, position, valid_from, valid_to)
    overlapping = Assignment.objects.filter(position=position).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)
    )
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=valid_to)
    taken = overlapping.select_related("person").order_by("valid_from").first()
    if taken is not None:
        raise SeatTaken(
            position=position.name,
            start=taken.valid_from,
            end=taken.valid_to or "∞",
            holder=taken.person.name,
        )
    assignment = Assignment(person=person, position=position, valid_from=valid_from, valid_to=valid_to)
    assignment.save()
    audit.record(
        actor=actor,
        verb="assign",
        subject=position,
        label=f"{position.name}：{person.name}",
        detail={"person": person.code, "valid_from": valid_from, "valid_to": valid_to},
        at=at,
    )
    if actor is not None:
        announce(at)
    return assignment


def refuse_impossible_days(
    person: Person, position: Position, valid_from: date, valid_to: date | None
) -> None:
    """Raises when the person or the seat is not there on all days of `[valid_from, valid_to)`."""
    end = valid_to or date.max
    if valid_from >= end:
        raise WrongEnd(start=valid_from, end="∞")
    if valid_from < (person.joined_on or date.min) or end > (person.left_on or date.max):
        raise NotEmployed(
            person=person.name,
            joined=person.joined_on or "—",
            left=person.left_on or "∞",
            start=valid_from,
            end=valid_to or "∞",
        )
    if valid_from < position.valid_from or end > (position.valid_to or date.max):
        raise OutsidePosition(position=position.name, start=position.valid_from, end=position.valid_to or "∞")


@transaction.atomic
def end_assignment(
    *,
    assignment: Assignment,
    valid_to: date,
    actor: User | None,
    at: date | datetime,
    expected_version: int | None = None,
) -> Assignment:
    """The person leaves the seat: `valid_to` is the first day without them."""
    if not assignment.valid_from < valid_to <= (assignment.valid_to or date.max):
        raise WrongEnd(start=assignment.valid_from, end=assignment.valid_to or "∞")
    assignment.valid_to = valid_to
    audit.save_checked(assignment, expected_version=expected_version or assignment.version, actor=actor)
    audit.record(
        actor=actor,
        verb="end_assignment",
        subject=assignment.position,
        label=f"{assignment.position.name}：{assignment.person.name}",
        detail={"person": assignment.person.code, "valid_to": valid_to},
        at=at,
    )
    if actor is not None:
        announce(at)
    return assignment


@transaction.atomic
def leave(*, person: Person, left_on: date, actor: User | None, at: date | datetime) -> Person:
    """The person leaves the company: `left_on` is the first day without them; their seats fall vacant."""
    later = Assignment.objects.filter(person=person, valid_from__gte=left_on)
    planned = later.count()
    later.delete()
    for assignment in Assignment.objects.filter(in_force(left_on), person=person).select_related(
        "position", "person"
    ):
        end_assignment(assignment=assignment, valid_to=left_on, actor=actor, at=at)
    person.left_on = left_on
    audit.save_checked(person, expected_version=person.version, actor=actor)
    detail = {"left_on": left_on, "planned_assignments_removed": planned}
    audit.record(actor=actor, verb="leave", subject=person, label=person.name, detail=detail, at=at)
    if actor is not None:
        announce(at)
    return person
