"""Responsibility letters: issued with a publication, sealed by the company, accepted or contested by the person.

A letter goes on as long as it asks the same; a publication that changes a person's figures replaces his
letter by a new one. Accepting is a signature: the person proves who he is once more, and his
acceptance is added to the sealed file.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets import letter_document
from quyu.apps.targets.choices import LetterState
from quyu.apps.targets.models import Letter, PlanVersion
from quyu.apps.targets.selectors import letter_content
from quyu.apps.targets.services.operations import day_of
from quyu.apps.targets.services.summaries import told
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.documents.authority import Signatory, authority
from quyu.platform.files import services as files
from quyu.platform.files.models import StoredFile
from quyu.platform.notices import services as notices
from quyu.platform.people import policy
from quyu.platform.people.models import Person, Position, User

DAYS_TO_ANSWER = 14
REMIND_BEFORE = timedelta(days=3)


class NotYourLetter(Refusal):
    """Nobody signs for another."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(
            "not_your_letter", "责任书 {number} 只能由{name}本人答复。", number=number, name=name
        )


class LetterAnswered(Refusal):
    def __init__(self, number: str, state: str) -> None:
        super().__init__(
            "letter_answered", "责任书 {number} 的状态为“{state}”，不能再答复。", number=number, state=state
        )


class NotProven(Refusal):
    """An acceptance is a signature: it needs the password, or the code of the second factor, once more."""

    def __init__(self) -> None:
        super().__init__("not_proven", "密码或验证码不正确，没有签署。请重新输入。")


class NoObjection(Refusal):
    def __init__(self) -> None:
        super().__init__("no_objection", "请写明申请调整的理由。")


def issue(*, plan_version: PlanVersion, actor: User | None, at: date | datetime) -> list[Letter]:
    """A letter for everybody whose targets this version sets or changes; who has left gets none, and keeps none.

    Inside the caller's transaction.
    """
    loaded = letter_content.measures_of(plan_version)
    owned, titles = (
        letter_content.regions_by_person(loaded[0].axes),
        dict(Position.objects.values_list("code", "name")),
    )
    here = Person.objects.filter(code__in=owned).exclude(left_on__lte=day_of(at))
    people = {person.code: person for person in here}
    standing = _standing(plan_version)
    issued = []
    for code in sorted(set(owned) & set(people)):
        content = letter_content.content_of(loaded, code, owned[code])
        content["positions"] = [
            f"{titles[code]}（{code}）" if code in titles else code for code in content["positions"]
        ]
        before = standing.pop(code, None)
        if before is not None and letter_content.same_targets(before.content, content):
            continue
        issued.append(_issued(plan_version, people[code], content, before, actor=actor, at=at))
    for left in standing.values():
        _replace(left, None, actor)
    _tell(issued, at)
    return issued


def _standing(version: PlanVersion) -> dict[str, Letter]:
    """The letters in force for the year and measure, by person; of several the latest."""
    rows = Letter.objects.select_for_update(of=("self",)).filter(
        plan_version__plan__year=version.plan.year, plan_version__plan__measure=version.plan.measure
    )
    rows = rows.exclude(state=LetterState.REPLACED).select_related("person")
    return {letter.person.code: letter for letter in rows.order_by("pk")}


def _issued(
    version: PlanVersion,
    person: Person,
    content: dict[str, Any],
    before: Letter | None,
    *,
    actor: User | None,
    at: date | datetime,
) -> Letter:
    content |= {"name": person.name}
    letter = Letter.objects.create(
        plan_version=version,
        person=person,
        number=f"ZR{version.plan.year}-{version.pk}-{person.code}",
        content=content,
        content_digest=letter_content.digest_of(content),
        issued_at=audit.moment(at),
        due_on=day_of(at) + timedelta(DAYS_TO_ANSWER),
    )
    if before is not None:
        _replace(before, letter, actor)
    total = told("total", content["measures"][0]["total"], version.plan.unit)
    detail = {"sha256": letter.content_digest, **total}
    audit.record(actor=actor, verb="letter.issue", subject=letter, label=letter.number, detail=detail, at=at)
    return letter


def _replace(old: Letter, new: Letter | None, actor: User | None) -> None:
    old.state, old.replaced_by = LetterState.REPLACED, new
    audit.save_checked(old, expected_version=old.version, actor=actor)


def _tell(letters: Sequence[Letter], at: date | datetime) -> None:
    for letter in letters:
        users = User.objects.filter(person=letter.person, is_active=True)
        text = format_lazy(
            _("您的目标责任书 {number} 已签发，请在 {day} 前答复"), number=letter.number, day=letter.due_on
        )
        notices.notify(users=users, text=text, url=reverse("letter", args=[letter.pk]), at=at)


