"""A target cut by days among those who answered for it: both readings sum to the whole, whatever moves."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.apps.targets import selectors
from quyu.apps.targets.recut import VACANT, Held, days_held
from quyu.apps.targets.selectors.following import cut
from quyu.apps.targets.selectors.people import people_targets
from quyu.platform.people.models import Assignment
from tests import factories
from tests.apps.targets.plans import make_plan, scope
from tests.people import TODAY, Company

pytestmark = pytest.mark.capability("ADJ3")
JUNE = (date(2027, 6, 1), date(2027, 7, 1))
SPANS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(-40, 60), st.none() | st.integers(1, 60)), max_size=6
)


def by_days(value: int, spans: list[Held]) -> dict[str, int]:
    """As the targets of people are cut."""
    return cut(value, {who: Fraction(days) for who, days in days_held(JUNE, spans).items()})


@settings(deadline=None, max_examples=200)
@given(value=st.integers(-(10**15), 10**15), spans=SPANS)
def test_shares_sum_to_the_value_within_a_unit_of_their_days(
    value: int, spans: list[tuple[str, int, int | None]]
) -> None:
    first = JUNE[0]
    held = [
        Held(who, first + timedelta(start), None if length is None else first + timedelta(start + length))
        for who, start, length in spans
    ]

    shares = by_days(value, held)

    assert sum(shares.values()) == value
    days: dict[str, int] = {}
    for number in range(30):
        day = first + timedelta(number)
        on = [span for span in held if span.first <= day and (span.stop is None or day < span.stop)]
        who = max(on, key=lambda span: (span.first, span.who)).who if on else VACANT
        days[who] = days.get(who, 0) + 1
    assert set(shares) == set(days)
    assert all(abs(shares[who] * 30 - value * count) < 30 for who, count in days.items())


def test_days_are_half_open() -> None:
    spans = [Held("a", date(2027, 1, 1), date(2027, 6, 11)), Held("b", date(2027, 6, 11), None)]

    assert by_days(3_000, spans) == {"a": 1_000, "b": 2_000}


@pytest.mark.django_db
def test_a_handover_within_a_month_keeps_both_readings_whole(company: Company) -> None:
    version = make_plan(company)
    handover = date(2027, 6, 11)
    seat = company.position("owner")
    Assignment.objects.filter(position=seat).update(valid_to=handover)
    newcomer = factories.user("newcomer")
    factories.assignment(factories.person_of(newcomer), seat, valid_from=handover)
    reach = selectors.reach_of(selectors.freeze(year=2027, at=TODAY), scope(company.operations), at=TODAY)

    found = {row.code: row for row in people_targets(version, reach=reach, today=date(2027, 8, 1))}
    old, new = found[company.person("owner").code], found[newcomer.person.code]

    june = old.as_was[5] + new.as_was[5]
    assert abs(old.as_was[5] * 30 - june * 10) <= 30
    assert (old.as_was[6], new.as_was[4]) == (0, 0)
    assert (old.restated_total, new.restated[0]) == (0, old.as_was[0])
    assert sum(row.as_was_total for row in found.values()) == version.total_fen
    assert sum(row.restated_total for row in found.values()) == version.total_fen
