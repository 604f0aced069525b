"""A first draft of next year from the months of past years: level x season, with the Spring Festival moved.

Pure arithmetic over arrays; the result is an estimate that serves as weights, so it may be rounded
cell by cell. Level: the last year grown. Season: the average shares of the months, where January to
March of every past year are first re-dated so that the festival falls on the target year's date (a
moving-holiday shift: the daily rhythm is kept relative to the festival, Q1 as a whole is unchanged),
provided that the past years say that sales follow the festival (`follows_festival`).
A short history leans on the parent's season; a territory without history takes the parent's season
at the mean level of its neighbours. Formula page: docs/formulas/baseline.md.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from quyu.kernel.rate import BP
from quyu.kernel.refusal import Refusal

Floats = NDArray[np.float64]
CREDIBLE_MONTHS = 24
"""Months of own history at which own and parent's season weigh the same."""


class NoHistory(Refusal):
    """A baseline needs at least one past year with sales."""

    def __init__(self) -> None:
        super().__init__("no_history", "没有历史实绩，无法生成基线。请先导入订单，或直接录入总目标。")


@dataclass(frozen=True)
class History:
    """Actuals in fen, shape (years, territories, 12 months, lines), years ascending and consecutive.

    `parents` gives each territory the index of its parent region; `festivals` the day of the Spring
    Festival of every year in the history and of the target year; none where it plays no part.
    """

    years: tuple[int, ...]
    amounts: NDArray[np.int64]
    parents: NDArray[np.int64]
    festivals: Mapping[int, date]


@dataclass(frozen=True)
class Baseline:
    """`cells` in fen, shape (territories, 12, lines); how it came about."""

    cells: NDArray[np.int64]
    growth_bp: int
    festival_shift_days: int
    without_history: tuple[int, ...]


def baseline(history: History, *, target_year: int, growth_bp: int | None = None) -> Baseline:
    """The draft of the target year. Without `growth_bp` the company's own mean growth is carried on."""
    amounts = history.amounts.astype(np.float64)
    if not amounts.size or amounts.sum() <= 0:
        raise NoHistory
    growth = trend_bp(history.amounts) if growth_bp is None else growth_bp
    follows = follows_festival(amounts, history)
    dated = _on_target_dates(amounts, history, target_year) if follows else amounts
    season = _season(np.clip(dated, 0, None).sum(axis=0), history, amounts)
    level, without = _level(amounts, history.parents)
    cells = np.rint(level[:, None, :] * (BP + growth) / BP * season).astype(np.int64)
    moved = _days_between(history, history.years[-1], target_year) if follows else 0
    return Baseline(cells, growth, moved, without)


def follows_festival(amounts: Floats, history: History) -> bool:
    """Does the past say that sales move with the festival?

    Each year's January-March shares are foretold from the year before, once as they were and once
    re-dated; the smaller total error wins. With one year only there is no evidence: the festival is
    believed where its dates are given.
    """
    if not history.festivals:
        return False
    quarter = np.clip(amounts.sum(axis=(1, 3)), 0, None)[:, :3]
    plain = moved = 0.0
    for index in range(1, len(history.years)):
        before, year = history.years[index - 1], history.years[index]
        days = _days_between(history, before, year)
        again = shift_festival(quarter[index - 1], days=days, year=before, target_year=year)
        actual = _parts(quarter[index])
        plain += float(np.abs(actual - _parts(quarter[index - 1])).sum())
        moved += float(np.abs(actual - _parts(again)).sum())
    return len(history.years) < 2 or moved < plain


def _parts(values: Floats) -> Floats:
    whole = values.sum()
    return values / whole if whole > 0 else values


def _days_between(history: History, year: int, target_year: int) -> int:
    """How many days later in the year the festival falls."""
    return _day_of_year(history.festivals[target_year]) - _day_of_year(history.festivals[year])


def fill_open_months(amounts: NDArray[np.int64], closed: int) -> NDArray[np.int64]:
    """The last year with its months from `closed` on estimated: the year before at this year's pace.

    Pace is the company's sum of closed months over the same months before, held within half and
    double. With one year only, or nothing closed, the amounts stay as they are.
    """
    if closed >= 12 or closed == 0 or amounts.shape[0] < 2:
        return amounts
    before, now = amounts[-2].astype(np.float64), amounts[-1].astype(np.float64)
    known, same = now[:, :closed].sum(), before[:, :closed].sum()
    pace = float(np.clip(known / same, 0.5, 2)) if same > 0 and known > 0 else 1.0
    filled = amounts.copy()
    filled[-1, :, closed:] = np.rint(np.clip(before[:, closed:], 0, None) * pace).astype(np.int64)
    return filled


