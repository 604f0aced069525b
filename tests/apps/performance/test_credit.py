"""Credit: lines split to the fen, the same sum in both views, and no more said than a reader may see."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quyu.analytics.connection import connect
from quyu.apps.performance import services
from quyu.apps.performance.selectors import credits as credit
from quyu.kernel.rounding import largest_remainder
from tests.apps.customers.division.conftest import Divided, divided, publish, rule_set, site
from tests.apps.customers.division.test_overlays import declare
from tests.people import client_of
from tests.platform.facts.lines import AT, line, order_lines

__all__ = ["divided", "site"]
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
LINES = (
    ("O1", date(2026, 5, 10), 100_001, "C1", "P1"),
    ("O2", date(2026, 6, 10), 33_337, "C1", "P1"),
    ("O3", date(2026, 6, 10), -33_337, "C1", "P1"),
    ("O4", date(2026, 6, 11), 1, "C1", "P1"),
    ("O5", date(2026, 6, 11), 7_777, "C1", "P2"),
    ("O6", date(2026, 6, 12), 20_003, "C2", "P2"),
    ("O7", date(2026, 6, 12), 999, "C4", "P1"),
    ("O8", date(2026, 6, 30), 70_000_000_000_007, "C3", "P1"),
)


@pytest.fixture
def sold(divided: Divided, settings: Any, tmp_path: Path) -> Divided:
    settings.QUYU_HOME = tmp_path
    rows = [line(no, day, fen, customer=who, product=what) for no, day, fen, who, what in LINES]
    services.record_orders(order_lines(*rows), file_name="a", source_sha256="a" * 64, actor=None, at=AT)
    return divided


def shared(sold: Divided) -> None:
    """From June the tea of class A is shared in three, everything of C2 and C4 in two."""
    made = rule_set()
    declare(made, {"tier": ["a"]}, sold.tea, (None, 3_333), (sold.snacks, 3_333), (sold.keys, 3_334))
    declare(made, {"customer": ["C2", "C4"]}, None, (sold.snacks, 10_000))
    publish(made, JUNE, actor=sold.site.company.operations, at=AT)
    services.refresh_ownership(at=AT)


@pytest.mark.capability("TER3")
def test_lines_are_split_to_the_fen_and_never_counted_twice(sold: Divided) -> None:
    shared(sold)
    expected: dict[tuple[str, str], int] = {}
    owner = {"C1": "苏南", "C2": "苏北", "C3": "粤东", "C4": ""}
    for _no, day, fen, who, what in LINES:
        if day < JUNE or (who == "C1" and what == "P2"):
            continue
        weights = [3_333, 3_333, 3_334] if who in ("C1", "C3") else [10_000]
        names = [owner[who], "休食组", "重客组"] if who in ("C1", "C3") else ["休食组"]
        for name, part in zip(names, largest_remainder(weights, fen), strict=True):
            expected[owner[who], name] = expected.get((owner[who], name), 0) + int(part)
    found: dict[tuple[str, str], int] = {}
    for part in credit.parts(MAY, JULY):
        found[part.owner, part.territory] = found.get((part.owner, part.territory), 0) + part.amount_fen
    assert found == expected
    rows = credit.credited(MAY, JULY, credit.parts(MAY, JULY))
    total = sum(fen for _no, _day, fen, _who, _what in LINES)
    assert sum(row.accountable_fen for row in rows.values()) == total
    assert sum(row.credit_fen for row in rows.values()) == total
    assert credit.parts(MAY, JUNE) == []


@pytest.mark.capability("TER3")
@given(
    fen=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=5),
    cuts=st.lists(st.integers(1, 9_999), min_size=1, max_size=3, unique=True),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_amount_is_split_as_the_one_rounding_rule_does(fen: list[int], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 10_000]
    weights = [stop - start for start, stop in pairwise(edges)]
    rows = [(n, one, "", "C1", 1) for n, one in enumerate(fen)]
    columns = [("n", pa.int64()), ("fen", pa.int64()), ("owner", pa.string()), ("customer", pa.string())]
    shares = [(1, f"T{place}", bp, place) for place, bp in enumerate(weights)]
    with connect() as connection:
        connection.register("shared", credit.frame(pa.schema([*columns, ("overlay", pa.int64())]), rows))
        connection.register("credit_share", credit.frame(credit.SHARES, shares))
        asked = (
            f"WITH {credit.PARTS.replace('SELECT overlay, owner, territory, customer,', 'SELECT n, place,')}"
        )
        found = connection.execute(f"{asked} SELECT fen::BIGINT FROM part ORDER BY n, place").fetchall()
    assert [one[0] for one in found] == [int(x) for one in fen for x in largest_remainder(weights, one)]


@pytest.mark.capability("TER3")
def test_the_page_shows_both_views_and_keeps_within_reach(sold: Divided) -> None:
    empty = client_of(sold.site.company.director).get(reverse("performance-credit")).content.decode()
    assert "这个期间没有业绩分成" in empty
    shared(sold)
    whole = client_of(sold.site.company.director).get(reverse("performance-credit")).content.decode()
    assert "全公司合计" in whole
    assert whole.count(f"({sum(one[2] for one in LINES)} 分)") == 2
    company = sold.site.company
    mine = client_of(company.owner).get(reverse("performance-credit") + "?period=2026-06").content.decode()
    assert "可见区域合计" in mine
    assert "休食组" not in mine
    assert "粤东" not in mine
    wrong = client_of(company.director).get(reverse("performance-credit") + "?period=x")
    assert wrong.status_code == 404
