"""PDCA cards as people work on them: opened, planned, started, tasks, concluded, dropped. The check is the day's look."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from quyu.apps.monitoring.choices import BoardMetric, CardState, Outcome, RuleKind, Side
from quyu.apps.monitoring.models import Alert, CardTask, PdcaCard, Promise
from quyu.apps.monitoring.models.card import WATCHED
from quyu.apps.monitoring.selectors.figures import FigureBook
from quyu.apps.monitoring.selectors.judging import figure_of
from quyu.apps.monitoring.services import undertakings
from quyu.apps.targets.selectors.freezing import NothingToPlan
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
from quyu.platform.fields.values import listed
from quyu.platform.people.models import Position, User

PLAN_DAYS = timedelta(7)
OPEN = (CardState.PLAN, CardState.DO)
CHOSEN = ("metric", "stretch", "product_line", "side")
"""What the owner of a card from a decision chooses to measure, until it starts."""


class CardDone(Refusal):
    """The record of a finished card stays as it is."""

    def __init__(self, name: str) -> None:
        super().__init__("card_done", "“{name}”已经走完这一步，不能再改；请打开它现在的一步。", name=name)


class PlanIncomplete(Refusal):
    """Nobody can check a plan without a goal and a day."""

    def __init__(self, missing: str) -> None:
        super().__init__("plan_incomplete", "还不能开始执行，请先填：{missing}。", missing=missing)


class CheckInThePast(Refusal):
    """The figure is taken on a day to come."""

    def __init__(self, day: date, today: date) -> None:
        super().__init__("check_in_the_past", "检查日 {day} 要晚于今天（{today}）。", day=day, today=today)


def card_of_alert(alert: Alert, *, today: date, actor: User | None) -> PdcaCard:
    """A card not kept yet, with what the rule of an alert measures; the goal is the limit where that is one."""
    rule = alert.rule
    goal = {
        RuleKind.THRESHOLD: rule.limit,
        RuleKind.PACE: rule.limit,
        RuleKind.SUDDEN: 0,
        RuleKind.MISSING: 0,
    }
    return PdcaCard(
        alert=alert,
        org_unit=alert.org_unit,
        territory=alert.territory,
        owner_id=alert.owner_id,
        problem=rule.name,
        opened_on=today,
        opened_figure=alert.figure,
        goal=goal.get(RuleKind(rule.kind)),
        plan_by=max(alert.due_on, today),
        opened_by=actor,
        **{name: getattr(rule, name) for name in WATCHED} | {"metric": rule.measured},
    )


@transaction.atomic
def open_for_alert(*, alert: Alert, actor: User, at: datetime) -> PdcaCard:
    """The open card of an alert, made if there is none."""
    Alert.objects.select_for_update().get(pk=alert.pk)
    found = PdcaCard.objects.unfinished().filter(alert=alert).first()
    return found or keep(card_of_alert(alert, today=audit.moment(at).date(), actor=actor), actor, at)


@transaction.atomic
def open_for_promise(*, promise: Promise, actor: User, at: datetime) -> PdcaCard:
    """The open card of a decision, made if there is none: its figure is the pace of the unit's year until another is chosen."""
    Promise.objects.select_for_update().get(pk=promise.pk)
    found = PdcaCard.objects.unfinished().filter(promise=promise).first()
    if found is not None:
        return found
    today = audit.moment(at).date()
    row = PdcaCard(
        promise=promise,
        org_unit=promise.meeting.org_unit,
        owner=promise.owner,
        kind=RuleKind.PACE,
        metric=BoardMetric.PACE,
        side=Side.BELOW,
        limit=100,
        goal=100,
        problem=promise.text,
        opened_on=today,
        opened_figure=promise.meeting.pack.get("year", {}).get("pace_bp"),
        plan_by=max(promise.due_on, today),
        opened_by=actor,
    )
    return keep(row, actor, at)


def keep(row: PdcaCard, actor: User, at: datetime) -> PdcaCard:
    audit.by(row, actor).save()
    audit.record(actor=actor, verb="card.open", subject=row, label=str(row), at=at)
    return row


