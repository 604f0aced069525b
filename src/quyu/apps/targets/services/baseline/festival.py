"""The Spring Festival on its date: January to March re-dated, where sales are seen to follow the festival.

Three ways are tried. Plain: the months stay as they were. Shift: sales are spread evenly over the days of
their month, moved as many days as the festival moves, and gathered again by month. Rhythm: a day in the
weeks of stocking up before the festival is worth more and a day of closed doors less than others, and each
month is scaled by what its days are worth in the target year over what they were worth. Each sum over the
three months is kept. Which way a product line goes is asked of the past, with the company as the prior.
Source: W. R. Bell, S. C. Hillmer, "Modeling Time Series with Calendar Variation", JASA 78, 1983.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import numpy as np

from quyu.apps.targets.services.baseline.series import Floats, Series

QUARTER = 3
WORTH_IT = 0.8
"""Another way than plain must bring the error below this part of the plain one: the best of many flatters itself."""
PRIOR_PAIRS = 2
"""The company's evidence weighs as much as this many pairs of years of the line's own."""
STOCKING, CLOSED = (-30, -3), (-3, 12)
"""Days from the festival, half-open: the trade stocks up, then its doors are closed."""
BUSY = (1.2, 1.4, 1.6, 1.8, 2.0)
QUIET = (0.2, 0.4, 0.6, 0.8)
"""What a day of stocking up, and a closed day, may be worth beside an ordinary one."""


@dataclass(frozen=True)
class Way:
    """How sales go with the festival: not at all, moved by as many days, or by a rhythm around it."""

    kind: str = "plain"
    busy: float = 1.0
    quiet: float = 1.0

    @property
    def follows(self) -> bool:
        return self.kind != "plain"


PLAIN, SHIFT = Way(), Way("shift")
WAYS = (PLAIN, SHIFT, *(Way("rhythm", busy, quiet) for busy, quiet in product(BUSY, QUIET)))


def shift_festival(first_months: Floats, *, days: int, year: int, target_year: int) -> Floats:
    """January-March sums (..., 3) re-dated by `days`; each sum over the three months is kept.

    Beyond either end the level of the end month goes on.
    """
    lengths = [monthrange(year, month)[1] for month in (1, 2, 3)]
    owner = np.repeat(np.arange(QUARTER), lengths)
    target = np.repeat(np.arange(QUARTER), [monthrange(target_year, month)[1] for month in (1, 2, 3)])
    source = owner[np.clip(np.arange(target.size) - days, 0, owner.size - 1)]
    daily = first_months[..., source] / np.array(lengths)[source]
    moved = np.stack([daily[..., target == month].sum(axis=-1) for month in range(QUARTER)], axis=-1)
    whole, now = first_months.sum(axis=-1, keepdims=True), moved.sum(axis=-1, keepdims=True)
    kept: Floats = moved * np.divide(whole, now, out=np.zeros_like(whole), where=now != 0)
    return kept


def redated(first_months: Floats, way: Way, history: Series, year: int, target_year: int) -> Floats:
    """January-March sums (..., 3) of a year as they would be in the target year; their whole is kept."""
    if not way.follows:
        return first_months
    if way.kind == "shift":
        days = history.days_later(year, target_year)
        return shift_festival(first_months, days=days, year=year, target_year=target_year)
    worth = [_worth(way, each, history.festivals[each]) for each in (year, target_year)]
    moved = first_months * (worth[1] / worth[0])
    whole, now = first_months.sum(axis=-1, keepdims=True), moved.sum(axis=-1, keepdims=True)
    kept: Floats = moved * np.divide(whole, now, out=np.zeros_like(whole), where=now != 0)
    return kept


def _worth(way: Way, year: int, festival: date) -> Floats:
    """What the days of January, February and March are worth, in ordinary days."""
    worth = np.zeros(QUARTER)
    for month in range(QUARTER):
        first = date(year, month + 1, 1)
        for number in range(monthrange(year, month + 1)[1]):
            distance = (first + timedelta(number) - festival).days
            busy, quiet = (start <= distance < stop for start, stop in (STOCKING, CLOSED))
            worth[month] += way.busy if busy else way.quiet if quiet else 1.0
    return worth


def ways_of_lines(history: Series) -> list[Way]:
    """For each product line, the way its sales go with the festival.

    Each year's January-March shares are foretold from the year before in every way; the smallest total
    absolute error wins where it is below `WORTH_IT` of the plain one. The line's errors are shrunk to the company's by
    `PRIOR_PAIRS`. With one year there is no evidence, and the festival is believed by its shift.
    """
    if not history.festivals:
        return [PLAIN] * history.line_count
    pairs = len(history.years) - 1
    if not pairs:
        return [SHIFT] * history.line_count
    quarters = np.clip([history.grouped(year[:, :QUARTER]).sum(axis=0) for year in history.amounts], 0, None)
    own = _errors(quarters, history)
    company = _errors(quarters.sum(axis=1, keepdims=True), history)
    shrunk = (own * pairs + company * PRIOR_PAIRS) / (pairs + PRIOR_PAIRS)
    best = np.argmin(np.round(shrunk, 12), axis=1)
    is_worth_it = shrunk[np.arange(best.size), best] < WORTH_IT * shrunk[:, 0]
    return [WAYS[number] for number in np.where(is_worth_it, best, 0).tolist()]


def _errors(quarters: Floats, history: Series) -> Floats:
    """(years, lines, 3) -> (lines, ways): mean error of the shares, each year foretold from the one before."""
    errors = np.zeros((quarters.shape[1], len(WAYS)))
    for index in range(1, len(history.years)):
        before, year = history.years[index - 1], history.years[index]
        actual = parts(quarters[index])
        for number, way in enumerate(WAYS):
            foretold = redated(quarters[index - 1], way, history, before, year)
            errors[:, number] += np.abs(actual - parts(foretold)).sum(axis=-1)
    return errors / (len(history.years) - 1)


def parts(values: Floats) -> Floats:
    """Shares along the last axis; nothing where there is nothing."""
    whole = values.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(values, whole, out=np.zeros_like(values), where=whole > 0)
    return shares


def on_target_dates(history: Series, amounts: Floats, ways: Sequence[Way], target_year: int) -> Floats:
    """(years, territories, lines, 12) with January to March re-dated, each line in its way."""
    dated = amounts.copy()
    for line, way in enumerate(ways):
        if not way.follows:
            continue
        for index, year in enumerate(history.years):
            first = np.clip(amounts[index, :, line, :QUARTER], 0, None)
            dated[index, :, line, :QUARTER] = redated(first, way, history, year, target_year)
    return dated
