"""The baseline: level, season, the festival on its date, borrowed seasons. Pure arithmetic."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.apps.targets.services.baseline import (
    History,
    NoHistory,
    baseline,
    fill_open_months,
    shift_festival,
    trend_bp,
)

FESTIVALS = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
}


def history(amounts: np.ndarray, parents: list[int] | None = None) -> History:
    """`amounts` (years, territories, 12, lines), the last year 2026."""
    years = tuple(range(2027 - amounts.shape[0], 2027))
    return History(years, amounts, np.array(parents or [0] * amounts.shape[1]), FESTIVALS)


@pytest.mark.capability("TGT4")
def test_growth_lifts_the_level_of_last_year() -> None:
    amounts = np.full((2, 3, 12, 2), 100_000, np.int64)

    draft = baseline(history(amounts), target_year=2027, growth_bp=1_000)

    assert draft.cells.sum() == pytest.approx(amounts[-1].sum() * 1.1, rel=1e-4)


@pytest.mark.capability("TGT4")
def test_the_festival_moves_sales_with_its_date() -> None:
    amounts = np.full((1, 1, 12, 1), 3_000_000, np.int64)
    amounts[0, 0, 0, 0] = 6_000_000  # stocking up before 2026-02-17
    amounts[0, 0, 1, 0] = 1_000_000

    draft = baseline(history(amounts), target_year=2027, growth_bp=0).cells[0, :, 0]

    assert draft[0] < amounts[0, 0, 0, 0]  # eleven days earlier: the slack of February reaches into January
    assert draft[1] > amounts[0, 0, 1, 0]
    assert draft[:3].sum() == pytest.approx(amounts[0, 0, :3, 0].sum(), rel=1e-6)


@pytest.mark.capability("TGT4")
def test_sales_that_do_not_follow_the_festival_stay_in_their_months() -> None:
    amounts = np.full((3, 1, 12, 1), 1_000_000, np.int64)
    amounts[:, 0, 0, 0] = 3_000_000  # every January, wherever the festival falls

    draft = baseline(history(amounts), target_year=2027, growth_bp=0)

    assert draft.festival_shift_days == 0
    assert draft.cells[0, :3, 0].tolist() == amounts[-1, 0, :3, 0].tolist()


@pytest.mark.capability("TGT4")
def test_sales_that_follow_the_festival_are_found_to_do_so() -> None:
    first = np.array([2_000_000.0, 800_000, 2_000_000])
    amounts = np.full((3, 1, 12, 1), 2_000_000, np.int64)
    for index, year in enumerate((2024, 2025, 2026)):
        days = (FESTIVALS[year].replace(year=2024) - FESTIVALS[2024]).days
        amounts[index, 0, :3, 0] = shift_festival(first, days=days, year=2024, target_year=year)

    assert baseline(history(amounts), target_year=2027, growth_bp=0).festival_shift_days == -11


def test_without_festival_dates_nothing_moves() -> None:
    amounts = np.arange(1, 13).reshape(1, 1, 12, 1) * 100_000
    known = history(amounts)

    draft = baseline(History(known.years, known.amounts, known.parents, {}), target_year=2027, growth_bp=0)

    assert draft.cells.reshape(-1).tolist() == amounts.reshape(-1).tolist()


@given(
    st.lists(st.integers(0, 10**9), min_size=3, max_size=3),
    st.integers(-30, 30),
    st.sampled_from([2024, 2025, 2027]),
)
def test_a_shift_keeps_the_first_quarter(months: list[int], days: int, year: int) -> None:
    moved = shift_festival(np.array(months, float), days=days, year=2026, target_year=year)

    assert moved.min() >= 0
    if moved.sum():
        assert moved.sum() == pytest.approx(sum(months))


def test_no_shift_changes_nothing() -> None:
    moved = shift_festival(np.array([3.0, 1.0, 2.0]), days=0, year=2026, target_year=2027)

    assert moved == pytest.approx([3.0, 1.0, 2.0])


@pytest.mark.capability("TGT4")
def test_a_new_territory_takes_the_season_and_level_of_its_neighbours() -> None:
    amounts = np.zeros((2, 3, 12, 1), np.int64)
    amounts[:, 0, :, 0] = np.arange(1, 13) * 1_000_000
    amounts[:, 2, :, 0] = 900_000

    draft = baseline(history(amounts, parents=[0, 0, 1]), target_year=2027, growth_bp=0)

    assert draft.without_history == (1,)
    assert draft.cells[1].sum() == pytest.approx(amounts[-1, 0].sum(), rel=1e-6)
    assert draft.cells[1, 11, 0] > 5 * draft.cells[1, 3, 0] / 2


def test_a_short_history_leans_on_the_parent() -> None:
    amounts = np.full((1, 2, 12, 1), 1_000_000, np.int64)
    amounts[0, 1] = 0
    amounts[0, 1, 11, 0] = 1_200_000

    draft = baseline(history(amounts), target_year=2027, growth_bp=0).cells[1, :, 0]

    assert draft.sum() == pytest.approx(1_200_000, rel=1e-4)
    assert draft[5] > 0


def test_trend_is_the_mean_yearly_growth_within_limits() -> None:
    amounts = np.array([100, 110, 121], np.int64).reshape(3, 1, 1, 1)

    assert trend_bp(amounts) == 1_000
    assert trend_bp(amounts[::-1] * np.array([9, 1, 1]).reshape(3, 1, 1, 1)) == -2_000


def test_open_months_follow_the_year_before_at_this_years_pace() -> None:
    amounts = np.full((2, 1, 12, 1), 100, np.int64)
    amounts[1, 0, :6, 0] = 120
    amounts[1, 0, 6:, 0] = 3

    filled = fill_open_months(amounts, 6)

    assert filled[1, 0, :, 0].tolist() == [120] * 12


def test_nothing_sold_is_no_history() -> None:
    with pytest.raises(NoHistory):
        baseline(history(np.zeros((2, 1, 12, 1), np.int64)), target_year=2027)
