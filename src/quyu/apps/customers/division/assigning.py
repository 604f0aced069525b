"""Customers shared out among territories by the engine of alignment, without a map: balanced, little moved.

The answer is a draft of named accounts before the rules in force. Who is named for a territory by hand, given away
by a ruling, or closed, takes no part. Balance and moves go into the log of decisions with the draft. Equal questions have equal answers: what was shown is what is kept, or nothing is.
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
from quyu.apps.customers.division.previewing import Books, Present, Ruled
from quyu.apps.customers.models import Customer, RuleSet, TerritoryRule
from quyu.apps.territories.models import Territory
from quyu.kernel.deferred import deferred
from quyu.kernel.refusal import Refusal
from quyu.platform.audit import services as audit
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

    @property
    def tolerances(self) -> dict[str, int]:
        """Measure -> tolerance in basis points, of what is balanced."""
        given = {"amount": self.amount_bp, "count": self.count_bp}
        return {name: bp for name, bp in given.items() if bp is not None}


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

    @property
    def told(self) -> dict[str, object]:
        """Balance and moves in numbers, for the log; amounts in fen."""
        why = Counter(move.why for move in self.moves)
        return {
            "customers": self.customers,
            "moved": len(self.moves),
            "moved_fen": sum(move.amount_fen for move in self.moves),
            "why": dict(why),
            "deviation_bp": dict(self.deviation_bp),
            "is_within": self.is_within,
        }


@dataclass(frozen=True)
class Accounts:
    """Who is shared out: code, name, what it bought in twelve months (fen), whose it is (territory code, "" nobody's)."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    amounts: np.ndarray
    before: tuple[str, ...]
    groups: np.ndarray | None
    left_out: int

    def measures(self, asked: Asked) -> dict[str, np.ndarray]:
        """What is balanced, one value a customer."""
        found = {"amount": self.amounts.astype(np.float64), "count": np.ones(len(self.codes))}
        return {name: found[name] for name in asked.tolerances}


def assign(asked: Asked, at: date) -> Assigned:
    """Share the customers of today out; raises NothingToAssign with what is missing."""
    accounts = accounts_of(asked, at)
    order = {territory.code: number for number, territory in enumerate(asked.territories)}
    shares = np.array([asked.capacities.get(territory.code, 1.0) for territory in asked.territories])
    measures = accounts.measures(asked)
    found = engine.solve(
        engine.Problem(
            x=np.full(len(accounts.codes), np.nan),
            y=np.full(len(accounts.codes), np.nan),
            measures=np.column_stack(list(measures.values())),
            territories=tuple(engine.Seat(capacity=float(share)) for share in shares),
            tolerance=tuple(bp / 10_000 for bp in asked.tolerances.values()),
            current=np.array([order.get(code, -1) for code in accounts.before], dtype=np.int32),
            groups=accounts.groups,
        ),
        engine.Params(disruption=engine.Params().disruption if asked.keeps_owners else 0.0, finish=False),
    )
    shares = shares / shares.sum()
    loads = loads_of(asked, accounts, measures, found.assignment, shares)
    return Assigned(
        {
            territory.code: tuple(accounts.codes[i] for i in np.flatnonzero(found.assignment == number))
            for number, territory in enumerate(asked.territories)
        },
        loads,
        moves_of(asked, accounts, found.assignment),
        {name: max((abs(load.deviation_bp.get(name, 0)) for load in loads), default=0) for name in measures},
        {name: bound(values, accounts.groups, float(shares.max())) for name, values in measures.items()},
        bool(found.is_within_tolerance),
        accounts.left_out,
    )


def accounts_of(asked: Asked, at: date) -> Accounts:
    """Who fulfils the condition, but for the closed, those named by hand and those whom a ruling gives away."""
    known = reading.known_customers()
    condition = {name: frozenset(values) for name, values in editing.known_values(asked.condition).items()}
    closed = set(Customer.objects.filter(closed_on__lte=at).values_list("code", flat=True))
    line = asked.line.code if asked.line else ALL_LINES
    ruled = {spot for spot, given in Ruled.on(at, known).keys if given == line}
    fulfil = [int(spot) for spot in np.flatnonzero(known.attributes.fulfilling(condition))]
    chosen = [s for s in fulfil if known.named[s] is None and known.codes[s] not in closed and s not in ruled]
    refuse(asked, chosen)
    books, present = Books.of_year_before(at), Present(known, at)
    codes = tuple(known.codes[spot] for spot in chosen)
    return Accounts(
        codes,
        tuple(known.names[spot] for spot in chosen),
        np.array([max(books.take(code, line), 0) for code in codes], dtype=np.int64),
        tuple(present.of(spot, line) for spot in chosen),
        group_numbers(asked.groups, codes),
        len(fulfil) - len(chosen),
    )


def loads_of(
    asked: Asked,
    accounts: Accounts,
    measures: Mapping[str, np.ndarray],
    assignment: np.ndarray,
    shares: np.ndarray,
) -> tuple[Load, ...]:
    """Each territory before and after, and how far it is from the part its capacity asks for."""
    loads = []
    before = np.array(accounts.before)
    for number, territory in enumerate(asked.territories):
        mine, had = assignment == number, before == territory.code
        off = {
            name: round((float(values[mine].sum()) / target - 1) * 10_000)
            for name, values in measures.items()
            if (target := float(values.sum() * shares[number])) > 0
        }
        counts = int(had.sum()), int(accounts.amounts[had].sum())
        loads.append(Load(territory, *counts, int(mine.sum()), int(accounts.amounts[mine].sum()), off))
    return tuple(loads)


def moves_of(asked: Asked, accounts: Accounts, assignment: np.ndarray) -> tuple[Move, ...]:
    """Who changes hands, the largest first."""
    asked_for = {territory.code for territory in asked.territories}
    moves = []
    for i, before in enumerate(accounts.before):
        after = asked.territories[assignment[i]]
        if before == after.code:
            continue
        grouped = accounts.groups is not None and accounts.groups[i] >= 0
        why = ALONE if before not in asked_for else GROUP if grouped else BALANCE
        moves.append(Move(accounts.codes[i], accounts.names[i], before, after, int(accounts.amounts[i]), why))
    return tuple(sorted(moves, key=lambda move: (-move.amount_fen, move.code)))


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
    if not asked.tolerances:
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
    audit.record(actor=actor, verb="propose", subject=draft, label=draft.name, detail=found.told, at=at)
    return draft
