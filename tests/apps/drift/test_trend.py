"""When a series has left the band, and when it will."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.apps.drift.trend import HORIZON, leaves_in, months_out

pytestmark = pytest.mark.capability("TER10")


@pytest.mark.parametrize(
    ("points", "out"),
    [
        ([], 0),
        ([100, 1600], 1),
        ([1600, -1700, 1800], 3),
        ([1600, 1500], 0),
        ([1600, None, 1600], 1),
        ([None], 0),
    ],
)
def test_months_out_are_counted_from_the_newest_on_either_side(points, out):
    assert months_out(points, 1500) == out


@pytest.mark.parametrize(
    ("points", "months"),
    [
        ([0, 200, 400, 600, 800, 1000], 3),
        ([0, -200, -400, -600, -800, -1000], 3),
        ([900, 100, 800, 0, 900, 100], None),
        ([100, 110, 120, 130], None),
        ([0, 200, 400], None),
        ([1000, 1200, 1400, 1600], None),
        ([1000, 800, 600, 400], 10),
        ([500] * 6, None),
    ],
)
def test_only_a_clear_trend_is_carried_on(points, months):
    assert leaves_in(points, 1500) == months


@given(st.lists(st.one_of(st.none(), st.integers(-20_000, 20_000)), max_size=14), st.integers(1, 10_000))
def test_a_forecast_is_for_series_within_the_band_and_not_far_off(points, limit):
    found = leaves_in(points, limit)
    assert found is None or 1 <= found <= HORIZON
    if found is not None:
        assert months_out(points, limit) == 0
        assert leaves_in([None if p is None else -p for p in points], limit) == found
