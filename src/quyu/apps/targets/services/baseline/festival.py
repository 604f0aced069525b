"""The Spring Festival on its date: January to March re-dated, where sales are seen to follow the festival.

A moving-holiday shift: sales are spread evenly over the days of their month, moved as many days as the
festival moves, and gathered again by month; each sum over the three months is kept. Whether a product
line follows the festival is asked of the past, line by line, with the company's answer as the prior.
Source: W. R. Bell, S. C. Hillmer, "Modeling Time Series with Calendar Variation", JASA 78, 1983.
"""

from calendar import monthrange

import numpy as np
from numpy.typing import NDArray

from quyu.apps.targets.services.baseline.series import Floats, Series

QUARTER = 3
PRIOR_PAIRS = 2
"""The company's evidence weighs as much as this many pairs of years of the line's own."""


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


def lines_that_follow(history: Series) -> NDArray[np.bool_]:
    """For each product line: do its sales move with the festival?

    Each year's January-March shares are foretold from the year before, once as they were and once
    re-dated; the smaller total absolute error wins. The line's errors are shrunk to the company's by
    `PRIOR_PAIRS`. With one year there is no evidence, and the festival is believed.
    """
    follows = np.zeros(history.line_count, bool)
    if not history.festivals:
        return follows
    if len(history.years) < 2:
        return ~follows
    quarters = np.clip([history.grouped(year[:, :QUARTER]).sum(axis=0) for year in history.amounts], 0, None)
    own = _errors(quarters, history)
    company = _errors(quarters.sum(axis=1, keepdims=True), history)
    pairs = len(history.years) - 1
    shrunk = (own * pairs + company * PRIOR_PAIRS) / (pairs + PRIOR_PAIRS)
    found: NDArray[np.bool_] = shrunk[:, 1] < shrunk[:, 0]
    return found


def _errors(quarters: Floats, history: Series) -> Floats:
    """(years, lines, 3) -> (lines, 2): mean error of the shares as they were, and re-dated."""
    errors = np.zeros((quarters.shape[1], 2))
    for index in range(1, len(history.years)):
        before, year = history.years[index - 1], history.years[index]
        again = shift_festival(
            quarters[index - 1], days=history.days_later(before, year), year=before, target_year=year
        )
        actual = parts(quarters[index])
        errors[:, 0] += np.abs(actual - parts(quarters[index - 1])).sum(axis=-1)
        errors[:, 1] += np.abs(actual - parts(again)).sum(axis=-1)
    return errors / (len(history.years) - 1)


def parts(values: Floats) -> Floats:
    """Shares along the last axis; nothing where there is nothing."""
    whole = values.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(values, whole, out=np.zeros_like(values), where=whole > 0)
    return shares


def on_target_dates(history: Series, amounts: Floats, follows: NDArray[np.bool_], target_year: int) -> Floats:
    """(years, territories, lines, 12) with January to March of the lines that follow re-dated."""
    dated = amounts.copy()
    for index, year in enumerate(history.years):
        if not follows.any():
            break
        first = np.clip(amounts[index][:, follows, :QUARTER], 0, None)
        days = history.days_later(year, target_year)
        dated[index][:, follows, :QUARTER] = shift_festival(
            first, days=days, year=year, target_year=target_year
        )
    return dated
