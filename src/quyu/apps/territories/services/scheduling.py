"""What is scheduled is taken back, and people are told which units come to them and leave them."""

from collections.abc import Container, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, AlignmentFlow, Territory
from quyu.apps.territories.selectors.alignments import owners_on, territories_of
from quyu.apps.territories.selectors.schedule import dated
from quyu.apps.territories.services.flowing import record_flows
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.notices import services as notices
from quyu.platform.ownership import announce
from quyu.platform.people import selectors
from quyu.platform.people.models import OrgUnit, User
from quyu.platform.people.scope import scope_of

COMES = _("{name} 自 {day} 起生效：您的范围划入 {gained} 个单元，划出 {lost} 个，内部换区域 {within} 个")
STAYS = _(
    "{name} 原定 {day} 生效，已撤回：划入 {gained} 个、划出 {lost} 个、内部换区域 {within} 个单元都不再变动"
)


class NotToCome(Refusal):
    """Only what is still to come can be taken back."""


@transaction.atomic
def withdraw(*, alignment: Alignment, actor: User, at: date | datetime) -> Alignment:
    """An alignment still to come is only approved again; the one before it lasts until the next. Raises NotToCome."""
    list(Alignment.objects.select_for_update().filter(pk__in=[row.pk for row in dated()]))
    rows = dated()
    place = next((number for number, row in enumerate(rows) if row.pk == alignment.pk), 0)
    day = rows[place].valid_from if place else None
    if day is None or day <= day_of(at):
        raise NotToCome(
            "not_to_come",
            "{name} 不是待生效的方案，不能撤回；已经生效的，请另做方案调整。",
            name=alignment.name,
        )
    current, before = rows[place], rows[place - 1]
    after = rows[place + 1] if place + 1 < len(rows) else None
    tell(current, STAYS, at=at)
    before.valid_to = after.valid_from if after else None
    before.state = AlignmentState.RETIRED if after else AlignmentState.ACTIVE
    current.state, current.planned_from = AlignmentState.APPROVED, day
    current.valid_from = current.valid_to = None
    for row in (before, current):
        audit.save_checked(row, expected_version=row.version, actor=actor)
    restore_territories(before, current, after, day)
    AlignmentFlow.objects.filter(alignment=current).delete()
    if after is not None:
        record_flows(after, before)
    audit.record(
        actor=actor,
        verb="withdraw_alignment",
        subject=current,
        label=current.name,
        detail={"valid_from": day.isoformat()},
        at=at,
    )
    announce(at)
    return current


def restore_territories(before: Alignment, current: Alignment, after: Alignment | None, day: date) -> None:
    """Territories that would have ended with it go on, until the next alignment leaves them out."""
    kept = set(territories_of(before).values_list("pk", flat=True))
    kept -= set(territories_of(current).values_list("pk", flat=True))
    ends = after.valid_from if after else None
    going_on = set(territories_of(after).values_list("pk", flat=True)) if after else kept
    for pks, end in ((kept & going_on, None), (kept - going_on, ends)):
        Territory.objects.filter(pk__in=pks, valid_to=day).update(valid_to=end, version=F("version") + 1)


def tell(alignment: Alignment, text: Any, *, at: date | datetime) -> int:
    """Every head and owner, once: how many units come into his reach, leave it, and change inside it."""
    flows = list(AlignmentFlow.objects.filter(alignment=alignment).select_related("source", "target"))
    assert alignment.valid_from is not None
    sides = {side.pk: side for flow in flows for side in (flow.source, flow.target)}
    count = 0
    for user in concerned(sides.values(), alignment.valid_from, day_of(at)):
        scope = scope_of(user, at=day_of(at))
        seen = set(
            Territory.objects.filter(pk__in=sides).visible_to(scope, day_of(at)).values_list("pk", flat=True)
        )
        if scope.is_everything or not seen:
            continue
        units = counted(flows, seen)
        said = format_lazy(
            text,
            name=alignment.name,
            day=alignment.valid_from,
            gained=units[0],
            lost=units[1],
            within=units[2],
        )
        count += notices.notify(users=[user], text=said, url="/territories/schedule/", at=at)
    return count


def counted(flows: Iterable[AlignmentFlow], mine: Container[int]) -> tuple[int, int, int]:
    """Units that come in, go out, and stay inside."""
    found = [0, 0, 0]
    for flow in flows:
        sides = flow.target_id in mine, flow.source_id in mine
        if any(sides):
            found[2 if all(sides) else 0 if sides[0] else 1] += flow.units
    return found[0], found[1], found[2]


def concerned(sides: Iterable[Territory], day: date, today: date) -> list[User]:
    """Who heads the org units of these territories, and who answers for them on a day."""
    sides = list(sides)
    people: dict[int, User] = {}
    for unit in OrgUnit.objects.filter(pk__in={side.org_unit_id for side in sides}):
        for user in selectors.users_with("alignment", "edit", org_unit=unit, at=today):
            people[user.pk] = user
    owners = owners_on([side.pk for side in sides], day).values()
    for user in User.objects.filter(
        person__in=[owner.person for owner in owners if owner.person], is_active=True
    ):
        people[user.pk] = user
    return [people[pk] for pk in sorted(people)]
