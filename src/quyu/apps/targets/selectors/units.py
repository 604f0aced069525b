"""The targets of units in a version, three ways: by its own tree, by the tree of every day, by the tree of today.

All three add up the same cells, so each sums to the same total. Where a territory or a unit goes elsewhere within a
month, the month of each territory is cut by days as it is among people: who loses it answers for its days only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import Axes
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.recut import Held, by_days, days_held
from quyu.apps.targets.selectors.people import month_days
from quyu.apps.targets.selectors.places import Chain, Stay, stays_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.sums import leaf_sums
from quyu.kernel.measure import Unit, say_exactly
from quyu.platform.people.models import OrgUnit

Sums = dict[str, list[int]]
"""Code of a unit -> by month."""
BETWEEN = "\n"
"""Between the codes of a chain in the name of a share."""


@dataclass(frozen=True)
class UnitTarget:
    """A unit by month: `as_was` by the tree of the version, `by_days` by that of each day, `restated` by today's."""

    code: str
    name: str
    as_was: tuple[int, ...]
    by_days: tuple[int, ...]
    restated: tuple[int, ...]

    @property
    def totals(self) -> tuple[int, int, int]:
        """The year, in the same order."""
        return sum(self.as_was), sum(self.by_days), sum(self.restated)


@dataclass(frozen=True)
class Part:
    """What a unit answers for of the month in which the move falls."""

    code: str
    name: str
    days: int
    value: int


@dataclass(frozen=True)
class Transfer:
    """`subject` (a territory or a unit) went from `source` to `target` on a day; `parts` sum to its target of the month.

    `touched` are the nodes for whom that changes something.
    """

    on: date
    month: str
    subject: str
    source: str
    target: str
    parts: tuple[Part, ...]
    touched: frozenset[str]

    @property
    def value(self) -> int:
        return sum(part.value for part in self.parts)

    def said(self, unit: Unit) -> str:
        """In one sentence."""
        parts = "、".join(
            _("%(name)s %(days)s 天 %(value)s")
            % {"name": part.name, "days": part.days, "value": say_exactly(part.value, unit)}
            for part in self.parts
        )
        return _("%(subject)s 自 %(day)s 起由%(source)s划归%(target)s；%(month)s 的 %(value)s 按天分为：%(parts)s。") % {
            "subject": self.subject, "day": self.on, "source": self.source, "target": self.target,
            "month": self.month, "value": say_exactly(self.value, unit), "parts": parts,
        }  # fmt: skip


@dataclass(frozen=True)
class UnitsOverTime:
    """Units in the order of the tree, those the version does not have last; the moves of the year by day."""

    rows: tuple[UnitTarget, ...]
    transfers: tuple[Transfer, ...]

    def of(self, codes: Iterable[str]) -> "UnitsOverTime":
        """What concerns these nodes only."""
        wanted = set(codes)
        return UnitsOverTime(
            tuple(row for row in self.rows if row.code in wanted),
            tuple(move for move in self.transfers if move.touched & wanted),
        )


def unit_targets(version: PlanVersion, *, reach: Reach, today: date) -> UnitsOverTime:
    """The units within reach, in the tree of the version or of today; the moves name other units, so only to who reaches all."""
    axes = Axes.from_json(version.axes)
    table = leaf_sums(axes, store.load_shaped(version, axes.shape), (REGION, PERIOD)).tolist()
    stays, days = stays_of(axes), [month_days(code) for code in axes.months]
    readings: tuple[Sums, Sums, Sums] = ({}, {}, {})
    for row, leaf in zip(table, axes.leaves, strict=True):
        frozen = tuple(axes.tree.ancestors(leaf))
        current = next(stay.chain for stay in stays[leaf] if stay.first <= today < stay.stop)
        for month, value in enumerate(row):
            shares = cut_among(value, days[month], stays[leaf])
            for sums, parts in zip(readings, ({frozen: value}, shares, {current: value}), strict=True):
                _add(sums, parts, month, len(days))
    was, cut, now = readings
    order = [code for code in axes.regions if code in was]
    codes = [*order, *sorted({*cut, *now} - set(order))]
    seen = [code for code in codes if reach.covers(axes, code) or code in reach.today or reach.is_everything]
    names = _names(axes, codes)
    nothing = [0] * len(days)
    rows = tuple(
        UnitTarget(code, names[code], *(tuple(sums.get(code, nothing)) for sums in readings)) for code in seen
    )
    moves = tuple(_transfers(axes, table, stays, names)) if reach.is_everything else ()
    return UnitsOverTime(rows, moves)


