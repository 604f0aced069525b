from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quyu.kernel import rate


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**15))
def test_ratio_is_within_half_a_basis_point(part: int, whole: int) -> None:
    bp = rate.ratio_bp(part, whole)

    assert bp is not None
    assert abs(Fraction(part * 10_000, whole) - bp) <= Fraction(1, 2)


def test_nothing_is_no_share_of_nothing() -> None:
    assert rate.ratio_bp(5, 0) is None
    assert rate.growth_bp(5, 0) is None
    assert rate.growth_bp(5, -3) is None


def test_growth_and_application() -> None:
    assert rate.growth_bp(112, 100) == 1200
    assert rate.apply_bp(10_005, 5_000) == 5_003
    assert rate.apply_bp(-10_005, 5_000) == -5_003
    assert rate.format_bp(-1234) == "-12.34%"
