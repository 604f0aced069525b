"""The targets of units in a version, three ways: by its own tree, by the tree of every day, by the tree of today.

All three add up the same cells, so each sums to the same total. Units of the map that an alignment gives to another
territory take their share of the target along; what a territory holds is that of every page (`following`). Where a
territory or a unit goes elsewhere within a month, that is then cut by days: who loses it answers for its days only.
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
from quyu.apps.targets.models import PlanVersion
from quyu.apps.targets.selectors.flows import Shares, flows_of
from quyu.apps.targets.selectors.following import Share, Who, cut, held_cells, month_days, shares_of
from quyu.apps.targets.selectors.places import Chain, Stay, stays_of
from quyu.apps.targets.selectors.reach import Reach
from quyu.apps.targets.sums import Sums as Cells
from quyu.apps.targets.sums import cube
from quyu.apps.territories.effects import Flow
from quyu.apps.territories.models import Territory
from quyu.kernel.measure import Unit, say_exactly
from quyu.platform.people.models import OrgUnit

Sums = dict[str, list[int]]
"""Code of a unit -> by month."""
Days = tuple[date, date]
Kept = dict[Chain, list[int]]
"""A territory below the units of a chain -> what it holds, by month."""


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
    table = cube(axes, store.load_shaped(version, axes.shape))
    days, flows = [month_days(code) for code in axes.months], flows_of(version)
    shares = shares_of(axes, flows)
    stays = stays_of(axes, _newer(axes, shares))
    planned: Kept = {}
    for own, leaf in zip(table, axes.leaves, strict=True):
        planned[leaf, *axes.tree.ancestors(leaf)] = own.sum(axis=1).tolist()
    kept = kept_of(axes, table, shares, stays, None)
    was, held, now = (_by_unit(one) for one in (planned, kept, kept_of(axes, table, shares, stays, today)))
    order = [code for code in axes.regions if code in was]
    codes = [*order, *sorted({*held, *now} - set(order))]
    moved_sides = {TERRITORY + side for flow in flows for side in (flow.source, flow.target)}
    codes = [code for code in codes if not code.startswith(TERRITORY) or code in moved_sides]
    seen = [code for code in codes if reach.covers(axes, code) or code in reach.today or reach.is_everything]
    names = _names(axes, codes)
    nothing = [0] * len(days)
    rows = tuple(
        UnitTarget(code, names[code], *(tuple(sums.get(code, nothing)) for sums in (was, held, now)))
        for code in seen
    )
    moves: list[Transfer | Followed] = [
        *_transfers(days, kept, stays, names),
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


def kept_of(
    axes: Axes, table: Cells, shares: Shares, stays: Mapping[str, Sequence[Stay]], today: date | None
) -> Kept:
    """What each territory holds below which units, by the days or as it stands today; sums to the table."""
    days = [month_days(code) for code in axes.months]
    found: Kept = {}
    for own, leaf in zip(table, axes.leaves, strict=True):
        for holder, cells in held_cells(own, shares[leaf], days, on=today).items():
            spans = spans_of([share for share in shares[leaf] if share.holder == holder], stays)
            for month, value in enumerate(cells.sum(axis=1).tolist()):
                weights = weights_in(spans, days[month]) if today is None else weights_on(spans, today)
                for chain, part in cut(value, weights).items():
                    found.setdefault(chain, [0] * len(days))[month] += part
    return found


def _by_unit(kept: Kept) -> Sums:
    """Each part counts for the territory and every unit of its chain."""
    sums: Sums = {}
    for chain, row in kept.items():
        for unit in chain:
            sums[unit] = [one + other for one, other in zip(sums.get(unit, [0] * len(row)), row, strict=True)]
    return sums


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
    days: Sequence[Days], kept: Kept, stays: Mapping[str, Sequence[Stay]], names: Mapping[str, str]
) -> Iterator[Transfer]:
    """The moves within the year by day; leaves that moved together with the unit above them are one move."""
    below: dict[str, Kept] = defaultdict(dict)
    for (leaf, *above), row in kept.items():
        below[leaf][tuple(above)] = row
    moved: dict[tuple[date, int, str, str, str], list[tuple[str, Chain, Chain]]] = defaultdict(list)
    for leaf in stays:
        for one, other in pairwise(stays[leaf]):
            month = next((n for n, span in enumerate(days) if span[0] <= other.first < span[1]), None)
            if month is None or leaf not in below:
                continue
            place = next(
                n for n, pair in enumerate(zip(one.chain, other.chain, strict=False)) if pair[0] != pair[1]
            )
            subject = one.chain[place - 1] if place else leaf
            moved[other.first, month, subject, one.chain[place], other.chain[place]].append(
                (leaf, one.chain, other.chain)
            )
    for (on, month, subject, source, target), leaves in sorted(moved.items()):
        shares: dict[str, int] = defaultdict(int)
        lengths: dict[str, int] = {}
        touched = {subject}
        for leaf, before, after in leaves:
            touched |= {leaf, *(set(before) ^ set(after))}
            inside = _lengths(days[month], stays[leaf])
            for chain, row in below[leaf].items():
                if chain in inside:
                    shares[_above(subject, leaf, chain)] += row[month]
            lengths |= _totals((_above(subject, leaf, chain), count) for chain, count in inside.items())
        parts = tuple(Part(code, names.get(code, code), lengths[code], shares[code]) for code in lengths)
        name, former, newer = (names.get(code, code) for code in (subject, source, target))
        shown = f"{days[month][0]:%Y-%m}"
        yield Transfer(on, shown, name, former, newer, parts, frozenset(touched))


def _above(subject: str, leaf: str, chain: Chain) -> str:
    """The unit directly above the subject; where the leaf no longer hangs below it, the one above the leaf."""
    if subject == leaf or subject not in chain:
        return chain[0]
    return chain[chain.index(subject) + 1]


def _lengths(month: Days, stays: Sequence[Stay]) -> dict[Chain, int]:
    """Chain -> days of the month below it."""
    cut_off = ((stay.chain, (min(stay.stop, month[1]) - max(stay.first, month[0])).days) for stay in stays)
    return _totals((chain, count) for chain, count in cut_off if count > 0)


def _totals(counted: Iterable[tuple[Who, int]]) -> dict[Who, int]:
    found: dict[Who, int] = {}
    for who, count in counted:
        found[who] = found.get(who, 0) + count
    return found
