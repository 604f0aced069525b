"""A unit too large for one territory, shared out by its customers: the rest of it stays with the territory on the map.

The parts are rules that name customers, in a draft of rules that goes with the draft of the alignment. So each
customer and product line keeps exactly one accountable owner, attribution and approval are those of rules, and a
new customer of the unit goes with the map. What is sold in the unit but belongs to no customer that can be named
(lines without customer, customers given away otherwise) stays with the map too: the parts add up to the unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quyu.apps.customers.division.matching import ALL_LINES
from quyu.apps.customers.division.previewing import Books
from quyu.apps.customers.models import Customer, CustomerTerritory
from quyu.apps.territories.measures import AMOUNT, CUSTOMERS, Measure
from quyu.apps.territories.models import Alignment, Territory
from quyu.apps.territories.selectors import Standing, balanced_of, standing_of, tolerance_of
from quyu.apps.territories.services.network import read_atlas
from quyu.kernel.deferred import deferred
from quyu.kernel.rate import ratio_bp
from quyu.kernel.refusal import Refusal
from quyu.platform.geography.models import BasicUnit

if TYPE_CHECKING:
    from quyu.engine import alignment as engine
else:
    engine = deferred("quyu.engine.alignment")

Ints = NDArray[np.int64]
MEASURES = (AMOUNT, CUSTOMERS)
LISTED = 20
MOST = 20_000


class NotSplittable(Refusal):
    """Too few customers or territories to share a unit out."""


@dataclass(frozen=True)
class Heavy:
    """A unit against what a territory of its org unit carries on average (bp of the mean, sales first)."""

    unit: BasicUnit
    territory: Territory
    amount_fen: int
    customers: int
    share_bp: int
    is_over: bool


@dataclass(frozen=True)
class Level:
    """One measure of a whole territory, and how far it is from the mean of its org unit."""

    measure: Measure
    before: int
    after: int
    before_bp: int | None
    after_bp: int | None
    tolerance_bp: int


@dataclass(frozen=True)
class Part:
    """What of the unit a territory has, before and after, and the territory as a whole."""

    territory: Territory
    customers_before: int
    customers: int
    amount_before: int
    amount_fen: int
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Moved:
    code: str
    name: str
    amount_fen: int
    before: str
    after: Territory


@dataclass(frozen=True)
class Split:
    """A unit shared out: the territory that holds it first. `plan` names the customers of every other one.

    The parts add up to `amount_fen` and `customers`; `unnamed_fen` of it goes by no customer and stays.
    """

    unit: BasicUnit
    parts: tuple[Part, ...]
    moves: tuple[Moved, ...]
    plan: Mapping[str, tuple[str, ...]]
    amount_fen: int
    customers: int
    unnamed_fen: int

    @property
    def digest(self) -> str:
        """Names what was shown, so that only that is kept."""
        told = [(part.territory.code, part.customers, part.amount_fen) for part in self.parts]
        return hashlib.sha256(repr((sorted(self.plan.items()), told)).encode()).hexdigest()


@dataclass(frozen=True)
class Account:
    """A customer of the unit: what it bought in twelve months, and whose it is (`side`), by a split before or the map."""

    code: str
    name: str
    amount_fen: int
    side: str
    is_ruled: bool


class Ledger:
    """Sales and customers of every territory of an alignment, and the means they are held to."""

    def __init__(self, alignment: Alignment) -> None:
        self.alignment = alignment
        self.standing: Standing = standing_of(alignment)
        columns = [self.standing.measures.index(str(one)) for one in MEASURES]
        self.weights: Ints = self.standing.weights[:, columns]
        self.loads: Ints = self.standing.loads[:, columns]
        self.balanced = balanced_of(alignment)

    @property
    def tolerances(self) -> tuple[int, ...]:
        """Of sales and customers, in basis points."""
        return tuple(tolerance_of(self.balanced, str(one)) for one in MEASURES)

    def means(self, loads: Ints) -> Ints:
        """What each territory is compared with: the mean of its org unit, or of all where they are divided together."""
        held = self.standing.counts > 0
        found = np.zeros_like(loads)
        together = not self.alignment.method.get("per_org_unit", True)
        for org_unit in np.unique(self.standing.org_units):
            here = self.standing.org_units == org_unit
            peers = held if together else held & here
            found[here] = loads[peers].sum(axis=0) // max(int(peers.sum()), 1)
        return found

    def levels(self, side: int, before: Ints, after: Ints) -> tuple[Level, ...]:
        found = []
        for column, (measure, tolerance) in enumerate(zip(MEASURES, self.tolerances, strict=True)):
            values = [int(loads[side, column]) for loads in (before, after)]
            means = [int(self.means(loads)[side, column]) for loads in (before, after)]
            off = [
                ratio_bp(value - mean, mean) if mean > 0 else None
                for value, mean in zip(values, means, strict=True)
            ]
            found.append(Level(measure, values[0], values[1], off[0], off[1], tolerance))
        return tuple(found)


def heavy_units(alignment: Alignment) -> list[Heavy]:
    """The heaviest units by sales (by customers where nothing is sold); `is_over`: one alone is too much for a territory."""
    ledger = Ledger(alignment)
    standing, column = ledger.standing, 0 if ledger.weights[:, 0].sum() > 0 else 1
    mean = ledger.means(ledger.loads)[standing.place, column]
    share = np.where(mean > 0, ledger.weights[:, column] * 10_000 // np.maximum(mean, 1), 0)
    best = np.lexsort((standing.ids, -share))[:LISTED]
    units = BasicUnit.objects.in_bulk(standing.ids[best].tolist())
    sides = Territory.objects.in_bulk(standing.territories[standing.place[best]].tolist())
    limit = 10_000 + ledger.tolerances[column]
    return [
        Heavy(
            units[int(standing.ids[spot])],
            sides[int(standing.territories[standing.place[spot]])],
            int(ledger.weights[spot, 0]),
            int(ledger.weights[spot, 1]),
            int(share[spot]),
            bool(share[spot] > limit),
        )
        for spot in best.tolist()
        if share[spot] > 0
    ]


def accounts_of(alignment: Alignment, unit: BasicUnit, holder: Territory, at: date) -> list[Account]:
    """Open customers of a unit and the finer ones in it, but for those named or given away by other means."""
    atlas = read_atlas(alignment.level)
    codes = {unit.code, *(finer for finer, base in atlas.base_of.items() if base == unit.code)}
    ruled: dict[int, tuple[str, int | None]] = {}
    apart: dict[int, list[str]] = {}
    rows = CustomerTerritory.objects.in_force(at).filter(customer__unit__code__in=codes)
    fields = ("customer_id", "product_line__code", "territory__code", "rule__split_unit_id")
    for customer, line, side, split_unit in rows.values_list(*fields):
        if line is None:
            ruled[customer] = (side, split_unit)
        else:
            apart.setdefault(customer, []).append(line)
    customers = Customer.objects.filter(unit__code__in=codes, territory_override=None).exclude(
        closed_on__lte=at
    )
    books = Books.of_year_before(at)
    found = []
    for pk, code, name in customers.order_by("code").values_list("pk", "code", "name"):
        side, split_unit = ruled.get(pk, (holder.code, unit.pk))
        if split_unit != unit.pk:
            continue
        for line in apart.get(pk, ()):
            books.take(code, line)
        found.append(Account(code, name, max(books.take(code, ALL_LINES), 0), side, pk in ruled))
    return found


def split(alignment: Alignment, unit: BasicUnit, others: Sequence[Territory], at: date) -> Split:
    """Share the customers of a unit out between the territory that holds it and others, few moved for balance.

    Raises NotSplittable with what is missing. Equal questions have equal answers.
    """
    ledger = Ledger(alignment)
    holder = holder_of(ledger, unit)
    sides = [holder, *(side for side in others if side != holder)]
    accounts = accounts_of(alignment, unit, holder, at)
    refuse(ledger, unit, sides, accounts)
    weights = np.array([(one.amount_fen, 1) for one in accounts], dtype=np.int64)
    is_ruled = np.array([one.is_ruled for one in accounts])
    spots = [ledger.standing.side_of[side.pk] for side in sides]
    order = {side.code: number for number, side in enumerate(sides)}
    was = np.array([order.get(one.side, 0) for one in accounts])
    rest = ledger.loads[spots]
    rest[0] -= weights[~is_ruled].sum(axis=0)
    became = shared(ledger, weights, rest, was)
    loads = [ledger.loads.copy(), ledger.loads.copy()]
    for found, assignment in zip(loads, (was, became), strict=True):
        found[spots] = rest
        np.add.at(found, np.array(spots)[assignment], weights)
    figure = ledger.weights[ledger.standing.spot_of[unit.code]]
    left = figure - weights[~is_ruled].sum(axis=0)
    parts = []
    for number, side in enumerate(sides):
        had, has = weights[was == number].sum(axis=0), weights[became == number].sum(axis=0)
        stays = int(left[0]) if number == 0 else 0
        levels = ledger.levels(spots[number], *loads)
        parts.append(Part(side, int(had[1]), int(has[1]), int(had[0]) + stays, int(has[0]) + stays, levels))
    moves = [
        Moved(one.code, one.name, one.amount_fen, one.side, sides[int(to)])
        for one, start, to in zip(accounts, was, became, strict=True)
        if start != to
    ]
    plan = {
        side.code: tuple(one.code for one, to in zip(accounts, became, strict=True) if to == number)
        for number, side in enumerate(sides)
        if number
    }
    total = int(weights[:, 0].sum() + left[0])
    largest = tuple(sorted(moves, key=lambda move: (-move.amount_fen, move.code)))
    return Split(unit, tuple(parts), largest, plan, total, len(accounts), int(left[0]))


def shared(ledger: Ledger, weights: Ints, rest: Ints, was: Ints) -> Ints:
    """The territory of each customer, by the engine: what else the territories carry lies in them and cannot move.

    What the alignment balances of sales and customers counts; sales where it balances neither.
    """
    count, sides = len(weights), len(rest)
    named = {str(one.measure) for one in ledger.balanced}
    columns = [column for column, one in enumerate(MEASURES) if str(one) in named] or [0]
    nowhere = np.full(count + sides, np.nan)
    problem = engine.Problem(
        x=nowhere,
        y=nowhere,
        measures=np.maximum(np.vstack([weights, rest])[:, columns], 0).astype(np.float64),
        territories=sides,
        tolerance=tuple(ledger.tolerances[column] / 10_000 for column in columns),
        current=np.concatenate([was, np.arange(sides)]),
        locks=np.concatenate([np.full(count, -1), np.arange(sides)]),
    )
    found: Ints = engine.solve(problem, engine.Params(finish=False)).assignment[:count].astype(np.int64)
    return found


def holder_of(ledger: Ledger, unit: BasicUnit) -> Territory:
    """The territory the map gives the unit to."""
    spot = ledger.standing.spot_of.get(unit.code)
    if spot is None:
        raise NotSplittable("not_in_draft", "{unit} 不是这个方案里的单元。", unit=unit.name)
    found: Territory = Territory.objects.get(pk=int(ledger.standing.territories[ledger.standing.place[spot]]))
    return found


def refuse(ledger: Ledger, unit: BasicUnit, sides: Sequence[Territory], accounts: Sequence[Account]) -> None:
    if len(sides) < 2:
        raise NotSplittable("no_other_side", "请至少选一个另外的销售区域来分担 {unit}。", unit=unit.name)
    outside = next((side for side in sides if side.pk not in ledger.standing.side_of), None)
    if outside is not None:
        raise NotSplittable("side_ended", "{territory} 已不存在，请重新选择。", territory=outside.name)
    if len(accounts) < 2:
        raise NotSplittable(
            "few_accounts",
            "{unit} 能拆分的客户只有 {count} 家：单独指定的、按规则归属的不算。",
            unit=unit.name,
            count=len(accounts),
        )
    if len(accounts) > MOST:
        raise NotSplittable(
            "many_accounts",
            "{unit} 的客户有 {count} 家，一次最多 {most} 家；请先按规则划分。",
            unit=unit.name,
            count=len(accounts),
            most=MOST,
        )