def _add(sums: Sums, parts: Mapping[Chain, int], month: int, count: int) -> None:
    """Each part counts for every unit of its chain."""
    for chain, part in parts.items():
        for unit in chain:
            sums.setdefault(unit, [0] * count)[month] += part


def moved_of(
    version: PlanVersion, codes: Iterable[str], *, reach: Reach, today: date
) -> UnitsOverTime | None:
    """What moves of the year changed for these nodes; None where nothing did."""
    if not reach.is_everything:
        return None
    axes = Axes.from_json(version.axes)
    first, stop = month_days(axes.months[0])[0], month_days(axes.months[-1])[1]
    every = stays_of(axes).values()
    if not any(first <= stay.first < stop for stays in every for stay in stays):
        return None
    found = unit_targets(version, reach=reach, today=today).of(codes)
    return found if found.transfers else None


def cut_among(value: int, month: tuple[date, date], stays: Sequence[Stay]) -> dict[Chain, int]:
    """A month's value by the chain of units above the leaf, by days; sums to the value exactly."""
    held = _held(month, stays)
    if len(held) == 1:
        return {tuple(held[0].who.split(BETWEEN)): value}
    return {tuple(who.split(BETWEEN)): part for who, part in by_days(value, month, held).items()}


def _held(month: tuple[date, date], stays: Sequence[Stay]) -> list[Held]:
    first, stop = month
    inside = [stay for stay in stays if stay.first < stop and first < stay.stop]
    return [Held(BETWEEN.join(stay.chain), max(stay.first, first), min(stay.stop, stop)) for stay in inside]


def _names(axes: Axes, codes: Iterable[str]) -> dict[str, str]:
    newer = [code for code in codes if code not in axes.names]
    return {code: axes.name(code) for code in {*axes.regions, *codes}} | dict(
        OrgUnit.objects.filter(code__in=newer).values_list("code", "name")
    )


def _transfers(
    axes: Axes, table: Sequence[Sequence[int]], stays: Mapping[str, Sequence[Stay]], names: Mapping[str, str]
) -> Iterator[Transfer]:
    """The moves within the year by day; leaves that moved together with the unit above them are one move."""
    days = {code: month_days(code) for code in axes.months}
    moved: dict[tuple[date, str, str, str, str], list[tuple[str, int, Chain, Chain]]] = defaultdict(list)
    for row, leaf in zip(table, axes.leaves, strict=True):
        for one, other in pairwise(stays[leaf]):
            month = next((code for code, span in days.items() if span[0] <= other.first < span[1]), None)
            if month is None:
                continue
            place = next(
                n for n, pair in enumerate(zip(one.chain, other.chain, strict=False)) if pair[0] != pair[1]
            )
            subject = one.chain[place - 1] if place else leaf
            key = (other.first, month, subject, one.chain[place], other.chain[place])
            moved[key].append((leaf, row[axes.months.index(month)], one.chain, other.chain))
    for (on, month, subject, source, target), leaves in sorted(moved.items()):
        shares: dict[str, int] = defaultdict(int)
        lengths: dict[str, int] = {}
        touched = {subject}
        for leaf, value, before, after in leaves:
            touched |= {leaf, *(set(before) ^ set(after))}
            for chain, part in cut_among(value, days[month], stays[leaf]).items():
                shares[_above(subject, leaf, chain)] += part
            lengths |= _lengths(subject, leaf, days[month], stays[leaf])
        parts = tuple(Part(code, names.get(code, code), lengths[code], shares[code]) for code in lengths)
        name, former, newer = (names.get(code, code) for code in (subject, source, target))
        yield Transfer(on, month, name, former, newer, parts, frozenset(touched))


def _above(subject: str, leaf: str, chain: Chain) -> str:
    """The unit directly above the subject; where the leaf no longer hangs below it, the one above the leaf."""
    if subject == leaf or subject not in chain:
        return chain[0]
    return chain[chain.index(subject) + 1]


def _lengths(subject: str, leaf: str, month: tuple[date, date], stays: Sequence[Stay]) -> dict[str, int]:
    found: dict[str, int] = {}
    for who, days in days_held(month, _held(month, stays)).items():
        unit = _above(subject, leaf, tuple(who.split(BETWEEN)))
        found[unit] = found.get(unit, 0) + days
    return found