def trend_bp(amounts: NDArray[np.int64]) -> int:
    """Mean yearly growth of the whole in basis points, held within -20 % and +30 %; 0 for one year."""
    totals = amounts.reshape(amounts.shape[0], -1).sum(axis=1)
    if len(totals) < 2 or totals[0] <= 0 or totals[-1] <= 0:
        return 0
    rate = (totals[-1] / totals[0]) ** (1 / (len(totals) - 1)) - 1
    return round(float(np.clip(rate, -0.2, 0.3)) * BP)


def shift_festival(first_months: Floats, *, days: int, year: int, target_year: int) -> Floats:
    """January-March sums (..., 3) re-dated by `days`; each sum over the three months is kept.

    Sales are spread evenly over the days of their month, moved, and gathered again by the months of
    the target year; beyond either end the level of the end month goes on.
    """
    lengths = [monthrange(year, month)[1] for month in (1, 2, 3)]
    owner = np.repeat(np.arange(3), lengths)
    target = np.repeat(np.arange(3), [monthrange(target_year, month)[1] for month in (1, 2, 3)])
    source = owner[np.clip(np.arange(target.size) - days, 0, owner.size - 1)]
    daily = first_months[..., source] / np.array(lengths)[source]
    moved = np.stack([daily[..., target == month].sum(axis=-1) for month in range(3)], axis=-1)
    whole, now = first_months.sum(axis=-1, keepdims=True), moved.sum(axis=-1, keepdims=True)
    kept: Floats = moved * np.divide(whole, now, out=np.zeros_like(whole), where=now != 0)
    return kept


def _day_of_year(day: date) -> int:
    return (day - date(day.year, 1, 1)) // timedelta(days=1)


def _on_target_dates(amounts: Floats, history: History, target_year: int) -> Floats:
    dated = amounts.copy()
    for index, year in enumerate(history.years):
        days = _days_between(history, year, target_year)
        first = np.clip(np.moveaxis(amounts[index, :, :3, :], 1, -1), 0, None)
        moved = shift_festival(first, days=days, year=year, target_year=target_year)
        dated[index, :, :3, :] = np.moveaxis(moved, -1, 1)
    return dated


def _shares(amounts: Floats, fallback: Floats) -> Floats:
    """Month shares along axis 1; where a year is empty, the fallback's."""
    whole = amounts.sum(axis=1, keepdims=True)
    return np.where(whole > 0, amounts / np.where(whole > 0, whole, 1), fallback)


def _season(summed: Floats, history: History, amounts: Floats) -> Floats:
    """Shares (territories, 12, lines): own and parent's blended by the months of own history."""
    flat = np.full((1, 12, summed.shape[2]), 1 / 12)
    company = _shares(summed.sum(axis=0, keepdims=True), flat)
    groups = np.zeros((int(history.parents.max()) + 1, *summed.shape[1:]))
    np.add.at(groups, history.parents, summed)
    parent = _shares(groups, np.broadcast_to(company, groups.shape))[history.parents]
    months = (amounts > 0).sum(axis=(0, 2))[:, None, :]
    own_weight = months / (months + CREDIBLE_MONTHS)
    blended: Floats = own_weight * _shares(summed, parent) + (1 - own_weight) * parent
    return blended


def _level(amounts: Floats, parents: NDArray[np.int64]) -> tuple[Floats, tuple[int, ...]]:
    """Year level (territories, lines) and the territories that borrowed their neighbours' mean."""
    level = np.clip(amounts[-1].sum(axis=1), 0, None)
    missing = np.flatnonzero(amounts.sum(axis=(0, 2, 3)) <= 0)
    known = np.setdiff1d(np.arange(level.shape[0]), missing)
    for territory in missing:
        near = known[parents[known] == parents[territory]]
        level[territory] = level[near if near.size else known].mean(axis=0)
    return level, tuple(int(territory) for territory in missing)
