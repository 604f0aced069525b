"""Open items against a slow bookkeeper who shares no code, and against the worked example of the formula page."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from quyu.engine.receivables import (
    NO_DOCUMENT,
    NO_TERM,
    Entries,
    OpenItems,
    buckets,
    days_overdue,
    days_sales_outstanding,
    settle,
)

pytestmark = pytest.mark.capability("ORD7")
PAGE = Path(__file__).parents[3] / "docs" / "formulas" / "receivables.md"
CUSTOMERS = 3
Ints = NDArray[np.int64]
Row = tuple[int, int, int, int]
"""Customer, document, day, fen."""
BUCKETS = ("0–30 天", "31–60 天", "61–90 天", "91–180 天", "180 天以上")


def entries(rows: list[Row]) -> Entries:
    columns = [np.array([row[place] for row in rows], np.int64) for place in range(4)]
    return Entries(*columns)


def told(found: OpenItems) -> list[Row]:
    columns = (found.customer, found.document, found.day, found.amount)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def book(delivered: list[Row], received: list[Row], customer: int) -> tuple[list[Row], int]:
    """Fen by fen: every fen of money goes to one fen of debt."""
    by_item: dict[tuple[int, int], int] = defaultdict(int)
    for owner, document, day, fen in delivered:
        if owner == customer:
            by_item[day, document] += fen
    debts = {item: fen for item, fen in by_item.items() if fen > 0}
    named: dict[int, int] = defaultdict(int)
    loose = 0
    for (_day, document), fen in by_item.items():
        if fen < 0:
            named[document] -= fen
    for owner, document, _day, fen in received:
        if owner == customer and document != NO_DOCUMENT:
            named[document] += fen
        elif owner == customer:
            loose += fen
    for document, money in named.items():
        for item in sorted(debts):
            while item[1] == document and money > 0 and debts[item] > 0:
                debts[item] -= 1
                money -= 1
        loose += money
    for item in sorted(debts):
        while loose > 0 and debts[item] > 0:
            debts[item] -= 1
            loose -= 1
    rows = [(customer, item[1], item[0], debts[item]) for item in debts if debts[item]]
    if loose < 0:
        days = [day for owner, _document, day, fen in received if owner == customer and fen < 0]
        rows.append((customer, NO_DOCUMENT, max(days), -loose))
    return sorted(rows, key=lambda row: (row[2], row[1])), max(loose, 0)


def a_row(first: int) -> st.SearchStrategy[Row]:
    return st.tuples(
        st.integers(0, CUSTOMERS - 1), st.integers(first, 5), st.integers(0, 12), st.integers(-9, 30)
    )


ROWS = st.tuples(st.lists(a_row(0), max_size=14), st.lists(a_row(NO_DOCUMENT), max_size=10))


@settings(deadline=None, max_examples=300)
@given(ROWS)
def test_it_is_what_a_slow_bookkeeper_finds(rows: tuple[list[Row], list[Row]]) -> None:
    found = settle(entries(rows[0]), entries(rows[1]), CUSTOMERS)

    books = [book(*rows, customer) for customer in range(CUSTOMERS)]
    assert told(found) == [row for own, _prepaid in books for row in own]
    assert found.prepaid.tolist() == [prepaid for _own, prepaid in books]


@settings(deadline=None, max_examples=150)
@given(ROWS, st.randoms(use_true_random=False))
def test_every_fen_is_somewhere_and_the_order_of_rows_does_not_matter(rows, random) -> None:  # type: ignore[no-untyped-def]
    found = settle(entries(rows[0]), entries(rows[1]), CUSTOMERS)

    for customer in range(CUSTOMERS):
        balance = sum(row[3] for row in rows[0] if row[0] == customer)
        balance -= sum(row[3] for row in rows[1] if row[0] == customer)
        owed, prepaid = int(found.by_customer()[customer]), int(found.prepaid[customer])
        assert owed - prepaid == balance
        assert not (owed and prepaid)
    shuffled = [random.sample(part, len(part)) for part in rows]
    again = settle(entries(shuffled[0]), entries(shuffled[1]), CUSTOMERS)
    assert told(again) == told(found)


@settings(deadline=None, max_examples=100)
@given(ROWS, st.integers(0, CUSTOMERS - 1), st.integers(1, 40))
def test_more_money_never_leaves_more_open(
    rows: tuple[list[Row], list[Row]], customer: int, fen: int
) -> None:
    before = settle(entries(rows[0]), entries(rows[1]), CUSTOMERS)
    after = settle(entries(rows[0]), entries([*rows[1], (customer, NO_DOCUMENT, 12, fen)]), CUSTOMERS)

    items = {row[:3]: row[3] for row in told(before) if row[1] != NO_DOCUMENT}
    assert all(row[3] <= items[row[:3]] for row in told(after) if row[1] != NO_DOCUMENT)


def test_hundreds_of_thousands_of_lines_sum_exactly() -> None:
    random = np.random.default_rng(7)
    lines, customers = 400_000, 2_000
    delivered = Entries(
        random.integers(0, customers, lines), np.arange(lines) // 3, random.integers(0, 700, lines),
        random.integers(-10_000, 10**10, lines),
    )  # fmt: skip
    received = Entries(
        random.integers(0, customers, lines // 4), random.integers(-1, lines // 3, lines // 4),
        random.integers(0, 700, lines // 4), random.integers(1, 3 * 10**10, lines // 4),
    )  # fmt: skip
    for day in (350, 699):
        parts = delivered.until(day), received.until(day)
        found = settle(*parts, customers)
        balance = sum(parts[0].amount.tolist()) - sum(parts[1].amount.tolist())
        assert sum(found.amount.tolist()) - sum(found.prepaid.tolist()) == balance


def test_edges_of_the_buckets_and_terms() -> None:
    ages = np.array([0, 30, 31, 60, 61, 90, 91, 180, 181, 9_999])

    assert buckets(ages).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert days_overdue(np.array([30, 31, 90]), np.array([30, 30, -1])).tolist() == [0, 1, 0]


def test_days_are_rounded_half_up_and_unknown_without_sales() -> None:
    assert days_sales_outstanding(1, 2, 1) == 1
    assert days_sales_outstanding(49, 100, 1) == 0
    assert days_sales_outstanding(0, 100, 365) == 0
    assert days_sales_outstanding(100, 0, 365) is None
    assert days_sales_outstanding(100, -5, 365) is None


def table(first_head: str) -> Iterator[list[str]]:
    rows = iter(PAGE.read_text(encoding="utf-8").partition("## 算例")[2].splitlines())
    for row in rows:
        if row.startswith(f"| {first_head} |"):
            next(rows)
            for line in rows:
                if not line.startswith("|"):
                    return
                yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_worked_example_of_the_page() -> None:
    rows = list(table("客户 | 种类"))
    names = list(dict.fromkeys(row[0] for row in rows))
    numbers = list(dict.fromkeys(row[3] for row in rows if row[3] != "—"))
    on = date(2026, 6, 30)

    def of(kind: str) -> Entries:
        return entries(
            [
                (
                    names.index(name),
                    NO_DOCUMENT if number == "—" else numbers.index(number),
                    date.fromisoformat(day).toordinal(),
                    int(yuan) * 100,
                )
                for name, named, day, number, yuan in rows
                if named == kind
            ]
        ).until(on.toordinal())

    delivered, received = of("发货"), of("回款")
    found = settle(delivered, received, len(names))
    age = on.toordinal() - found.day
    shown = [
        [names[customer], numbers[document], str(fen // 100), str(days), BUCKETS[bucket]]
        for (customer, document, _day, fen), days, bucket in zip(
            told(found), age.tolist(), buckets(age).tolist(), strict=True
        )
    ]
    assert shown == list(table("客户 | 单号"))
    assert_overdue(names, numbers, found, age)
    totals = {name: int(yuan) * 100 for name, yuan in table("合计")}
    sums = (found.amount.sum(), found.prepaid.sum(), delivered.amount.sum(), received.amount.sum())
    assert list(totals.values()) == [int(one) for one in sums]
    days = on.toordinal() - int(delivered.day.min()) + 1
    text = PAGE.read_text(encoding="utf-8")
    assert f"共 {days} 天" in text
    assert f"**{days_sales_outstanding(totals['应收'], totals['发货'], days)}** 天" in text


def assert_overdue(names: list[str], numbers: list[str], found: OpenItems, age: Ints) -> None:
    terms = {row[0]: row[1:] for row in table("客户 | 账期（天）")}
    agreed = {name: NO_TERM if row[0] == "—" else int(row[0]) for name, row in terms.items()}
    term = np.array([agreed.get(name, NO_TERM) for name in names])
    late = days_overdue(age, term[found.customer])
    for name, (days, documents, yuan, longest) in terms.items():
        if days == "—":
            continue
        mine = (found.customer == names.index(name)) & (late > 0)
        assert "、".join(numbers[number] for number in found.document[mine]) == documents
        assert (int(found.amount[mine].sum()), int(late[mine].max())) == (int(yuan) * 100, int(longest))
    overdue = int(found.amount[late > 0].sum())
    termed = int(found.amount[term[found.customer] >= 0].sum())
    assert f"逾期率 = {overdue // 100} ÷ {termed // 100} = **{overdue / termed:.2%}**" in PAGE.read_text(
        encoding="utf-8"
    )
