"""Saying something about a unit, a territory or the whole of an alignment; answering; calling it settled."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.territories.choices import AlignmentState
from quyu.apps.territories.models import Alignment, AlignmentComment, AlignmentUnit, Territory
from quyu.apps.territories.services.scheduling import concerned
from quyu.kernel.refusal import Refusal
from quyu.platform.approvals.services import day as day_of
from quyu.platform.audit import services as audit
from quyu.platform.geography.models import BasicUnit
from quyu.platform.notices import services as notices
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import scope_of

LONGEST = 500
MENTION = re.compile(r"@([^\s@，。、；：,.;:!?！？()（）]{1,40})")
OPEN = (AlignmentState.DRAFT, AlignmentState.SUBMITTED, AlignmentState.APPROVED)


class NothingSaid(Refusal):
    def __init__(self) -> None:
        super().__init__("nothing_said", "请写批注的内容。")


class TooLong(Refusal):
    def __init__(self, length: int) -> None:
        super().__init__(
            "comment_too_long", "批注最多 {most} 字，现在有 {length} 字。", most=LONGEST, length=length
        )


class NoMoreSaid(Refusal):
    """What is or was in force is not discussed any more."""

    def __init__(self, name: str, state: str) -> None:
        super().__init__("no_more_said", "{name} 的状态是“{state}”，不能再批注。", name=name, state=state)


class SettledAlready(Refusal):
    def __init__(self, by: str) -> None:
        super().__init__("already_settled", "这条批注已由{by}标为已解决。", by=by)


@transaction.atomic
def say(
    *,
    alignment: Alignment,
    text: str,
    unit: BasicUnit | None,
    territory: Territory | None,
    answers: AlignmentComment | None,
    url: str,
    actor: User,
    at: date | datetime,
) -> AlignmentComment:
    """Add a remark, or a reply to the first of a thread; who is concerned is told. Raises NothingSaid, TooLong, NoMoreSaid."""
    words = text.strip()
    if not words:
        raise NothingSaid
    if len(words) > LONGEST:
        raise TooLong(len(words))
    refuse_closed(alignment)
    made = AlignmentComment.objects.create(
        alignment=alignment,
        unit=answers.unit if answers else unit,
        territory=answers.territory if answers else territory,
        answers=answers,
        text=words,
        author=actor,
        created_at=audit.moment(at),
    )
    audit.record(
        actor=actor,
        verb="comment_alignment",
        subject=alignment,
        label=alignment.name,
        detail={"unit": made.unit.code} if made.unit else {},
        at=at,
    )
    place = made.unit or made.territory or alignment
    said = format_lazy(
        _("{who} 在 {name} 批注了 {place}：{text}"),
        who=actor.get_full_name(),
        name=alignment.name,
        place=str(place),
        text=words[:120],
    )
    notices.notify(users=to_be_told(made, day_of(at)), text=said, url=url, at=at)
    return made


@transaction.atomic
def settle(
    *, comment: AlignmentComment, expected_version: int, actor: User, at: date | datetime
) -> AlignmentComment:
    """Mark a thread as settled. Raises SettledAlready, StaleSave."""
    row = (
        AlignmentComment.objects.select_for_update(of=("self",))
        .select_related("resolved_by")
        .get(pk=comment.pk)
    )
    refuse_closed(row.alignment)
    if row.resolved_by is not None:
        raise SettledAlready(row.resolved_by.get_full_name() or row.resolved_by.get_username())
    row.resolved_by, row.resolved_at = actor, audit.moment(at)
    return audit.save_checked(row, expected_version=expected_version, actor=actor)


def refuse_closed(alignment: Alignment) -> None:
    if alignment.state not in OPEN:
        raise NoMoreSaid(alignment.name, alignment.get_state_display())


def to_be_told(made: AlignmentComment, today: date) -> list[User]:
    """Who is named, who took part, who made the alignment, who heads the territory; never who said it.

    All of them only as long as they see it: a notice quotes what was said.
    """
    sides = sides_of(made)
    thread = made.answers or made
    own = [said.author for said in (thread, *thread.replies.select_related("author"))]
    own += [made.alignment.created_by] if made.alignment.created_by else []
    own += User.objects.filter(person__name__in=MENTION.findall(made.text))
    heads: Iterable[User] = [] if made.answers else concerned(sides, today, today)
    people = {user.pk: user for user in (*own, *heads) if user.is_active and user.pk != made.author_id}
    meant = {user.pk for user in own}
    return [user for pk, user in sorted(people.items()) if may_know(user, sides, today, is_meant=pk in meant)]


def may_know(user: User, sides: Iterable[Territory], today: date, *, is_meant: bool) -> bool:
    """Whether what was said of these territories is in one's reach; who sees everything wants to be meant."""
    scope = scope_of(user, at=today)
    if not policy.allows(scope, "alignment", "view") or (scope.is_everything and not is_meant):
        return False
    pks = [side.pk for side in sides]
    return not pks or Territory.objects.filter(pk__in=pks).visible_to(scope, today).exists()


def sides_of(made: AlignmentComment) -> list[Territory]:
    """The territory said something about: that of the unit in this alignment."""
    if made.territory is not None:
        return [made.territory]
    rows = AlignmentUnit.objects.filter(alignment=made.alignment, unit=made.unit) if made.unit else []
    return [row.territory for row in rows]
