"""Which territory answers for what part of a leaf's target on which days: units take their share with them.

A version keeps its cells by the territories of the day it was made. Alignments that came into force since moved
units between territories; from that day on the share of a territory's target that its units bring goes with them.
Shares are exact fractions. Each month of each product line is cut once among territories, by the largest remainder,
so that its parts sum to it exactly; every page reads what a territory holds from that one cut (`held_cells`).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import floor
from typing import TypeVar

import numpy as np

from quyu.apps.targets.axes import TERRITORY, Axes
from quyu.apps.targets.sums import Sums
from quyu.apps.territories.effects import Flow

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True)
class Share:
    """On the days from `first` on and no longer on `stop`, `part` of the target of a leaf is with `holder` (a leaf too)."""

    first: date
    stop: date
    holder: str
    part: Fraction


def month_days(code: str) -> tuple[date, date]:
    """The days of a month, half-open."""
    first = date(int(code[:4]), int(code[5:7]), 1)
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def shares_of(axes: Axes, flows: Iterable[Flow]) -> dict[str, tuple[Share, ...]]:
    """Leaf -> who holds how much of it when; on every day the parts of a leaf sum to one."""
    holding = {leaf: {leaf: Fraction(1)} for leaf in axes.leaves}
    begun = dict.fromkeys(axes.leaves, date.min)
    found: dict[str, list[Share]] = defaultdict(list)
    for day, same in groupby(sorted(flows, key=lambda flow: flow.on), key=lambda flow: flow.on):
        leaving: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
        for flow in same:
            if flow.whole > 0 and flow.part > 0:
                leaving[TERRITORY + flow.source].append(
                    (TERRITORY + flow.target, Fraction(flow.part, flow.whole))
                )
        for leaf, parts in holding.items():
            if leaving.keys().isdisjoint(parts):
                continue
            if begun[leaf] < day:
                found[leaf] += [Share(begun[leaf], day, holder, part) for holder, part in parts.items()]
            holding[leaf], begun[leaf] = _moved(parts, leaving), day
    for leaf, parts in holding.items():
        found[leaf] += [Share(begun[leaf], date.max, holder, part) for holder, part in parts.items()]
    return {leaf: tuple(found[leaf]) for leaf in axes.leaves}


def _moved(
    parts: Mapping[str, Fraction], leaving: Mapping[str, Sequence[tuple[str, Fraction]]]
) -> dict[str, Fraction]:
    after: dict[str, Fraction] = defaultdict(Fraction)
    for holder, part in parts.items():
        gone = leaving.get(holder, ())
        after[holder] += part * (1 - sum((share for _target, share in gone), Fraction(0)))
        for target, share in gone:
            after[target] += part * share
    return {holder: part for holder, part in after.items() if part > 0}


def cut(value: int, weights: Mapping[Who, Fraction]) -> dict[Who, int]:
    """The value in proportion to exact weights (largest remainder, ties to the first); sums to it exactly."""
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return {}
    exact = {who: abs(value) * weight / whole for who, weight in weights.items()}
    parts = {who: floor(share) for who, share in exact.items()}
    order = sorted(exact, key=lambda who: parts[who] - exact[who])
    for who in order[: abs(value) - sum(parts.values())]:
        parts[who] += 1
    return parts if value >= 0 else {who: -part for who, part in parts.items()}


def held_in(month: tuple[date, date], shares: Sequence[Share]) -> dict[str, Fraction]:
    """How many days of the month each holder has, counted by its part."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for share in shares:
        days = (min(share.stop, month[1]) - max(share.first, month[0])).days
        if days > 0:
            found[share.holder] += share.part * days
    return found


def on_day(shares: Sequence[Share], day: date) -> dict[str, Fraction]:
    """Holder -> its part on a day."""
    return {share.holder: share.part for share in shares if share.first <= day < share.stop}


def held_cells(
    own: Sums, shares: Sequence[Share], months: Sequence[tuple[date, date]], *, on: date | None = None
) -> dict[str, Sums]:
    """Holder -> (months, lines) of what it holds of a leaf's `own` by the days, or all as it stands on day `on`."""
    if len(shares) == 1:
        return {shares[0].holder: own}
    today = None if on is None else on_day(shares, on)
    found: dict[str, Sums] = {}
    for month, days in enumerate(months):
        held = held_in(days, shares) if today is None else today
        for line, value in enumerate(own[month].tolist()):
            for holder, part in cut(value, held).items():
                found.setdefault(holder, np.zeros_like(own))[month, line] += part
    return found
