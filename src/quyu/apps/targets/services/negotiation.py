"""Talking about the number of a node: accept, counter with evidence, agree, decline, propose, comment.

Each thing said is a `NegotiationMove`; the row of the node keeps where the talk stands. Two answers to the
same reading are refused with both values; the same form sent twice is one answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets.axes import Axes, Node
from quyu.apps.targets.choices import Answer, Handing, MoveKind
from quyu.apps.targets.models import Commitment, Evidence, Handover, NegotiationMove
from quyu.apps.targets.selectors.rounds import Place, holders
from quyu.apps.targets.services.rounds import NotTheTurn, take
from quyu.kernel.money import format_yuan
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.files.models import StoredFile
from quyu.platform.notices import services as notices
from quyu.platform.people.models import User
from quyu.platform.people.scope import Scope

LARGEST = 10**17
"""No target of one node reaches a thousand billion yuan."""


class WordsMissing(Refusal):
    """Who does not simply agree says why."""

    def __init__(self, kind: str) -> None:
        super().__init__("words_missing", "“{kind}”需要写明理由。", kind=kind)


class NumberMissing(Refusal):
    def __init__(self, kind: str) -> None:
        super().__init__("number_missing", "“{kind}”需要填写一个不小于零的数。", kind=kind)


class MonthsDiffer(Refusal):
    """Months and year say two different things."""

    def __init__(self, year_fen: int, months_fen: int) -> None:
        super().__init__(
            "months_differ", "各月承诺合计 {months} 元，与全年承诺 {year} 元不一致，请只改其中一处。",
            year=format_yuan(year_fen), months=format_yuan(months_fen),
        )  # fmt: skip


class NotHisMove(Refusal):
    """The holder answers, the level above decides."""

    def __init__(self, kind: str, label: str) -> None:
        super().__init__(
            "not_his_move",
            "您不能对“{label}”作“{kind}”：答复由本人作出，决定由上级作出。",
            kind=kind,
            label=label,
        )


@dataclass(frozen=True)
class Rule:
    """Who may say it, after which answers, and where the talk stands then."""

    is_own: bool
    after: frozenset[str]
    leads_to: Answer
    needs_number: bool = False
    needs_words: bool = False


RULES: Mapping[MoveKind, Rule] = {
    MoveKind.ACCEPT: Rule(
        True, frozenset({Answer.PENDING, Answer.PROPOSED, Answer.DECLINED, Answer.COUNTERED}), Answer.ACCEPTED
    ),
    MoveKind.COUNTER: Rule(True, frozenset(Answer) - {Answer.AGREED}, Answer.COUNTERED, True, True),
    MoveKind.AGREE: Rule(False, frozenset({Answer.COUNTERED}), Answer.AGREED),
    MoveKind.DECLINE: Rule(False, frozenset({Answer.COUNTERED}), Answer.DECLINED, needs_words=True),
    MoveKind.PROPOSE: Rule(
        False, frozenset({Answer.PENDING, Answer.COUNTERED, Answer.DECLINED, Answer.PROPOSED}), Answer.PROPOSED,
        True, True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What somebody says: a number in fen, words, figures as (name, text), files, and the token of his form.

    `months`: the number by month, where he commits month by month.
    """

    token: str
    number_fen: int | None = None
    text: str = ""
    figures: Sequence[tuple[str, str]] = ()
    files: Sequence[StoredFile] = ()
    months: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def speak(
    *,
    handover: Handover,
    kind: str,
    said: Said,
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> NegotiationMove:
    """Say one thing about a node, in the transaction in which the talk moves on. Raises StaleSave and refusals."""
    row, axes, _reach, place = take(handover, scope, at)
    if (before := NegotiationMove.objects.filter(handover=row, token=said.token).first()) is not None:
        return before
    for period in said.months:
        axes.block(Node(row.region, period))
    verb, number = MoveKind(kind), None
    if verb != MoveKind.COMMENT:
        number = _move_on(row, axes, verb, said, place, expected_version, actor, at)
    elif not said.text.strip():
        raise WordsMissing(str(verb.label))
    move = NegotiationMove.objects.create(
        handover=row, kind=verb, number_fen=number, text=said.text.strip()[:1000], actor=actor,
        figures=[list(pair) for pair in said.figures], at=audit.moment(at), token=said.token,
    )  # fmt: skip
    Evidence.objects.bulk_create(Evidence(move=move, file=file) for file in said.files)
    _record(row, axes, move, actor, at)
    _tell_other_side(row, axes, place, move, actor, at)
    return move


def _move_on(
    row: Handover,
    axes: Axes,
    verb: MoveKind,
    said: Said,
    place: Place,
    expected_version: int,
    actor: User,
    at: date | datetime,
) -> int:
    """The row after the move, saved as it was read; the number the talk is about now."""
    rule, label = RULES[verb], str(verb.label)
    if not (place.is_own if rule.is_own else place.is_above):
        raise NotHisMove(label, axes.name(row.region))
    if rule.needs_words and not said.text.strip():
        raise WordsMissing(label)
    if row.state == Handing.WAITING:
        raise NotTheTurn(axes.name(row.region), row.get_state_display())
    number = _number(row, verb, rule, said)
    was, row.answer, row.number_fen = row.answer, rule.leads_to, number
    if verb == MoveKind.ACCEPT and was == Answer.PROPOSED:
        row.answer = Answer.AGREED
    if rule.is_own:
        row.answered_at = audit.moment(at)
    audit.save_checked(row, expected_version=expected_version, actor=actor)
    if was not in rule.after:
        raise NotTheTurn(axes.name(row.region), str(Answer(was).label))
    if rule.is_own:
        _commit(row, axes, said, number, at)
    return number


def _number(row: Handover, verb: MoveKind, rule: Rule, said: Said) -> int:
    """The number a move is about: the one given, that of the months, or the one on the table."""
    if not rule.needs_number:
        handed = row.handed_fen or 0
        on_table = {MoveKind.ACCEPT: Answer.PROPOSED, MoveKind.AGREE: Answer.COUNTERED}.get(verb)
        return handed if row.answer != on_table or row.number_fen is None else row.number_fen
    months = sum(said.months.values()) if said.months else None
    number = months if said.number_fen is None else said.number_fen
    if number is None or min([number, *said.months.values()]) < 0 or number >= LARGEST:
        raise NumberMissing(str(verb.label))
    if months is not None and months != number:
        raise MonthsDiffer(number, months)
    return number


def _commit(row: Handover, axes: Axes, said: Said, number: int, at: date | datetime) -> None:
    """Keep what was committed to, by month where months were given; earlier commitments stay in the history."""
    wanted = dict(said.months) or {axes.period.root: number}
    Commitment.objects.filter(handover=row).exclude(period__in=wanted).delete()
    for period, value in wanted.items():
        found = Commitment.objects.filter(handover=row, period=period).first()
        made = found or Commitment(handover=row, period=period, version=0)
        made.value_fen, made.reason, made.made_at = value, said.text.strip()[:1000], audit.moment(at)
        made.version += 1
        made.save()


def _record(row: Handover, axes: Axes, move: NegotiationMove, actor: User, at: date | datetime) -> None:
    detail: dict[str, object] = {"region": axes.name(row.region), "amount_fen": move.number_fen}
    names = [evidence.file.name for evidence in move.evidence.select_related("file")]
    if names:
        detail["files"] = len(names)
    audit.record(
        actor=actor, verb=f"negotiation.{move.kind}", subject=row, label=f"{row.round.title} · {axes.name(row.region)}",
        detail=detail, reason=move.text, at=at,
    )  # fmt: skip


def _tell_other_side(
    row: Handover, axes: Axes, place: Place, move: NegotiationMove, actor: User, at: date | datetime
) -> None:
    """The holder of the node hears what is said above, the holder of the node above what is said here."""
    if place.is_above:
        heard = [row.region]
    else:
        above = axes.tree.ancestors(row.region)
        heard = [code for code in above if axes.owners.get(code, {}).get("person")][:1]
    users = [user for user in holders(axes, heard).values() if user.pk != actor.pk]
    text = format_lazy(
        _("{name}对“{region}”：{kind}"), name=actor.get_full_name(), region=axes.name(row.region),
        kind=MoveKind(move.kind).label,
    )  # fmt: skip
    notices.notify(users=users, text=text, url=reverse("negotiation", args=[row.pk]), at=at)
