"""The closure equals a slow recomputation on any day, for any dated links."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.platform.people.closure import ALWAYS, OPEN, CircularOrganisation, Link, Pair, TwoParents, pairs_of

FIRST = date(2025, 1, 1)
DAYS = 30
UNITS = {unit: f"U{unit}" for unit in range(7)}


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


@st.composite
def dated_links(draw: st.DrawFn) -> list[Link]:
    """For each unit a few disjoint ranges; parents have smaller numbers, so there is never a circle."""
    links = []
    for unit in range(1, len(UNITS)):
        cuts = sorted(draw(st.sets(st.integers(0, DAYS), max_size=5)))
        for start, end in pairwise([*cuts, None]):
            if draw(st.booleans()):
                parent = draw(st.integers(0, unit - 1))
                links.append(Link(unit, day(start), OPEN if end is None else day(end), parent))
    return links


def ancestors_on(unit: int, links: list[Link], at: date) -> dict[int, int]:
    """The slow way: follow the one link in force, again and again."""
    found, depth = {unit: 0}, 0
    while above := [link.parent for link in links if link.unit == unit and link.start <= at < link.end]:
        unit, depth = above[0], depth + 1
        found[unit] = depth
    return found


@given(dated_links(), st.integers(-1, DAYS + 1))
@pytest.mark.capability("ORG1")
def test_closure_equals_a_slow_walk_on_any_day(links: list[Link], index: int) -> None:
    at = day(index)

    pairs = [pair for pair in pairs_of(UNITS, links) if pair.start <= at < pair.end]

    fast = sorted((pair.descendant, pair.ancestor, pair.depth) for pair in pairs)
    slow = [(unit, a, depth) for unit in UNITS for a, depth in ancestors_on(unit, links, at).items()]
    assert fast == sorted(slow)


@given(dated_links())
def test_closure_is_canonical_and_independent_of_order(links: list[Link]) -> None:
    pairs = pairs_of(UNITS, links)

    assert pairs == pairs_of(UNITS, reversed(links))
    for earlier, later in pairwise(pairs):
        assert earlier[:3] != later[:3] or earlier.end < later.start


def test_ranges_of_a_pair_are_joined_when_the_way_between_changes() -> None:
    links = [Link(1, FIRST, OPEN, 0), Link(2, FIRST, OPEN, 0)]
    links += [Link(3, FIRST, day(9), 1), Link(3, day(9), OPEN, 2)]

    pairs = pairs_of(dict.fromkeys(range(4), ""), links)

    assert [pair for pair in pairs if pair.ancestor == 0 and pair.descendant == 3] == [
        Pair(0, 3, 2, FIRST, OPEN)
    ]
    assert Pair(3, 3, 0, ALWAYS, OPEN) in pairs


def test_two_parents_on_one_day_are_refused() -> None:
    links = [Link(2, FIRST, OPEN, 0), Link(2, day(3), OPEN, 1)]

    with pytest.raises(TwoParents, match="U2"):
        pairs_of(UNITS, links)


def test_a_circle_is_refused_with_its_first_day() -> None:
    links = [Link(1, FIRST, OPEN, 2), Link(2, day(4), OPEN, 1)]

    with pytest.raises(CircularOrganisation) as refusal:
        pairs_of(UNITS, links)

    assert refusal.value.numbers["day"] == day(4)
