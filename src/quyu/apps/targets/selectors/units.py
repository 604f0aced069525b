"""The targets of units in a version, three ways: by its own tree, by the tree of every day, by the tree of today.

All three add up the same cells, so each sums to the same total. Where a territory or a unit goes elsewhere within a
month, the month of each territory is cut by days as it is among people: who loses it answers for its days only. Units
of the map that an alignment gives to another territory take their share of the target along (`following`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from quyu.apps.targets import store
from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.dimension import PERIOD, REGION
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.recut import Held, by_days, days_held
from quyu.apps.targets.selectors.flows import Shares, flows_of
from quyu.apps.targets.selectors.following import Share, cut, month_days, shares_of
from quyu.apps.targets.selectors.places import Chain, Stay, stays_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.sums import leaf_sums
from quyu.apps.territories.effects import Flow
from quyu.apps.territories.models import Territory
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
class Followed:
    """From a day on, units of the map brought `share` of the target of `source` to `target`."""

    on: date
    source: str
    target: str
    share: Fraction
    touched: frozenset[str]

    def said(self, unit: Unit) -> str:  # noqa: ARG002 (as a Transfer is said)
        """In one sentence."""
        return _("自 %(day)s 起，按生效的区域划分，单元由%(source)s划入%(target)s，带走%(source)s目标的 %(share)s%%。") % {
            "day": self.on, "source": self.source, "target": self.target, "share": f"{float(self.share) * 100:.2f}",
        }  # fmt: skip


@dataclass(frozen=True)
class UnitsOverTime:
    """Units in the order of the tree, those the version does not have last; the moves of the year by day.

    Territories are listed where units of the map came or went.
    """

    rows: tuple[UnitTarget, ...]
    transfers: tuple[Transfer | Followed, ...]

    def of(self, codes: Iterable[str]) -> "UnitsOverTime":
        """What concerns these nodes only."""
        wanted = set(codes)
        return UnitsOverTime(
            tuple(row for row in self.rows if row.code in wanted),
            tuple(move for move in self.transfers if move.touched & wanted),
        )


def unit_targets(version: PlanVersion, *, reach: Reach, today: date) -> UnitsOverTime:
    """The units within reach, in the tree of the version or of today, and the moves that touch them."""
    axes = Axes.from_json(version.axes)
    table = leaf_sums(axes, store.load_shaped(version, axes.shape), (REGION, PERIOD)).tolist()
    days, flows = [month_days(code) for code in axes.months], flows_of(version)
    shares = shares_of(axes, flows)
    stays = stays_of(axes, _newer(axes, shares))
    readings: tuple[Sums, Sums, Sums] = ({}, {}, {})
    for row, leaf in zip(table, axes.leaves, strict=True):
        frozen = (leaf, *axes.tree.ancestors(leaf))
        spans = spans_of(shares[leaf], stays)
        current = weights_on(spans, today)
        for month, value in enumerate(row):
            by_day = cut(value, weights_in(spans, days[month]))
            for sums, parts in zip(readings, ({frozen: value}, by_day, cut(value, current)), strict=True):
                _add(sums, parts, month, len(days))
    was, held, now = readings
    order = [code for code in axes.regions if code in was]
    codes = [*order, *sorted({*held, *now} - set(order))]
    moved_sides = {TERRITORY + side for flow in flows for side in (flow.source, flow.target)}
    codes = [code for code in codes if not code.startswith(TERRITORY) or code in moved_sides]
    seen = [code for code in codes if reach.covers(axes, code) or code in reach.today or reach.is_everything]
    names = _names(axes, codes)
    nothing = [0] * len(days)
    rows = tuple(
        UnitTarget(code, names[code], *(tuple(sums.get(code, nothing)) for sums in readings)) for code in seen
    )
    moves: list[Transfer | Followed] = [
        *_transfers(axes, table, stays, names),
        *_followed(flows, stays, names, days[0][0], days[-1][1]),
    ]
    within = reach.today | {code for code in axes.spans if reach.covers(axes, code)}
    told = [move for move in moves if reach.is_everything or move.touched & within]
    return UnitsOverTime(rows, tuple(sorted(told, key=lambda move: move.on)))


def _newer(axes: Axes, shares: Shares) -> list[str]:
    """Territories that hold something of the version and are none of its leaves."""
    return sorted({share.holder for row in shares.values() for share in row} - set(axes.leaves))


Span = tuple[date, date, Chain, Fraction]


def spans_of(shares: Sequence[Share], stays: Mapping[str, Sequence[Stay]]) -> list[Span]:
    """When which territory (first of the chain) below which units holds what part of a leaf, by day."""
    found = [
        (max(share.first, stay.first), min(share.stop, stay.stop), (share.holder, *stay.chain), share.part)
        for share in shares
        for stay in stays[share.holder]
        if max(share.first, stay.first) < min(share.stop, stay.stop)
    ]
    return sorted(found, key=lambda span: span[0])


def weights_in(spans: Iterable[Span], month: tuple[date, date]) -> dict[Chain, Fraction]:
    """Chain -> days of the month, counted by the part it holds."""
    found: dict[Chain, Fraction] = defaultdict(Fraction)
    for first, stop, chain, part in spans:
        days = (min(stop, month[1]) - max(first, month[0])).days
        if days > 0:
            found[chain] += part * days
    return found


def weights_on(spans: Iterable[Span], day: date) -> dict[Chain, Fraction]:
    """Chain -> the part it holds on a day."""
    return {chain: part for first, stop, chain, part in spans if first <= day < stop}


def _add(sums: Sums, parts: Mapping[Chain, int], month: int, count: int) -> None:
    """Each part counts for the territory and every unit of its chain."""
    for chain, part in parts.items():
        for unit in chain:
            sums.setdefault(unit, [0] * count)[month] += part


def moved_of(
    version: PlanVersion, codes: Iterable[str], *, reach: Reach, today: date
) -> UnitsOverTime | None:
    """What moves of the year changed for these nodes; None where nothing did."""
    axes = Axes.from_json(version.axes)
    first, stop = month_days(axes.months[0])[0], month_days(axes.months[-1])[1]
    every = stays_of(axes).values()
    is_still = not any(first <= stay.first < stop for stays in every for stay in stays)
    if is_still and not flows_of(version, before=stop):
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
    sides = [code.removeprefix(TERRITORY) for code in newer if code.startswith(TERRITORY)]
    territories = Territory.objects.filter(code__in=sides).values_list("code", "name")
    return (
        {code: axes.name(code) for code in {*axes.regions, *codes}}
        | dict(OrgUnit.objects.filter(code__in=newer).values_list("code", "name"))
        | {TERRITORY + code: name for code, name in territories}
    )


def _followed(
    flows: Iterable[Flow],
    stays: Mapping[str, Sequence[Stay]],
    names: Mapping[str, str],
    first: date,
    stop: date,
) -> Iterator[Followed]:
    """What alignments brought from territory to territory until the end of the year."""
    for flow in flows:
        sides = TERRITORY + flow.source, TERRITORY + flow.target
        if flow.on >= stop or not flow.part:
            continue
        above = {
            unit for side in sides for stay in stays.get(side, ()) for unit in stay.chain if stay.stop > first
        }
        yield Followed(
            flow.on,
            names.get(sides[0], flow.source),
            names.get(sides[1], flow.target),
            Fraction(flow.part, flow.whole),
            frozenset({*sides, *above}),
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
