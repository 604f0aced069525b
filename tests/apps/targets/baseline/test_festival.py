"""The festival on its date: which way a line goes, and that the first quarter stays whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets.services.baseline.festival import PLAIN, SHIFT, WAYS, Way, redated, ways_of_lines
from tests.apps.targets.baseline.series import FESTIVALS, history

RHYTHM = Way("rhythm", 1.6, 0.2)


def by_rhythm(way: Way, years: int) -> np.ndarray:
    """Sales of one line whose Januaries to Marches go with the festival exactly that way."""
    amounts = np.full((years, 1, 12), 3_000_000)
    known = history(amounts, territories=1, lines=1)
    for index, year in enumerate(known.years):
        amounts[index, 0, :3] = np.rint(redated(np.full(3, 3e6), way, known, known.years[0], year))
    return amounts


@pytest.mark.capability("DEC8")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 10**9), min_size=3, max_size=3),
    st.sampled_from(WAYS),
    st.sampled_from(sorted(FESTIVALS)),
)
def test_every_way_keeps_the_first_quarter(months: list[int], way: Way, year: int) -> None:
    known = history(np.zeros((1, 1, 12), np.int64), territories=1, lines=1)

    moved = redated(np.array(months, float), way, known, year, 2027)

    assert moved.min() >= 0
    if moved.sum():
        assert moved.sum() == pytest.approx(sum(months))


@pytest.mark.capability("DEC8", "TGT4")
@pytest.mark.parametrize("way", [PLAIN, SHIFT, RHYTHM])
def test_the_way_in_which_sales_went_is_found(way: Way) -> None:
    assert ways_of_lines(history(by_rhythm(way, 4), territories=1, lines=1)) == [way]


@pytest.mark.capability("DEC8")
def test_each_line_goes_its_own_way_where_its_history_is_long() -> None:
    amounts = np.concatenate([by_rhythm(RHYTHM, 4), np.full((4, 1, 12), 3_000_000)], axis=1)

    tea, snacks = ways_of_lines(history(amounts, territories=1, lines=2))

    assert tea.kind == "rhythm"
    assert snacks == PLAIN


def test_a_thin_line_follows_the_company() -> None:
    thin = np.full((2, 1, 12), 30)

    tea, thin_way = ways_of_lines(
        history(np.concatenate([by_rhythm(RHYTHM, 2), thin], axis=1), territories=1, lines=2)
    )

    assert tea.kind == "rhythm"
    assert thin_way.follows


def test_without_evidence_the_festival_is_believed() -> None:
    amounts = np.full((1, 1, 12), 100)

    assert ways_of_lines(history(amounts, territories=1, lines=1)) == [SHIFT]
    assert ways_of_lines(history(amounts, territories=1, lines=1, festivals=False)) == [PLAIN]
