"""Gaps filled visibly: what a county without a reported value probably has, and how that was found.

Tried in turn: what the unit above reports less what its other counties report, shared out by population; the
ratio to population of the neighbours; a straight line of logarithms against population. Nothing is stored.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _

from quyu.apps.market.choices import Known, ValueKind
from quyu.platform.geography.choices import MarketMeasure, UnitLevel
from quyu.platform.geography.models import UnitNeighbour
from quyu.platform.geography.selectors import division, market_figures

PEOPLE = str(MarketMeasure.POPULATION)
ONE = 1_000
"""One piece, as numbers are kept: what is reported in whole pieces is estimated in whole pieces."""
FEWEST = 12
"""Counties with both values that a straight line needs."""


class How(models.TextChoices):
    """How a value that nobody reported was found."""

    REST_BY_PEOPLE = "rest_by_people", _("上级合计减去已报各县，按人口分摊")
    REST_EVENLY = "rest_evenly", _("上级合计减去已报各县，平均分摊")
    PARENT = "parent", _("取上级的数值")
    NEIGHBOURS_BY_PEOPLE = "neighbours_by_people", _("相邻各县的人均值乘以人口")
    NEIGHBOURS = "neighbours", _("相邻各县的平均")
    LINE = "line", _("按人口回归")


@dataclass(frozen=True)
class Filled:
    """`values` by unit code, reported and estimated; `how` tells of the estimated ones."""

    values: Mapping[str, int]
    how: Mapping[str, str]


@dataclass(frozen=True)
class Ground:
    """What every indicator is filled from: the counties, what lies above and beside them, their people."""

    parents: Mapping[str, str]
    neighbours: Mapping[str, tuple[str, ...]]
    people: Mapping[str, int]


def ground(at: date) -> Ground:
    """Read once for all indicators of a day."""
    parents = dict(division(UnitLevel.COUNTY).order_by("code").values_list("code", "parent_code"))
    beside: dict[str, list[str]] = defaultdict(list)
    pairs = UnitNeighbour.objects.order_by("left__code", "right__code")
    for left, right in pairs.values_list("left__code", "right__code"):
        beside[left].append(right)
        beside[right].append(left)
    return Ground(parents, {code: tuple(near) for code, near in beside.items()}, market_figures(PEOPLE, at))


def filled(one: Known, at: date, known: Ground | None = None) -> Filled:
    """The value of an indicator for every county of which anything can be said on a day."""
    ground_ = known or ground(at)
    reported = market_figures(one.code, at)
    values = {code: reported[code] for code in ground_.parents if code in reported}
    how: dict[str, str] = {}
    if not reported:
        return Filled({}, {})
    stated = dict(values)
    for step in (_from_above, _from_beside, _by_line):
        lacking = [code for code in ground_.parents if code not in values]
        found = step(one, ground_, reported, stated, lacking)
        values |= {code: value for code, (value, _word) in found.items()}
        how |= {code: word for code, (_value, word) in found.items()}
    if all(value % ONE == 0 for value in stated.values()) and one.kind == ValueKind.NUMBER:
        values |= {code: (values[code] + ONE // 2) // ONE * ONE for code in how}
    return Filled(dict(sorted(values.items())), how)


Found = dict[str, tuple[int, str]]


def _from_above(
    one: Known, known: Ground, reported: Mapping[str, int], stated: Mapping[str, int], lacking: list[str]
) -> Found:
    """The rest of the unit above among its counties without a value; of an index, the index of the unit above."""
    found: Found = {}
    below: dict[str, list[str]] = defaultdict(list)
    for code in lacking:
        if known.parents[code] in reported:
            below[known.parents[code]].append(code)
    for parent, codes in below.items():
        if not one.adds_up:
            found |= dict.fromkeys(codes, (reported[parent], How.PARENT))
            continue
        others = sum(value for code, value in stated.items() if known.parents[code] == parent)
        rest = reported[parent] - others
        people = [known.people.get(code, 0) for code in codes]
        if rest < 0:
            continue
        by_people = one.code != PEOPLE and all(people)
        weights = people if by_people else [1] * len(codes)
        word = How.REST_BY_PEOPLE if by_people else How.REST_EVENLY
        found |= {
            code: (rest * weight // sum(weights), word) for code, weight in zip(codes, weights, strict=True)
        }
    return found


def _from_beside(
    one: Known, known: Ground, reported: Mapping[str, int], stated: Mapping[str, int], lacking: list[str]
) -> Found:
    """By the ratio to population of the neighbours that report both; else by their mean."""
    del reported
    found: Found = {}
    for code in lacking:
        near = [other for other in known.neighbours.get(code, ()) if other in stated]
        if not near:
            continue
        people = known.people.get(code, 0)
        both = [other for other in near if known.people.get(other)]
        if one.adds_up and one.code != PEOPLE and people and both:
            total, heads = sum(stated[other] for other in both), sum(known.people[other] for other in both)
            found[code] = (total * people // heads, How.NEIGHBOURS_BY_PEOPLE)
        else:
            found[code] = (sum(stated[other] for other in near) // len(near), How.NEIGHBOURS)
    return found


def _by_line(
    one: Known, known: Ground, reported: Mapping[str, int], stated: Mapping[str, int], lacking: list[str]
) -> Found:
    """log(value) = a + b log(people), least squares over the counties that report both."""
    del reported
    both = [code for code, value in stated.items() if value > 0 and known.people.get(code, 0) > 0]
    wanted = [code for code in lacking if known.people.get(code, 0) > 0]
    if one.code == PEOPLE or not one.adds_up or len(both) < FEWEST or not wanted:
        return {}
    x = np.log([known.people[code] for code in both])
    if np.ptp(x) == 0:
        return {}
    slope, start = np.polyfit(x, np.log([stated[code] for code in both]), 1)
    guess = np.exp(start + slope * np.log([known.people[code] for code in wanted]))
    return {code: (round(value), How.LINE) for code, value in zip(wanted, guess.tolist(), strict=True)}
