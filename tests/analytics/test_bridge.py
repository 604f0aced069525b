"""The bridge against the definitions in rational numbers, row by row and in sum."""

from collections import defaultdict
from fractions import Fraction
from math import floor
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.analytics.bridge import CAUSES, KEPT, LOST, NEW, Accounts, Worth, causes, moved

Row = tuple[int, int, int, int, int, int, int, int]
"""group, standing, sold before and now, quantity before and now, returned before and now."""
AMOUNT = st.integers(0, 10**6) | st.integers(0, 10**13)
QUANTITY = st.integers(0, 9).map(lambda n: n * 1000) | st.integers(-3, 10**9)
RETURNED = st.just(0) | st.integers(-(10**9), 0)


def accounts(rows: list[Row]) -> Accounts:
    columns = np.array(rows, np.int64).reshape(-1, 8).T
    return Accounts(*columns)


@st.composite
def companies(draw: st.DrawFn) -> list[Row]:
    standing = draw(st.lists(st.sampled_from([KEPT, KEPT, KEPT, NEW, LOST]), min_size=1, max_size=5))
    found: list[Row] = []
    for _ in range(draw(st.integers(1, 14))):
        group = draw(st.integers(0, len(standing) - 1))
        is_new, is_lost = standing[group] == NEW, standing[group] == LOST
        values = [draw(AMOUNT), draw(AMOUNT), draw(QUANTITY), draw(QUANTITY), draw(RETURNED), draw(RETURNED)]
        for place in (0, 2, 4):
            values[place] *= not is_new
            values[place + 1] *= not is_lost
        found.append((group, standing[group], *values))  # type: ignore[arg-type]
    return found


def slowly(rows: list[Row], worth: Worth) -> list[dict[str, int]]:
    """The definitions of docs/formulas/bridge.md, one row at a time, in fractions."""
    quantity: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for group, standing, a0, _a1, q0, q1, _r0, _r1 in rows:
        if standing == KEPT:
            for place, value in enumerate((q0, q1, a0)):
                quantity[group][place] += value
    days = Fraction(worth.now, worth.before) if worth.before > 0 and worth.now > 0 else Fraction(1)
    found = []
    for group, standing, a0, a1, q0, q1, r0, r1 in rows:
        told = dict.fromkeys(CAUSES, 0)
        found.append(told)
        if standing != KEPT:
            told["new" if standing == NEW else "lost"] = a1 + r1 - a0 - r0
            continue
        told["other"] = r1 - r0
        before, now, base = quantity[group]
        if before <= 0 or now < 0 or now > 1_000 * before:
            told["volume" if base == 0 else "other"] += a1 - a0
            continue
        calendar = a0 * (days - 1)
        volume = a0 * (Fraction(now, before) - days)
        priced = q0 > 0 and q1 > 0 and q1 <= 1_000 * q0
        price = a1 - Fraction(a0 * q1, q0) if priced else Fraction(0)
        exact = [calendar, volume, price, a1 - a0 - calendar - volume - price]
        whole = [floor(part) for part in exact]
        ranked = sorted(range(4), key=lambda n: (whole[n] - exact[n], n))
        for number in ranked[: a1 - a0 - sum(whole)]:
            whole[number] += 1
        for cause, value in zip(("calendar", "volume", "price", "mix"), whole, strict=True):
            told[cause] += value
    return found


@pytest.mark.capability("MON5", "B13")
@settings(deadline=None, max_examples=300)
@given(companies(), st.integers(0, 260), st.integers(0, 260))
def test_every_row_is_what_the_definitions_say(rows: list[Row], before: int, now: int) -> None:
    worth = Worth(before, now)
    told = causes(accounts(rows), worth)

    oracle = slowly(rows, worth)
    for cause in CAUSES:
        assert told[cause].tolist() == [row[cause] for row in oracle], cause


@pytest.mark.capability("MON5", "B13")
@settings(deadline=None, max_examples=100)
@given(companies(), st.integers(1, 260), st.integers(1, 260))
def test_the_causes_add_up_to_the_change_of_every_row(rows: list[Row], before: int, now: int) -> None:
    given_rows = accounts(rows)

    told = causes(given_rows, Worth(before, now))

    assert sum(told.values()).tolist() == given_rows.change.tolist()  # type: ignore[attr-defined]


@pytest.mark.capability("MON5")
@settings(deadline=None, max_examples=100)
@given(companies(), st.integers(1, 260), st.integers(1, 260), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], before: int, now: int, random: Random) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)

    told = causes(accounts(rows), Worth(before, now))
    shuffled = causes(accounts([rows[n] for n in order]), Worth(before, now))

    for cause in CAUSES:
        assert told[cause][order].tolist() == shuffled[cause].tolist()


def test_without_any_change_of_days_price_or_quantity_nothing_happened() -> None:
    told = causes(accounts([(0, KEPT, 900, 900, 3000, 3000, 0, 0)]), Worth(20, 20))

    assert all(not values.any() for values in told.values())


def test_nothing_at_all_has_no_causes() -> None:
    told = causes(accounts([]), Worth(20, 20))

    assert all(values.size == 0 for values in told.values())


@pytest.mark.capability("MON5")
def test_the_worked_example_of_the_page() -> None:
    """docs/formulas/bridge.md, in fen."""
    rows: list[Row] = [
        (0, KEPT, 100_000, 132_000, 10_000, 12_000, 0, -6_000),
        (0, KEPT, 200_000, 120_000, 10_000, 6_000, 0, 0),
        (1, NEW, 0, 50_000, 0, 5_000, 0, 0),
        (2, LOST, 80_000, 0, 8_000, 0, 0, 0),
    ]
    told = causes(accounts(rows), Worth(100, 98))

    sums = {cause: int(values.sum()) for cause, values in told.items()}
    assert sums == {
        "moves": 0, "calendar": -6_000, "new": 50_000, "lost": -80_000, "price": 12_000,
        "volume": -24_000, "mix": -30_000, "other": -6_000,
    }  # fmt: skip


@pytest.mark.capability("MON5", "ADJ3")
@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**12), 10**12),
            st.integers(-(10**12), 10**12),
            st.integers(0, 3),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_moves_lead_from_the_figures_as_they_were_to_one_structure_and_back(
    rows: list[tuple[int, int, int, int]],
) -> None:
    """Node by node: as it was = moves + the change within today's structure; over all nodes moves are nothing."""
    before, now, was, today = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    total = 0
    for node in range(4):
        moves = moved(before=before, now=now, was_inside=was == node, is_inside=today == node)
        as_was = now[was == node].sum() - before[was == node].sum()
        restated = now[today == node].sum() - before[today == node].sum()
        assert moves.sum() == as_was - restated
        total += int(moves.sum())
    assert total == 0
