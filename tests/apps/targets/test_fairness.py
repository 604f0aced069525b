"""The spread of a figure: quartiles, variation and outliers, against numbers worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets.fairness import Outlier, spread

pytestmark = pytest.mark.capability("B4")


def test_quartiles_and_variation_by_hand() -> None:
    found = spread({"a": 1_000, "b": 2_000, "c": 3_000, "d": 4_000})

    assert found is not None
    assert (found.lowest, found.first_quartile, found.median) == (1_000, 1_750, 2_500)
    assert (found.third_quartile, found.highest) == (3_250, 4_000)
    assert found.variation_bp == 4_472  # sqrt(1.25) / 2.5
    assert found.outliers == ()


def test_who_stands_outside_the_fences_is_named() -> None:
    values = {"a": 800, "b": 900, "c": 1_000, "d": 1_100, "e": 1_200, "high": 5_000, "low": -4_000}

    found = spread(values)

    assert found is not None
    assert found.outliers == (Outlier("high", 5_000, is_high=True), Outlier("low", -4_000, is_high=False))


def test_few_or_no_values_and_a_mean_of_nothing() -> None:
    assert spread({}) is None
    few = spread({"a": 1, "b": 1_000_000, "c": 2})
    assert few is not None
    assert few.outliers == ()
    balanced = spread({"a": -5, "b": 5})
    assert balanced is not None
    assert balanced.variation_bp is None


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 10**12), min_size=1, max_size=30))
def test_scale_does_not_matter_and_order_is_kept(values: dict[str, int]) -> None:
    one, ten = spread(values), spread({name: value * 10 for name, value in values.items()})

    assert one is not None
    assert ten is not None
    assert one.lowest <= one.first_quartile <= one.median <= one.third_quartile <= one.highest
    assert one.variation_bp == ten.variation_bp
    assert [outlier.name for outlier in one.outliers] == [outlier.name for outlier in ten.outliers]
