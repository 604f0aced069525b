"""Diversion and price disorder against slow counts, the example of the page, and what is not judged."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics.sightings import Sighting, disorders, diversions

pytestmark = pytest.mark.capability("CHN10")
DAY = date(2026, 6, 1)
HOME = {"A": frozenset({"t1"}), "B": frozenset({"t2", "t3"})}
AREA = {"t1": "north", "t2": "south", "t3": "south", "": ""}
SEEN = st.builds(
    lambda day, source, product, place, price, guide: Sighting(
        DAY + timedelta(day), source, product, place, AREA[place], price, guide
    ),
    st.integers(0, 40), st.sampled_from(("A", "B", "C", "")), st.sampled_from(("P1", "P2", "")),
    st.sampled_from(tuple(AREA)), st.integers(1, 120), st.sampled_from((100, 100, 80, None)),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(SEEN, max_size=30))
def test_findings_are_what_counting_one_by_one_gives(seen: list[Sighting]) -> None:
    away = Counter(
        (one.source, one.area)
        for one in seen
        if (one.source == "A" and one.place in ("t2", "t3")) or (one.source == "B" and one.place == "t1")
    )
    local = [
        one
        for one in seen
        if one.guide and one.product and one.area
        and not (one.source == "A" and one.area == "south") and not (one.source == "B" and one.area == "north")
    ]  # fmt: skip
    judged = Counter((one.product, one.area) for one in local)
    low = Counter(
        (one.product, one.area) for one in local if Fraction(one.price, one.guide or 1) < Fraction(9, 10)
    )

    found, disordered = diversions(seen, HOME), disorders(seen, HOME)

    assert {(one.subject, one.area): one.count for one in found} == {
        key: count for key, count in away.items() if count >= 3
    }
    assert {(one.subject, one.area): (one.count, one.seen) for one in disordered} == {
        key: (count, judged[key])
        for key, count in low.items()
        if count >= 3 and Fraction(count, judged[key]) >= Fraction(3, 10)
    }
    for one in (*found, *disordered):
        rows = [seen[row] for row in one.rows]
        assert (one.first_on, one.last_on) == (min(r.day for r in rows), max(r.day for r in rows))
        assert set(one.places) == {row.place for row in rows}
        assert {row.area for row in rows} == {one.area}


def sold(price: int, source: str = "A", place: str = "t1") -> Sighting:
    return Sighting(DAY, source, "TEA-03", place, AREA[place], price, 500)


def test_the_worked_example_of_the_page() -> None:
    found = disorders([sold(price) for price in (400, 420, 440, 460, 500)], HOME)

    assert [(one.subject, one.area, one.count, one.seen, one.price_bp) for one in found] == [
        ("TEA-03", "north", 3, 5, 8_400)
    ]


def test_diverted_goods_are_told_once() -> None:
    seen = [sold(300, "B")] * 5
    assert [one.subject for one in diversions(seen, HOME)] == ["B"]
    assert disorders(seen, HOME) == []


def test_a_price_at_the_tolerance_is_none_below_it() -> None:
    assert disorders([sold(450)] * 9, HOME) == []
    assert len(disorders([sold(449)] * 3, HOME)) == 1
