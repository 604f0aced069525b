"""Vacant territories, new people and shared targets: who carries what nobody carries alone.

Sharing out moves cells to the neighbours, month by month, as one change of the draft that can be undone.
Keeping and sharing credit moves no cell: it says who answers for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes, Cells, Node, UnknownNode
from quyu.apps.targets.models import CreditSplit, Operation, PlanVersion
from quyu.apps.targets.selectors.hedges import year_of
from quyu.apps.targets.selectors.reach import reach_of
from quyu.apps.targets.selectors.staffing import (
    first_month,
    holders_on,
    manager_of,
    neighbours_of,
    ramp_of,
    splits_of,
    stamp_of,
)
from quyu.apps.targets.services.cells import NodeValue, apply_values
from quyu.apps.targets.services.operations import day_of, take_draft
from quyu.kernel.rate import BP, apply_bp, format_bp
from quyu.kernel.refusal import Refusal
from quyu.kernel.rounding import largest_remainder
from quyu.platform.audit import services as audit
from quyu.platform.audit.models import StaleSave
from quyu.platform.people.models import Person, User
from quyu.platform.people.scope import Scope

MOST_SHARED = 10


class ShareBy(TextChoices):
    """By what the neighbours share."""

    VALUE = "value", _("按现有目标")
    BASE = "base", _("按基数")
    EQUAL = "equal", _("平均")


class NoNeighbour(Refusal):
    def __init__(self, label: str) -> None:
        super().__init__(
            "no_neighbour", "“{label}”旁边没有在岗满期的同事，无法分给邻区。请改由经理承担。", label=label
        )


class NoManager(Refusal):
    def __init__(self, label: str) -> None:
        super().__init__(
            "no_manager", "“{label}”的各级经理岗位都空缺，没有人可以承担。请分给邻区。", label=label
        )


class SharesDiffer(Refusal):
    """The shares of a month are all of it, no more and no less."""

    def __init__(self, sum_bp: int) -> None:
        super().__init__(
            "shares_differ", "各人比例合计为 {sum} ‱，应为 10,000 ‱（100%）。", sum=f"{sum_bp:,}"
        )


class SamePersonTwice(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__("same_person_twice", "{name} 在分担比例中出现了两次，请合并为一行。", name=name)


class NothingToMove(Refusal):
    def __init__(self, label: str) -> None:
        super().__init__("nothing_to_move", "“{label}”没有可以分给邻区的数。", label=label)


class CarriedAlone(Refusal):
    """Somebody holds it who carries all of it: nothing is left for the manager."""

    def __init__(self, label: str, name: str) -> None:
        super().__init__(
            "carried_alone",
            "“{label}”由 {name} 负责且已过爬坡期，没有要由经理承担的部分。要分担请填写“共同承担”。",
            label=label,
            name=name,
        )


@dataclass(frozen=True)
class SharedOut:
    """What moves: month -> fen away from the territory; neighbour -> month -> fen to it."""

    region: str
    name: str
    before_fen: int
    away: Mapping[str, int]
    to: Mapping[str, Mapping[str, int]]
    names: Mapping[str, str]

    @property
    def moved_fen(self) -> int:
        return sum(self.away.values())

    @property
    def after_fen(self) -> int:
        return self.before_fen - self.moved_fen

    @property
    def rows(self) -> list[tuple[str, int]]:
        """Neighbour and what it takes over the year."""
        return [(self.names[code], sum(months.values())) for code, months in self.to.items()]


def preview_share_out(
    *, plan_version: PlanVersion, region: str, method: str, scope: Scope, at: date | datetime
) -> SharedOut:
    """All of a vacant territory, or what a new person does not carry yet, shared among the neighbours."""
    axes = Axes.from_json(plan_version.axes)
    _require(axes, region, scope, at)
    cells = store.load(plan_version)
    person = holders_on(day_of(at)).get(region)
    kept = ramp_of(person, axes.months) if person else dict.fromkeys(axes.months, 0)
    beside = neighbours_of(axes, region, at=day_of(at))
    if not beside:
        raise NoNeighbour(axes.name(region))
    weights = _weights(plan_version, axes, cells, beside, method)
    away = {month: _away(cells, axes, region, month, bp) for month, bp in kept.items()}
    to: dict[str, dict[str, int]] = {code: {} for code in beside}
    for month, fen in away.items():
        for code, part in zip(beside, largest_remainder(weights, fen).tolist(), strict=True):
            to[code][month] = part
    names = {code: axes.name(code) for code in beside}
    return SharedOut(region, axes.name(region), year_of(axes, cells, region), away, to, names)


def _away(cells: Cells, axes: Axes, region: str, month: str, kept_bp: int) -> int:
    value = max(int(cells[axes.block(Node(region, month))].sum()), 0)
    return value - apply_bp(value, kept_bp)


def _weights(version: PlanVersion, axes: Axes, cells: Cells, beside: Sequence[str], method: str) -> list[int]:
    if method == ShareBy.EQUAL:
        return [1] * len(beside)
    layer = store.load(version, "base") if method == ShareBy.BASE else cells
    return [max(year_of(axes, layer, code), 0) for code in beside]


@transaction.atomic
def share_out(
    *,
    plan_version: PlanVersion,
    region: str,
    method: str,
    expected_version: int,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> Operation:
    """Apply it: one change; every month of the node above keeps its sum."""
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    found = preview_share_out(plan_version=version, region=region, method=method, scope=scope, at=at)
    if not found.moved_fen:
        raise NothingToMove(found.name)
    cells = store.load(version)
    moves = {(region, month): -fen for month, fen in found.away.items()}
    moves |= {(code, month): fen for code, months in found.to.items() for month, fen in months.items()}
    values = [
        NodeValue(Node(code, month), int(cells[axes.block(Node(code, month))].sum()) + fen)
        for (code, month), fen in moves.items()
        if fen
    ]
    return apply_values(
        plan_version=version, values=values, source=str(_("空缺或新人的目标分给邻区")), kind="staffing",
        about=Node(region, axes.period.root), expected_version=expected_version, actor=actor, scope=scope, at=at,
    )  # fmt: skip


def hold_by_manager(
    *, plan_version: PlanVersion, region: str, seen: int, actor: User, scope: Scope, at: date | datetime
) -> list[CreditSplit]:
    """The manager carries a vacant territory, or what a new person does not carry yet; no cell moves."""
    axes = Axes.from_json(plan_version.axes)
    _require(axes, region, scope, at)
    manager = Person.objects.filter(code=manager_of(axes, region)[0]).first()
    if manager is None:
        raise NoManager(axes.name(region))
    person = holders_on(day_of(at)).get(region)
    kept = ramp_of(person, axes.months) if person else dict.fromkeys(axes.months, 0)
    if person is not None and not kept:
        raise CarriedAlone(axes.name(region), person.name)
    months = {
        month: [(manager, BP - bp), *([(person, bp)] if person and bp else [])] for month, bp in kept.items()
    }
    return set_splits(
        plan_version=plan_version, region=region, months=months, seen=seen, reason=str(_("经理承担")), actor=actor,
        scope=scope, at=at,
    )  # fmt: skip


@transaction.atomic
def set_splits(
    *,
    plan_version: PlanVersion,
    region: str,
    months: Mapping[str, Sequence[tuple[Person, int]]],
    seen: int,
    reason: str,
    actor: User,
    scope: Scope,
    at: date | datetime,
) -> list[CreditSplit]:
    """Who carries a territory in these months, in basis points that sum to 10,000; replaces all that was said before.

    `seen` is the stamp of what was said before, as it was read. Raises StaleSave where it was replaced since.
    """
    version = take_draft(plan_version)
    axes = Axes.from_json(version.axes)
    _require(axes, region, scope, at)
    for month, shares in months.items():
        axes.block(Node(region, month))
        _check(shares)
    standing = splits_of(version).get(region, [])
    if seen != stamp_of(standing):
        mine = next(iter(months.values()), ())
        raise StaleSave(
            name=axes.name(region),
            mine=_said((person.name, bp) for person, bp in mine),
            theirs=_said((row.person.name, row.share_bp) for row in first_month(standing)),
        )
    CreditSplit.objects.filter(plan_version=version, region=region).delete()
    made = [
        CreditSplit(
            plan_version=version, region=region, period=month, person=person, share_bp=bp, reason=reason[:300]
        )
        for month, shares in months.items()
        for person, bp in shares
    ]
    for row in made:
        row.save()
    people = {person.name: None for shares in months.values() for person, _bp in shares}
    detail = {"region": axes.name(region), "person": "、".join(people)}
    audit.record(
        actor=actor,
        verb="target.split",
        subject=version,
        label=str(version),
        detail=detail,
        reason=reason,
        at=at,
    )
    return made


def _said(shares: Iterable[tuple[str, int]]) -> str:
    return "、".join(f"{name} {format_bp(bp)}" for name, bp in shares) or "—"


def _check(shares: Sequence[tuple[Person, int]]) -> None:
    total = sum(bp for _person, bp in shares)
    if total != BP or min(bp for _person, bp in shares) <= 0 or len(shares) > MOST_SHARED:
        raise SharesDiffer(total)
    seen: set[int] = set()
    for person, _bp in shares:
        if person.pk in seen:
            raise SamePersonTwice(person.name)
        seen.add(person.pk)


def _require(axes: Axes, region: str, scope: Scope, at: date | datetime) -> None:
    """A territory within reach, today as well."""
    reach = reach_of(axes, scope, at=day_of(at))
    if region not in axes.leaves or not reach.covers(axes, axes.tree.parent(region) or ""):
        raise UnknownNode(region)
    reach.require_today(axes, [region])
