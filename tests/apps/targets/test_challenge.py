"""Too high, too low, or fit: bounds named, ranges proposed that keep them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets.challenge import Bounds, bounds_from, challenge, peers_of

pytestmark = pytest.mark.capability("TGT3")
BOUNDS = Bounds(-1_000, 4_000, 6_000, 350)


def test_growth_beyond_the_bounds_is_named_with_the_bound() -> None:
    high = challenge(150, before=100, potential=0, bounds=BOUNDS, peers=None, group=[5_000])
    assert (high.verdict, high.breaches[0].limit_bp, high.lower, high.upper) == ("high", 4_000, 90, 140)
    low = challenge(80, before=100, potential=0, bounds=BOUNDS, peers=None, group=[-2_000])
    assert (low.verdict, low.breaches[0].limit_bp) == ("low", -1_000)
    fit = challenge(110, before=100, potential=0, bounds=BOUNDS, peers=None, group=[1_000])
    assert (fit.verdict, fit.breaches) == ("fit", ())


def test_a_share_of_potential_caps_the_range() -> None:
    found = challenge(130, before=100, potential=200, bounds=BOUNDS, peers=None, group=[3_000])
    assert found.verdict == "high"
    assert found.breaches[0].reason == "potential"
    assert found.upper == 120


def test_an_outlier_among_peers_is_found_by_the_robust_z() -> None:
    group = [900, 950, 1_000, 1_050, 1_100, 3_800]
    peers = peers_of(group, 350)
    assert peers is not None
    found = challenge(1_380, before=1_000, potential=0, bounds=BOUNDS, peers=peers, group=group)
    assert [breach.reason for breach in found.breaches] == ["peers"]
    assert found.z is not None
    assert found.z > 350
    assert found.rank == 1
    assert found.upper is not None
    assert found.upper < 1_380


def test_with_equal_peers_the_fences_are_quartiles_and_few_peers_say_nothing() -> None:
    equal = peers_of([1_000] * 6, 350)
    assert equal is not None
    assert (equal.lowest_bp, equal.highest_bp) == (1_000, 1_000)
    assert peers_of([1_000] * 4, 350) is None
    assert peers_of([1_000] * 6, None) is None


def test_nothing_to_compare_with_is_no_verdict() -> None:
    found = challenge(100, before=0, potential=0, bounds=BOUNDS, peers=None, group=[])
    assert (found.verdict, found.growth_bp, found.lower, found.upper) == ("unknown", None, None, None)
    assert bounds_from({"C1": -500}) == Bounds(-500, None, None, None)


@settings(deadline=None, max_examples=200)
@given(
    st.integers(1, 10**9),
    st.integers(1, 10**9),
    st.lists(st.integers(-3_000, 6_000), min_size=5, max_size=20),
)
def test_a_value_moved_to_the_edge_of_its_range_breaks_no_growth_bound(
    value: int, before: int, group: list[int]
) -> None:
    peers = peers_of(group, 350)
    found = challenge(value, before=before, potential=0, bounds=BOUNDS, peers=peers, group=group)
    if found.breaches and before > 10_000 and found.upper is not None and found.lower is not None:
        moved = found.upper if found.verdict == "high" else found.lower
        again = challenge(moved, before=before, potential=0, bounds=BOUNDS, peers=peers, group=group)
        assert not [breach for breach in again.breaches if breach.reason == "growth"]
