import hashlib
import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from quyu.apps.customers.models import Customer
from quyu.apps.performance import imports
from quyu.apps.performance.models import MonthRollup
from quyu.apps.targets.selectors.grid import last_year_label
from quyu.apps.targets.sums import node_sums
from quyu.apps.territories.models import Territory
from quyu.kernel.refusal import Refusal
from quyu.platform.facts.models import Batch
from quyu.platform.imports import pipeline
from quyu.platform.imports.kinds import Context
from quyu.platform.people.scope import everything
from quyu.shell.plan import job
from tests.shell.plan.order_files import english_rows, write

AT = datetime(2026, 6, 15, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_directory(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path / "home"


def run(tmp_path: Path, orders: Path, **asked: Any) -> job.Outcome:
    wanted = {
        "people": None,
        "year": 2016,
        "total_fen": None,
        "growth_bp": None,
        "territories": None,
        **asked,
    }
    request = job.Request(orders=(orders,), folder=tmp_path / "out", **wanted)
    return job.run(request, today=date(2026, 6, 15), at=AT, say=lambda _text: None)


def fen(row: dict[str, object]) -> int:
    return int((Decimal(str(row["Sales"])) * 100).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.capability("PLT6", "DEC1", "DEC2", "DEC3", "DEC5")
def test_an_english_file_becomes_a_plan_whose_every_node_adds_up(tmp_path: Path) -> None:
    rows = english_rows()
    people = tmp_path / "people.csv"
    people.write_text("Person,Region\nAnna,West\nChuck,East\nCass,South\n")

    done = run(tmp_path, write(tmp_path / "orders.csv", rows), people=people, growth_bp=800)

    figures = done.written.figures
    last = sum(fen(row) for row in rows if str(row["Order Date"]).endswith("2015"))
    assert (done.rows, done.amount_fen, done.regions, done.people) == (900, sum(map(fen, rows)), 3, 3)
    assert figures.total_fen == last + round(Decimal(last) * 8 / 100)
    assert figures.violations == 0
    assert int(node_sums(figures.axes.region, figures.target)[0].sum()) == figures.total_fen
    assert set(figures.people) == {"Anna", "Chuck", "Cass"}


@pytest.mark.capability("MON1", "MON5")
def test_actuals_by_region_are_those_of_the_file_though_customers_buy_everywhere(tmp_path: Path) -> None:
    rows = english_rows()

    run(tmp_path, write(tmp_path / "orders.csv", rows), territories=6)

    expected: Counter[str] = Counter()
    for row in rows:
        expected[str(row["Region"])] += fen(row)
    found: Counter[str] = Counter()
    for name, amount in MonthRollup.objects.values_list("territory__org_unit__name", "amount_fen"):
        found[name] += amount
    assert found == expected
    assert Territory.objects.count() == 6
    assert Customer.objects.count() == 40


def test_the_grid_says_what_stands_beside_the_targets(tmp_path: Path) -> None:
    done = run(tmp_path, write(tmp_path / "orders.csv", english_rows()))

    assert last_year_label(done.made.version) == "2015 年实绩"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    orders = write(tmp_path / "orders.csv", english_rows())
    digests = []
    for _attempt in range(2):
        with transaction.atomic():
            done = run(tmp_path, orders)
            transaction.set_rollback(True)
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in done.written.files])

    assert digests[0] == digests[1]


def test_the_certificate_names_what_was_read_and_written(tmp_path: Path) -> None:
    orders = write(tmp_path / "orders.csv", english_rows())

    done = run(tmp_path, orders)

    proof = json.loads((tmp_path / "out" / "certificate.json").read_text())
    assert proof["inputs"][0]["sha256"] == hashlib.sha256(orders.read_bytes()).hexdigest()
    for output in proof["outputs"]:
        assert (
            output["sha256"] == hashlib.sha256((tmp_path / "out" / output["name"]).read_bytes()).hexdigest()
        )
    cells = done.written.figures.target.astype("<i8").tobytes()
    assert proof["cells_sha256"] == hashlib.sha256(cells).hexdigest()
    assert np.frombuffer(cells, "<i8").sum() == proof["target_fen"]


@pytest.mark.capability("TER1")
def test_a_territory_column_is_kept(tmp_path: Path) -> None:
    orders = write(tmp_path / "orders.csv", english_rows(), headers={"State": "Territory"})

    run(tmp_path, orders)

    assert set(Territory.objects.values_list("name", flat=True)) == {state for places in (
        ("California", "Washington", "Arizona"), ("New York", "Ohio", "Delaware"), ("Florida",)
    ) for state in places}  # fmt: skip


def test_a_file_without_regions_takes_its_states(tmp_path: Path) -> None:
    done = run(tmp_path, write(tmp_path / "orders.csv", english_rows(), headers={"Region": ""}))

    assert done.regions == 7
    assert "文件没有地区列，以省份作为地区。" in done.written.figures.derived


def test_a_second_run_on_the_same_file_adds_no_lines_and_keeps_the_territories(tmp_path: Path) -> None:
    orders = write(tmp_path / "orders.csv", english_rows())
    run(tmp_path, orders)

    again = run(tmp_path, orders, growth_bp=500)

    assert Batch.objects.count() == 1
    assert again.made.version.plan.name == "2016 年销售目标 2"


@pytest.mark.capability("PLT6")
def test_orders_imported_before_are_planned_as_if_they_came_with_the_plan(tmp_path: Path) -> None:
    rows = english_rows()
    orders = write(tmp_path / "orders.csv", rows)
    context = Context(None, everything(), AT, AT.date(), orders.name, pipeline.file_sha256(orders))
    pipeline.commit(pipeline.prepare(orders, imports.ORDERS, context))

    figures = run(tmp_path, orders).written.figures

    expected: Counter[str] = Counter()
    for row in rows:
        if str(row["Order Date"]).endswith("2015"):
            expected[str(row["Region"])] += fen(row)
    region, sums = figures.axes.region, node_sums(figures.axes.region, figures.before)
    sold = {region.names[code]: int(sums[row].sum()) for row, code in enumerate(region.nodes)}
    assert {name: sold[name] for name in expected} == expected
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "asked", "code"),
    [
        ({"Sales": "12o"}, {}, "file_rejected"),
        ({"Order Date": "13/45/2015"}, {}, "file_rejected"),
        ({}, {"year": 2014}, "year_without_history"),
        ({}, {"territories": 2}, "too_few_territories"),
        ({}, {"total_fen": 5, "growth_bp": 5}, "total_and_growth"),
    ],
)
def test_what_cannot_be_planned_is_refused_and_nothing_is_written(
    tmp_path: Path, change: dict[str, object], asked: dict[str, Any], code: str
) -> None:
    rows = english_rows()
    rows[6] |= change

    with pytest.raises(Refusal) as refused, transaction.atomic():
        run(tmp_path, write(tmp_path / "orders.csv", rows), **asked)

    assert refused.value.code == code
    assert not Batch.objects.exists()
    assert not (tmp_path / "out").exists()


def test_a_bad_amount_is_named_by_row_and_column(tmp_path: Path) -> None:
    rows = english_rows()
    rows[6]["Sales"] = "12o"

    with pytest.raises(Refusal, match=r"第 8 行 “Sales”列 \[not_a_number\]"):
        run(tmp_path, write(tmp_path / "orders.csv", rows))


def test_people_of_a_region_that_does_not_exist_are_refused(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("姓名,地区\n王伟,North\n")

    with pytest.raises(Refusal, match="North"), transaction.atomic():
        run(tmp_path, write(tmp_path / "orders.csv", english_rows()), people=people)