@transaction.atomic
def plan(
    *, card: PdcaCard, given: dict[str, Any], starts: bool, expected_version: int, actor: User, at: datetime
) -> None:
    """Write the plan; started, it waits for its check day. `given` are fields of the plan."""
    refuse_unless(card, *OPEN)
    chosen = {name: given[name] for name in CHOSEN if name in given and card.may_choose}
    is_another = any(getattr(card, name) != value for name, value in chosen.items())
    for name, value in (given | chosen).items():
        if name in chosen or name not in CHOSEN:
            setattr(card, name, value)
    if is_another:
        measure_anew(card, audit.moment(at).date())
    if starts or card.state == CardState.DO:
        refuse_incomplete(card, audit.moment(at).date())
        card.state = CardState.DO
    audit.save_checked(card, expected_version=expected_version, actor=actor)
    detail = {"state": card.state, "goal": card.goal, "check_on": card.check_on}
    audit.record(actor=actor, verb="card.plan", subject=card, label=str(card), detail=detail, at=at)


def measure_anew(card: PdcaCard, today: date) -> None:
    """A card that has not started looks at another figure, from today on."""
    card.kind = RuleKind.PACE if card.metric == BoardMetric.PACE else RuleKind.THRESHOLD
    try:
        card.opened_figure = figure_of(card, FigureBook(today))
    except NothingToPlan:
        card.opened_figure = None
    card.opened_on = today


def refuse_incomplete(card: PdcaCard, today: date) -> None:
    missing = [
        gettext(str(PdcaCard._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        for name in ("cause", "goal", "measures", "check_on")
        if getattr(card, name) in (None, "")
    ]
    if missing:
        raise PlanIncomplete(listed(missing))
    assert card.check_on is not None
    if card.check_on <= today:
        raise CheckInThePast(card.check_on, today)


@transaction.atomic
def add_task(
    *, card: PdcaCard, text: str, owner: Position, due_on: date, actor: User, at: datetime
) -> CardTask:
    """A measure becomes somebody's task."""
    refuse_unless(card, *OPEN)
    row = CardTask(card=card, text=text, owner=owner, due_on=due_on)
    undertakings.give(row, verb="card.task", actor=actor, at=at)
    return row


def settle(
    *, row: CardTask, state: str, result: str, expected_version: int, actor: User, at: datetime
) -> None:
    """What became of a task."""
    undertakings.settle(
        row, verb="card.settle", state=state, result=result, expected_version=expected_version, actor=actor, at=at
    )  # fmt: skip


@transaction.atomic
def conclude(
    *, card: PdcaCard, outcome: str, lesson: str, expected_version: int, actor: User, at: datetime
) -> PdcaCard | None:
    """The lesson; where the measures are adjusted, the next turn opens with this one's plan and the figure of the check."""
    refuse_unless(card, CardState.ACT)
    today = audit.moment(at).date()
    card.outcome, card.lesson = outcome, lesson
    card.state, card.closed_on = CardState.CLOSED, today
    audit.save_checked(card, expected_version=expected_version, actor=actor)
    detail = {"outcome": outcome, "figure": card.checked_figure}
    audit.record(actor=actor, verb="card.conclude", subject=card, label=str(card), detail=detail, at=at)
    return keep(next_turn(card, today, actor), actor, at) if outcome == Outcome.ADJUST else None


def next_turn(card: PdcaCard, today: date, actor: User) -> PdcaCard:
    same = (
        *WATCHED,
        "alert",
        "promise",
        "org_unit",
        "territory",
        "owner",
        "problem",
        "cause",
        "goal",
        "measures",
    )
    return PdcaCard(
        previous=card,
        opened_on=today,
        opened_figure=card.opened_figure if card.checked_figure is None else card.checked_figure,
        plan_by=today + PLAN_DAYS,
        opened_by=actor,
        **{name: getattr(card, name) for name in same},
    )


@transaction.atomic
def drop(*, card: PdcaCard, reason: str, expected_version: int, actor: User, at: datetime) -> None:
    """Not worth a card; the reason stays."""
    refuse_unless(card, CardState.PLAN, CardState.DO)
    card.state, card.closed_on = CardState.DROPPED, audit.moment(at).date()
    audit.save_checked(card, expected_version=expected_version, actor=actor)
    audit.record(actor=actor, verb="card.drop", subject=card, label=str(card), reason=reason, at=at)


def refuse_unless(card: PdcaCard, *states: CardState) -> None:
    if card.state not in states:
        raise CardDone(str(card))
