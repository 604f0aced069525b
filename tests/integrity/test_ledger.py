"""Posts and reversals net to zero, to the fen and to the line, however many there are."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from quyu.analytics.connection import connect
from quyu.apps.performance import services
from quyu.apps.performance.models import DayRollup, MonthRollup
from quyu.platform.facts import store
from quyu.platform.facts.models import Batch
from tests.people import build_company
from tests.platform.facts.lines import AT

FIRST = date(2024, 1, 1)


def many_lines(seed: int, count: int) -> pa.Table:
    chance = np.random.default_rng(seed)
    days = np.datetime64(FIRST) + chance.integers(0, 900, count).astype("timedelta64[D]")
    return pa.table(
        {
            "order_no": pa.array([f"{seed}-{number}" for number in range(count)]),
            "line_no": pa.array(["1"] * count),
            "ordered_on": pa.array(days),
            "customer_code": pa.array([f"C{number}" for number in chance.integers(0, 50, count)]),
            "product_code": pa.array([f"P{number}" for number in chance.integers(0, 9, count)]),
            "quantity_milli": pa.array(chance.integers(-9_000, 90_000, count)),
            "amount_fen": pa.array(chance.integers(-1_000_000_00, 9_000_000_00, count)),
        }
    )


def post_and_reverse(batches: int, lines: int) -> None:
    """Post all, reverse them in another order, some of them posted again and reversed again."""
    chance, posted = random.Random(11), []
    for number in range(batches):
        posted.append(
            services.record_orders(
                many_lines(number, lines),
                file_name="a.csv",
                source_sha256=f"{number:064d}",
                actor=None,
                at=AT,
            )
        )
        if number % 3 == 2:
            taken = posted.pop(chance.randrange(len(posted)))
            services.reverse(batch=taken, reason="x", actor=None, at=AT + timedelta(1))
    chance.shuffle(posted)
    for batch in posted:
        services.reverse(batch=batch, reason="x", actor=None, at=AT + timedelta(1))


def assert_nothing_is_left() -> None:
    assert not MonthRollup.objects.exists()
    assert not DayRollup.objects.exists()
    assert sum(Batch.objects.values_list("amount_fen", flat=True)) == 0
    with connect() as connection:
        store.order_lines(connection)
        assert connection.execute(
            "SELECT sum(amount_fen), sum(quantity_milli), sum(sign) FROM order_line"
        ).fetchone() == (0, 0, 0)
        left = connection.execute(
            "SELECT order_no FROM order_line GROUP BY order_no, customer_code, ordered_on "
            "HAVING sum(amount_fen) <> 0 OR sum(quantity_milli) <> 0 OR sum(sign) <> 0"
        ).fetchall()
    assert left == []


@pytest.mark.capability("PLT4", "PLT5")
def test_posts_and_reversals_net_to_zero(db: None, settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path
    build_company()

    post_and_reverse(batches=8, lines=2_000)

    assert_nothing_is_left()
    assert Batch.objects.count() == 16


@pytest.mark.slow
def test_a_million_posts_and_reversals_net_to_zero(db: None, settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path
    build_company()

    post_and_reverse(batches=50, lines=10_000)

    assert_nothing_is_left()
    assert sum(Batch.objects.values_list("row_count", flat=True)) == 1_000_000
