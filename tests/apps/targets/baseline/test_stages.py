"""The stages of a base: parts that add up, sums that stay, growth that grows, an order that does not matter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets.services.baseline.blend import Sources, Weights
from quyu.apps.targets.services.baseline.cleaning import Turnover
from quyu.apps.targets.services.baseline.growth import Growth
from quyu.apps.targets.services.baseline.level import Likes
from quyu.apps.targets.services.baseline.series import Series
from quyu.apps.targets.services.baseline.stages import PARTS, Method, draft
from tests.apps.targets.baseline.series import TARGET, histories, history

TRIES = settings(max_examples=40, deadline=None)


def sources_of(series: Series, seed: int) -> Sources:
    """Potential and last plan with holes."""
    random = np.random.default_rng(seed)
    potential = random.uniform(0, 100, series.territory_count)
    plan = random.uniform(0, 100, (series.territory_count, series.line_count))
    potential[random.random(potential.shape) < 0.3] = np.nan
    plan[random.random(plan.shape) < 0.3] = np.nan
    return Sources(potential, plan)


@pytest.mark.capability("TGT4", "DEC7")
@TRIES
@given(histories(), st.integers(0, 99), st.integers(-2_000, 3_000))
def test_the_parts_of_every_cell_add_up_to_its_base(series: Series, seed: int, growth: int) -> None:
    random = np.random.default_rng(seed)
    shape = series.amounts.shape[1:]
    method = Method(
        growth=Growth(growth, territories={0: growth + 100}),
        weights=Weights(5_000, 3_000, 2_000),
        sources=sources_of(series, seed),
        excluded={(len(series.years) - 1, 0, 0): 1_234},
        turnover=Turnover(random.integers(0, 99, shape), random.integers(0, 99, shape), 1, 1),
        takes_new=True,
        takes_lost=True,
    )

    made = draft(series, method, target_year=TARGET)

    assert tuple(made.parts) == PARTS
    assert np.array_equal(sum(made.parts.values()), made.cells)
    assert np.array_equal(made.parts["recorded"], series.amounts[-1])
    assert made.cells.min() >= 0


@pytest.mark.capability("DEC7")
@TRIES
@given(
    histories(), st.integers(0, 99), st.sampled_from([(0, 10_000, 0), (0, 0, 10_000), (6_000, 3_000, 1_000)])
)
def test_a_blend_moves_level_and_makes_none(series: Series, seed: int, tenths: tuple[int, int, int]) -> None:
    method = Method(growth=Growth(0), weights=Weights(*tenths), sources=sources_of(series, seed))

    made = draft(series, method, target_year=TARGET)

    plain = draft(series, Method(growth=Growth(0)), target_year=TARGET)
    by_line = [series.grouped(cells).sum(axis=(0, 2)) for cells in (made.cells, plain.cells)]
    assert by_line[0] == pytest.approx(by_line[1], abs=series.amounts[0].size)


@TRIES
@given(histories(), st.integers(-5_000, 5_000), st.integers(1, 3_000))
def test_more_growth_never_gives_less(series: Series, growth: int, more: int) -> None:
    low, high = (
        draft(series, Method(growth=Growth(bp)), target_year=TARGET).cells for bp in (growth, growth + more)
    )

    assert (high >= low).all()


@TRIES
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_series_does_not_matter(series: Series, random: object) -> None:
    order = np.arange(series.territory.size)
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = replace(
        series, amounts=series.amounts[:, order], territory=series.territory[order], line=series.line[order]
    )

    one, other = (draft(each, Method(), target_year=TARGET) for each in (series, shuffled))

    lent = [each.grouped(made.cells) for each, made in ((series, one), (shuffled, other))]
    assert lent[0] == pytest.approx(lent[1], abs=2 * series.territory.size)


@TRIES
@given(histories())
def test_each_series_keeps_its_year_without_growth(series: Series) -> None:
    made = draft(series, Method(growth=Growth(0)), target_year=TARGET)

    wanted = np.clip(made.last_year.sum(axis=1), 0, None)
    known = series.grouped(wanted).reshape(-1)[series.group] > 0
    assert made.cells.sum(axis=1)[known] == pytest.approx(wanted[known], abs=12)


def test_a_region_grows_by_its_own_rate() -> None:
    series = history(np.full((2, 4, 12), 100_000), territories=2, lines=2)

    made = draft(series, Method(growth=Growth(500, territories={1: 2_000})), target_year=TARGET)

    years = series.grouped(made.cells).sum(axis=(1, 2))
    assert years == pytest.approx([2 * 1_260_000, 2 * 1_440_000], abs=12)


@pytest.mark.capability("TGT4")
def test_a_new_line_is_like_another_times_a_factor() -> None:
    amounts = np.full((2, 4, 12), 100_000)
    amounts[:, [1, 3]] = 0
    series = history(amounts, territories=2, lines=2)

    made = draft(series, Method(growth=Growth(0), likes=Likes(lines={1: (0, 3_000)})), target_year=TARGET)

    assert made.cells[1].sum() == pytest.approx(360_000, abs=12)
    assert made.parts["borrowed"][1].sum() == made.cells[1].sum()


def test_a_new_territory_is_like_the_one_chosen() -> None:
    amounts = np.full((2, 3, 12), 100_000)
    amounts[:, 1], amounts[:, 2] = 0, 900_000
    series = history(amounts, territories=3, lines=1)

    likened = draft(
        series, Method(growth=Growth(0), likes=Likes(territories={1: (2, 10_000)})), target_year=TARGET
    )

    assert likened.cells[1].sum() == pytest.approx(10_800_000, abs=12)
    assert likened.without_history == (1,)


def test_the_last_twelve_months_are_taken_as_they_are() -> None:
    amounts = np.full((2, 1, 12), 100)
    amounts[1, 0, :6], amounts[1, 0, 6:] = 150, 3
    series = history(amounts, territories=1, lines=1, closed=6)

    assert (
        draft(series, Method(is_rolling=True), target_year=TARGET).last_year[0].tolist()
        == [150] * 6 + [100] * 6
    )
    assert draft(series, Method(), target_year=TARGET).last_year[0].tolist() == [150] * 12


def test_more_returned_than_sold_before_is_a_history_all_the_same() -> None:
    amounts = np.zeros((2, 2, 12), np.int64)
    amounts[:, 0], amounts[0, 1, 0], amounts[1, 1, 0] = 100_000, -900, 600
    series = history(amounts, territories=2, lines=1)

    made = draft(series, Method(growth=Growth(0)), target_year=TARGET)

    assert made.without_history == ()
    assert made.cells[1].sum() == pytest.approx(600, abs=12)
