"""Meetings: called with a pack of that day, minuted, decisions that are followed up, closed."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from quyu.apps.monitoring.models import Meeting, Promise
from quyu.apps.monitoring.selectors.packs import pack_of
from quyu.apps.monitoring.services import undertakings
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.people.models import OrgUnit, Position, User

AGENDA = "1. 上次的决定办得怎样\n2. 达成与进度\n3. 预警与原因\n4. 决定：做什么、谁、哪天前"


class MeetingExists(Refusal):
    """One meeting of a kind a day."""

    def __init__(self, unit: str, day: date) -> None:
        super().__init__(
            "meeting_exists", "{unit} 在 {day} 已经有同样的例会，请打开那一次。", unit=unit, day=day
        )


class MeetingClosed(Refusal):
    """The record of a closed meeting stays as it is."""

    def __init__(self, name: str) -> None:
        super().__init__("meeting_closed", "“{name}”已经结束，不能再改；新的决定写进下一次例会。", name=name)


def call_meeting(*, unit: OrgUnit, cadence: str, held_on: date, actor: User, at: datetime) -> Meeting:
    """A new meeting with its pack as of today."""
    pack = pack_of(unit, today=audit.moment(at).date())
    row = Meeting(
        org_unit=unit, cadence=cadence, held_on=held_on, agenda=AGENDA, pack=pack, created_by=actor, created_at=at
    )  # fmt: skip
    try:
        with transaction.atomic():
            audit.by(row, actor).save()
            audit.record(actor=actor, verb="meeting.call", subject=row, label=str(row), at=at)
    except IntegrityError:
        raise MeetingExists(unit.name, held_on) from None
    return row


@transaction.atomic
def write_minutes(
    *, meeting: Meeting, agenda: str, minutes: str, expected_version: int, actor: User, at: datetime
) -> None:
    refuse_closed(meeting)
    meeting.agenda, meeting.minutes = agenda, minutes
    audit.save_checked(meeting, expected_version=expected_version, actor=actor)
    audit.record(actor=actor, verb="meeting.minutes", subject=meeting, label=str(meeting), at=at)


@transaction.atomic
def renew_pack(*, meeting: Meeting, expected_version: int, actor: User, at: datetime) -> None:
    """The pack as of now, while the meeting is not closed."""
    refuse_closed(meeting)
    meeting.pack = pack_of(meeting.org_unit, today=audit.moment(at).date())
    audit.save_checked(meeting, expected_version=expected_version, actor=actor)


@transaction.atomic
def close_meeting(*, meeting: Meeting, expected_version: int, actor: User, at: datetime) -> None:
    refuse_closed(meeting)
    meeting.is_closed = True
    audit.save_checked(meeting, expected_version=expected_version, actor=actor)
    audit.record(actor=actor, verb="meeting.close", subject=meeting, label=str(meeting), at=at)


@transaction.atomic
def promise(
    *, meeting: Meeting, text: str, owner: Position, due_on: date, actor: User, at: datetime
) -> Promise:
    """A decision becomes somebody's task."""
    refuse_closed(meeting)
    row = Promise(meeting=meeting, text=text, owner=owner, due_on=due_on)
    undertakings.give(row, verb="meeting.promise", actor=actor, at=at)
    return row


def settle(
    *, row: Promise, state: str, result: str, expected_version: int, actor: User, at: datetime
) -> None:
    """What became of a decision."""
    undertakings.settle(
        row, verb="meeting.settle", state=state, result=result, expected_version=expected_version, actor=actor, at=at
    )  # fmt: skip


def refuse_closed(meeting: Meeting) -> None:
    if meeting.is_closed:
        raise MeetingClosed(str(meeting))