@transaction.atomic
def sealed_file(*, letter: Letter, at: datetime) -> StoredFile:
    """The letter with the company's seal; made when it is first asked for, and then never again."""
    current = Letter.objects.select_for_update(of=("self",)).select_related("person").get(pk=letter.pk)
    if current.sealed is None:
        pdf = letter_document.sealed(current, authority(), at=at)
        current.sealed = _kept(current, pdf, None, at)
        audit.save_checked(current, expected_version=current.version, actor=None)
        letter.refresh_from_db()
    assert current.sealed is not None
    return current.sealed


def _kept(letter: Letter, pdf: bytes, actor: User | None, at: datetime) -> StoredFile:
    return files.store(upload=ContentFile(pdf, name=f"{letter.number}.pdf"), actor=actor, at=at)


@transaction.atomic
def accept(*, letter: Letter, actor: User, is_proven: bool, at: datetime) -> Letter:
    """Sign one's own letter. `is_proven`: the account has just proven itself again."""
    current = _open(letter, actor)
    if not is_proven:
        raise NotProven
    sealed = sealed_file(letter=current, at=at)
    current.refresh_from_db()
    signatory = Signatory(current.person.name, current.person.code)
    pdf = letter_document.accepted(
        files.path_of(sealed).read_bytes(), signatory, current.number, authority(), at=at
    )
    current.signed = _kept(current, pdf, actor, at)
    current.state = LetterState.ACCEPTED
    current.answered_at, current.answered_by = at, actor
    audit.save_checked(current, expected_version=current.version, actor=actor)
    detail = {"sha256": current.signed.sha256}
    audit.record(
        actor=actor, verb="letter.accept", subject=current, label=current.number, detail=detail, at=at
    )
    return current


@transaction.atomic
def contest(*, letter: Letter, actor: User, reason: str, at: datetime) -> Letter:
    """Ask for another target instead of accepting. The request itself is opened by `changes.from_letter`."""
    current = _open(letter, actor)
    if current.state != LetterState.ISSUED:
        raise LetterAnswered(current.number, current.get_state_display())
    if not reason.strip():
        raise NoObjection
    current.state, current.objection = LetterState.CONTESTED, reason.strip()[:500]
    current.answered_at, current.answered_by = at, actor
    audit.save_checked(current, expected_version=current.version, actor=actor)
    audit.record(
        actor=actor, verb="letter.contest", subject=current, label=current.number, reason=reason, at=at
    )
    return current


@transaction.atomic
def wait_again(*, letter: Letter, actor: User, reason: str, at: datetime) -> None:
    """Nothing came of the objection: a contested letter waits for its answer again, and its person is told why."""
    current = _locked(letter)
    if current.state != LetterState.CONTESTED:
        return
    current.state, current.answered_at, current.answered_by = LetterState.ISSUED, None, None
    audit.save_checked(current, expected_version=current.version, actor=actor)
    text = format_lazy(
        _("责任书 {number} 的调整申请已关闭，请答复。{reason}"), number=current.number, reason=reason
    )
    users = User.objects.filter(person=current.person, is_active=True)
    notices.notify(users=users, text=text, url=reverse("letter", args=[current.pk]), at=at)


def _locked(letter: Letter) -> Letter:
    rows = Letter.objects.select_for_update(of=("self",)).select_related("person", "plan_version__plan")
    return rows.get(pk=letter.pk)


def _open(letter: Letter, actor: User) -> Letter:
    current = _locked(letter)
    if current.person.user_id != actor.pk:
        raise NotYourLetter(current.number, current.person.name)
    if not policy.is_open("letter", "submit", current.state):
        raise LetterAnswered(current.number, current.get_state_display())
    return current


@transaction.atomic
def remind(*, at: date | datetime) -> int:
    """Remind whoever has not answered, from three days before the deadline on, once a day; the letters reminded of.

    Without an account that is in use there is nobody to remind.
    """
    today = day_of(at)
    waiting = Letter.objects.select_for_update(of=("self",)).filter(
        state=LetterState.ISSUED, due_on__lte=today + REMIND_BEFORE, person__user__is_active=True
    )
    due = list(waiting.exclude(reminded_on=today).select_related("person"))
    for letter in due:
        text = format_lazy(
            _("目标责任书 {number} 还没有答复，期限 {day}"), number=letter.number, day=letter.due_on
        )
        users = User.objects.filter(person=letter.person, is_active=True)
        notices.notify(users=users, text=text, url=reverse("letter", args=[letter.pk]), at=at)
        letter.reminded_on = today
        audit.save_checked(letter, expected_version=letter.version, actor=None)
    return len(due)
