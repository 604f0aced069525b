"""Customers shared out among territories by the engine of alignment, without a map: balanced, little moved.

The answer is a draft of named accounts before the rules in force. Who is named for a territory by hand, or
closed, takes no part. Equal questions have equal answers: what was shown is what is kept, or nothing is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import F

from quyu.apps.customers.division import editing, reading
from quyu.apps.customers.division.matching import ALL_LINES
from quyu.apps.customers.division.previewing import Books, Present
from quyu.apps.customers.models import Customer, RuleSet, TerritoryRule
from quyu.apps.territories.models import Territory
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.models import User

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

MOST = 20_000
ALONE, GROUP, BALANCE = "alone", "group", "balance"
"""Why a customer moves: its territory is none of those asked for; with its group; for balance."""


class NothingToAssign(Refusal):
    """Too few customers or territories, or a group or capacity that names something else."""


class PlanMoved(Refusal):
    """Customers, sales or owners changed between the look and the confirmation."""


@dataclass(frozen=True)
class Asked:
    """Who is shared out among which territories; tolerances in basis points, capacities by territory code.

    Without a tolerance the measure is not balanced. `groups` are codes of customers that stay together.
    """

    condition: editing.Condition
    line: ProductLine | None
    territories: tuple[Territory, ...]
    amount_bp: int | None
    count_bp: int | None
    capacities: Mapping[str, float]
    groups: tuple[tuple[str, ...], ...] = ()
    keeps_owners: bool = True


@dataclass(frozen=True)
class Load:
    """What a territory has of these customers, before and after; amounts of twelve months in fen."""

    territory: Territory
    customers_before: int
    amount_before: int
    customers: int
    amount_fen: int
    deviation_bp: Mapping[str, int]


@dataclass(frozen=True)
class Move:
    """A customer that changes hands, from a territory's code ("" nobody's), and why."""

    code: str
    name: str
    before: str
    after: Territory
    amount_fen: int
    why: str


@dataclass(frozen=True)
class Assigned:
    """The plan: which customers each territory gets; `bound_bp` is what no plan can better, by its heaviest part."""

    plan: Mapping[str, tuple[str, ...]]
    loads: tuple[Load, ...]
    moves: tuple[Move, ...]
    deviation_bp: Mapping[str, int]
    bound_bp: Mapping[str, int]
    is_within: bool
    left_out: int

    @property
    def digest(self) -> str:
        """Names what was shown, so that only that is kept."""
        return hashlib.sha256(repr(sorted(self.plan.items())).encode()).hexdigest()

    @property
    def customers(self) -> int:
        return sum(len(codes) for codes in self.plan.values())


def assign(asked: Asked, at: date) -> Assigned:
    """Share the customers of today out; raises NothingToAssign with what is missing."""
    known = reading.known_customers()
    condition = {name: frozenset(values) for name, values in editing.known_values(asked.condition).items()}
    closed = set(Customer.objects.filter(closed_on__lte=at).values_list("code", flat=True))
    fulfil = [int(spot) for spot in np.flatnonzero(known.attributes.fulfilling(condition))]
    chosen = [s for s in fulfil if known.named[s] is None and known.codes[s] not in closed]
    refuse(asked, chosen)
    line = asked.line.code if asked.line else ALL_LINES
    books, present = Books.of_year_before(at), Present(known, at)
    amounts = np.array([max(books.take(known.codes[spot], line), 0) for spot in chosen], dtype=np.int64)
    before = [present.of(spot, line) for spot in chosen]
    codes = [known.codes[spot] for spot in chosen]
    order = {territory.code: number for number, territory in enumerate(asked.territories)}
    groups = group_numbers(asked.groups, codes)
    given = {"amount": asked.amount_bp, "count": asked.count_bp}
    wanted = {name: bp for name, bp in given.items() if bp is not None}
    names = list(wanted)
    measures = {"amount": amounts.astype(np.float64), "count": np.ones(len(codes))}
    found = engine.solve(
        engine.Problem(
            x=np.full(len(codes), np.nan),
            y=np.full(len(codes), np.nan),
            measures=np.column_stack([measures[name] for name in names]),
            territories=tuple(
                engine.Seat(capacity=asked.capacities.get(territory.code, 1.0))
                for territory in asked.territories
            ),
            tolerance=tuple(wanted[name] / 10_000 for name in wanted),
            current=np.array([order.get(code, -1) for code in before], dtype=np.int32),
            groups=groups,
        ),
        engine.Params(disruption=1.0 if asked.keeps_owners else 0.0, finish=False),
    )
    shares = np.array([asked.capacities.get(t.code, 1.0) for t in asked.territories])
    shares = shares / shares.sum()
    plan = {
        territory.code: tuple(codes[i] for i in np.flatnonzero(found.assignment == number))
        for territory, number in ((t, order[t.code]) for t in asked.territories)
    }
    loads = []
    for number, territory in enumerate(asked.territories):
        mine = found.assignment == number
        had = np.array([code == territory.code for code in before])
        off = {
            name: round((float(measures[name][mine].sum()) / target - 1) * 10_000)
            for name in names
            if (target := float(measures[name].sum() * shares[number])) > 0
        }
        loads.append(
            Load(
                territory,
                int(had.sum()),
                int(amounts[had].sum()),
                int(mine.sum()),
                int(amounts[mine].sum()),
                off,
            )
        )
    moves = [
        Move(
            codes[i], known.names[spot], before[i], asked.territories[found.assignment[i]], int(amounts[i]),
            ALONE if before[i] not in order else GROUP if groups is not None and groups[i] >= 0 else BALANCE,
        )
        for i, spot in enumerate(chosen)
        if before[i] != asked.territories[found.assignment[i]].code
    ]  # fmt: skip
    return Assigned(
        plan,
        tuple(loads),
        tuple(sorted(moves, key=lambda move: (-move.amount_fen, move.code))),
        {name: max((abs(load.deviation_bp.get(name, 0)) for load in loads), default=0) for name in names},
        {name: bound(measures[name], groups, float(shares.max())) for name in names},
        bool(found.is_within_tolerance),
        len(fulfil) - len(chosen),
    )


def bound(values: np.ndarray, groups: np.ndarray | None, share: float) -> int:
    """What the largest deviation cannot go below, in basis points: the heaviest customer or group must lie somewhere."""
    total = float(values.sum())
    if total <= 0:
        return 0
    heaviest = float(values.max())
    if groups is not None and (groups >= 0).any():
        heaviest = max(heaviest, *np.bincount(groups[groups >= 0], values[groups >= 0]).tolist())
    return max(round((heaviest / (total * share) - 1) * 10_000), 0)


def group_numbers(groups: Sequence[Sequence[str]], codes: Sequence[str]) -> np.ndarray | None:
    """The number of the group of each customer, -1 for none."""
    if not groups:
        return None
    of = {code: number for number, members in enumerate(groups) for code in members}
    return np.array([of.get(code, -1) for code in codes], dtype=np.int32)


def refuse(asked: Asked, chosen: Sequence[int]) -> None:
    if len(asked.territories) < 2:
        raise NothingToAssign("few_territories", "请至少选两个销售区域。", attribute="territories")
    if len(chosen) < len(asked.territories):
        raise NothingToAssign(
            "few_customers", "符合条件的客户只有 {count} 家，少于销售区域数。", count=len(chosen)
        )
    if len(chosen) > MOST:
        raise NothingToAssign(
            "many_customers",
            "符合条件的客户有 {count} 家，一次最多 {most} 家；请加条件。",
            count=len(chosen),
            most=MOST,
        )
    if asked.amount_bp is None and asked.count_bp is None:
        raise NothingToAssign("no_measure", "请至少填一个均衡公差：销售额或客户数。", attribute="amount")
    named = Counter(code for members in asked.groups for code in members)
    missing = sorted(set(named) - set(Customer.objects.filter(code__in=named).values_list("code", flat=True)))
    if missing:
        raise NothingToAssign("unknown_member", "找不到客户“{value}”。", value=missing[0], attribute="groups")
    twice = sorted(code for code, count in named.items() if count > 1)
    if twice:
        raise NothingToAssign("member_twice", "客户“{value}”写在两组里。", value=twice[0], attribute="groups")


@transaction.atomic
def keep(asked: Asked, *, name: str, digest: str, actor: User, at: date | datetime, today: date) -> RuleSet:
    """A draft of named accounts, before the rules in force; raises PlanMoved where the plan is another one now."""
    found = assign(asked, today)
    if found.digest != digest:
        raise PlanMoved(
            "plan_moved", "打开页面之后，客户、订单或归属有变化，没有写入。请核对新的结果，再确认。"
        )
    in_force = RuleSet.objects.in_force(today).first()
    draft = editing.create(name=name, based_on=in_force, actor=actor, at=at)
    given = [(territory, found.plan[territory.code]) for territory in asked.territories]
    given = [(territory, codes) for territory, codes in given if codes]
    draft.rules.update(position=F("position") + len(given))
    TerritoryRule.objects.bulk_create(
        TerritoryRule(
            rule_set=draft,
            position=position,
            condition={"customer": sorted(codes)},
            product_line=asked.line,
            territory=territory,
        )
        for position, (territory, codes) in enumerate(given, start=1)
    )
    return draft
