from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quyu.analytics.claims import OwnershipOverlap
from quyu.platform.facts import attribution
from tests.platform.facts.lines import line, order_lines, ownership

START, MIDDLE, END = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)
FRAME = ownership(
    ("C1", START, MIDDLE, "苏南", "E1"), ("C1", MIDDLE, END, "苏北", None), ("C2", START, None, "粤东", "E2")
)


def owners(*rows: dict[str, object], frame: pa.Table = FRAME) -> list[tuple[str | None, str | None]]:
    found = attribution.attribute_lines(order_lines(*rows), frame)
    return list(zip(found["territory_code"].to_pylist(), found["person_code"].to_pylist(), strict=True))


@pytest.mark.capability("MON1")
def test_a_line_belongs_to_the_owner_of_its_day_and_ranges_are_half_open() -> None:
    days = [START - timedelta(1), START, MIDDLE - timedelta(1), MIDDLE, END - timedelta(1), END]

    found = owners(*(line("1", day, 1) for day in days))

    assert found == [
        (None, None),
        ("苏南", "E1"),
        ("苏南", "E1"),
        ("苏北", None),
        ("苏北", None),
        (None, None),
    ]


def test_the_order_of_the_lines_is_kept_and_strangers_belong_nowhere() -> None:
    found = owners(line("1", END, 1, customer="C2"), line("2", START, 1, customer="C9"), line("3", START, 1))

    assert found == [("粤东", "E2"), (None, None), ("苏南", "E1")]


def test_two_owners_on_one_day_are_refused_by_name() -> None:
    frame = ownership(("C1", START, END, "苏南", None), ("C1", MIDDLE, None, "苏北", None))

    with pytest.raises(OwnershipOverlap, match="C1"):
        owners(line("1", START, 1), frame=frame)


def test_the_digest_of_an_ownership_does_not_depend_on_row_order() -> None:
    assert attribution.digest(FRAME) == attribution.digest(FRAME.take([2, 0, 1]))
    assert attribution.digest(FRAME) != attribution.digest(FRAME.slice(1))


@given(st.lists(st.tuples(st.sampled_from(["C1", "C2", "C3"]), st.integers(-40, 400)), max_size=30))
def test_attribution_equals_a_search_through_the_frame(wanted: list[tuple[str, int]]) -> None:
    rows = [line("1", START + timedelta(offset), 1, customer=customer) for customer, offset in wanted]

    expected = []
    for row in rows:
        day = row["ordered_on"]
        hits = [
            (owner["territory_code"], owner["person_code"])
            for owner in FRAME.to_pylist()
            if owner["customer_code"] == row["customer_code"]
            and owner["valid_from"] <= day
            and (owner["valid_to"] is None or day < owner["valid_to"])
        ]
        expected.append(hits[0] if hits else (None, None))

    assert owners(*rows) == expected
