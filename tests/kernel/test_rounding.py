from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.kernel.rounding import NotRoundable, largest_remainder

weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=60)
totals = st.integers(-(10**14), 10**14)


@given(weights, totals)
def test_parts_sum_to_the_whole_and_stay_within_one_of_their_share(shares: list[int], total: int) -> None:
    parts = largest_remainder(shares, total)

    whole = sum(shares)
    assert int(parts.sum()) == total
    for part, share in zip(parts.tolist(), shares, strict=True):
        ideal = Fraction(share * total, whole) if whole else Fraction(total, len(shares))
        assert abs(part - ideal) < 1


@given(weights, st.integers(-(10**10), 10**10), st.sampled_from([1, 100, 10_000]))
def test_parts_are_multiples_of_the_unit(shares: list[int], steps: int, unit: int) -> None:
    parts = largest_remainder(shares, steps * unit, unit=unit)

    assert int(parts.sum()) == steps * unit
    assert not np.any(parts % unit)


@given(weights, st.integers(0, 10**12))
def test_a_larger_weight_never_gets_less(shares: list[int], total: int) -> None:
    parts = largest_remainder(shares, total).tolist()

    ranked = [part for _, part in sorted(zip(shares, parts, strict=True))]
    assert ranked == sorted(ranked)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=60), st.integers(0, 10**12))
def test_float_weights_sum_too(shares: list[float], total: int) -> None:
    assert int(largest_remainder(np.array(shares), total).sum()) == total


def test_ties_go_to_the_lower_index() -> None:
    assert largest_remainder([1, 1, 1], 2).tolist() == [1, 1, 0]


def test_large_products_do_not_overflow() -> None:
    assert int(largest_remainder([10**15, 3 * 10**15], 10**16).sum()) == 10**16


@pytest.mark.parametrize(
    ("shares", "total", "unit", "code"),
    [([], 5, 1, "nothing_to_carry"), ([1, 2], 150, 100, "total_not_in_unit"), ([1, -1], 5, 1, "bad_weights")],
)
def test_what_cannot_be_rounded_is_refused(shares: list[int], total: int, unit: int, code: str) -> None:
    with pytest.raises(NotRoundable) as refused:
        largest_remainder(shares, total, unit=unit)

    assert refused.value.code == code
