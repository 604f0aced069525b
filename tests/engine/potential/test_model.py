"""The potential model: parts that are never negative and add up, against a slow search over all supports."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.potential import Sample, TooFewMarkets, backtest, blocks, fit
from quyu.engine.potential.model import weighted_step


def country(seed: int, markets: int = 120, noise: float = 0.1) -> Sample:
    """Sales of 150 yuan a head and 0.02 a yuan of retail sales, with noise; a third feature that says nothing."""
    rng = np.random.default_rng(seed)
    people = rng.lognormal(12, 0.6, markets)
    retail = people * rng.lognormal(9, 0.5, markets)
    sales = (150 * people + 0.02 * retail) * rng.lognormal(0, noise, markets)
    return Sample(
        np.column_stack([people, retail, rng.uniform(0, 100, markets)]),
        sales,
        rng.uniform(0, 900, (markets, 2)),
    )


@pytest.mark.capability("MKT2")
def test_the_model_finds_what_sales_are_made_of_and_beats_shares_by_population() -> None:
    sample = country(1)
    model, test = fit(sample), backtest(sample)

    assert model.coefficients[:2] == pytest.approx([150, 0.02], rel=0.25)
    assert test.wape < 0.15
    assert test.is_better
    assert test.naive_wape > 1.5 * test.wape
    assert sum(fold.markets for fold in test.folds) == 120


@pytest.mark.capability("MKT2")
def test_where_only_population_matters_the_page_can_say_the_model_is_no_better() -> None:
    rng = np.random.default_rng(3)
    people = rng.lognormal(12, 0.6, 60)
    features = np.column_stack([people, rng.lognormal(3, 2.0, (60, 6))])
    sample = Sample(features, 5 * people, rng.uniform(0, 900, (60, 2)))

    test = backtest(sample)

    assert test.naive_wape == pytest.approx(0, abs=1e-9)
    assert not test.is_better


def slow_step(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float) -> float:
    """The least value of the weighted step, by trying every set of features that may be positive."""
    best = float((weight * y**2).sum())
    for size in range(1, x.shape[1] + 1):
        for chosen in combinations(range(x.shape[1]), size):
            part = x[:, list(chosen)]
            left = part.T @ (part * weight[:, None]) + ridge * len(y) * np.eye(size)
            b = np.linalg.solve(left, part.T @ (weight * y))
            if (b >= -1e-12).all():
                best = min(best, float((weight * (y - part @ b) ** 2).sum() + ridge * len(y) * (b**2).sum()))
    return best


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), features=st.integers(1, 5), ridge=st.sampled_from([0.001, 0.01, 0.3]))
def test_each_step_is_the_best_non_negative_one(seed: int, features: int, ridge: float) -> None:
    rng = np.random.default_rng(seed)
    x, y, weight = rng.uniform(0, 2, (25, features)), rng.normal(1, 1, 25), rng.uniform(0.2, 5, 25)

    b = weighted_step(x, y, weight, ridge)

    value = float((weight * (y - x @ b) ** 2).sum() + ridge * 25 * (b**2).sum())
    assert (b >= 0).all()
    assert value == pytest.approx(slow_step(x, y, weight, ridge), rel=1e-7)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e6))
def test_parts_are_never_negative_add_up_and_do_not_depend_on_the_unit(seed: int, scale: float) -> None:
    sample = country(seed, markets=40, noise=0.8)
    other = Sample(sample.features * [1, scale, 1], sample.sales, sample.places)

    model = fit(sample)

    assert (model.parts(sample.features) >= 0).all()
    assert model.parts(sample.features).sum(axis=1) == pytest.approx(model.predict(sample.features))
    assert fit(other).predict(other.features) == pytest.approx(model.predict(sample.features), rel=1e-6)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), markets=st.integers(1, 90), wanted=st.integers(1, 20))
def test_blocks_hold_every_market_once_and_are_about_equal(seed: int, markets: int, wanted: int) -> None:
    places = np.random.default_rng(seed).uniform(0, 900, (markets, 2))
    places[0] = np.nan

    counts = np.bincount(blocks(places, wanted))

    assert counts.sum() == markets
    assert len(counts) == min(wanted, markets)
    assert counts.max() <= 2 * counts.min() + 1


def test_too_few_markets_and_nothing_sold_are_refused() -> None:
    with pytest.raises(TooFewMarkets):
        fit(country(1, markets=10))
    quiet = country(1)
    with pytest.raises(TooFewMarkets):
        fit(Sample(quiet.features, quiet.sales * 0, quiet.places))
