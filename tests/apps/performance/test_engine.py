"""Every engine gives the same integers as the sums made in the process, and nobody sees what lost a line."""

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from quyu.analytics import attribution as expressions
from quyu.analytics.claims import OwnershipOverlap
from quyu.analytics.engines.address import DUCKDB, BadAddress, address
from quyu.analytics.engines.opening import opened
from quyu.analytics.engines.session import EngineMissing, EngineUnreachable, LineFile, Session
from quyu.apps.performance import engine
from quyu.apps.performance.contributions import Contribution, Directory, contribution
from quyu.apps.performance.walked import Whose
from quyu.platform.facts import attribution, store
from quyu.platform.facts.models import Batch
from quyu.platform.facts.schema import ORDER_LINE
from quyu.shell.cli.config import config
from tests.platform.facts.lines import AT, line, order_lines, ownership

START = date(2025, 11, 1)
URLS = {
    "duckdb": lambda: "duckdb",
    "postgresql": lambda: os.environ.get("DATABASE_URL", ""),
    "spark": lambda: os.environ.get("QUYU_SPARK", ""),
}
UNCLOSED = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
"""py4j leaves its sockets to the collector."""
ENGINES = (
    "duckdb",
    "postgresql",
    pytest.param("spark", marks=(pytest.mark.spark, pytest.mark.slow, UNCLOSED)),
)


def codes(*names: str) -> pa.Table:
    return pa.table(
        {"code": pa.array(names, pa.string()), "id": pa.array(range(1, len(names) + 1), pa.int64())}
    )


NAMES = Directory(
    territory=codes("T1", "T2", "T3"),
    person=codes("E1", "E2"),
    catalog=pa.table(
        {
            "kind": ["product"] * 3 + ["channel"],
            "code": ["P1", "P2", "P3", "直营"],
            "id": pa.array([7, 7, 9, 1], pa.int64()),
        }
    ),
)


@pytest.fixture
def home(db: None, settings: Any, tmp_path: Path) -> Path:
    settings.QUYU_HOME = tmp_path
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture
def chosen(home: Path, request: pytest.FixtureRequest) -> str:
    """The engine of the parameter is that of the site; skipped where nobody started one."""
    url = URLS[request.param]()
    if not url:
        pytest.skip(f"no {request.param} here: tools/with_{request.param}.py starts one")
    (home / "engine").write_text(url, encoding="utf-8")
    return url


def claims(chance: Random) -> pa.Table:
    """Claims of every kind in ranges that follow each other, some open, some of nobody."""
    customers = [f"C{number}" for number in range(6)]
    keys = [
        *customers,
        *map(attribution.named_key, customers[:2]),
        *map(attribution.ruled_key, customers[1:4]),
        *(attribution.line_key(code, "L1") for code in customers[2:5]),
        *map(attribution.place_key, ("330100", "440100")),
    ]
    rows: list[Any] = [(attribution.product_key("P1", "L1"), None, None, None, None)]
    for key in keys:
        cuts = sorted(chance.sample(range(200), 3))
        for begin, end in zip(cuts, [*cuts[1:], None], strict=True):
            if chance.random() < 0.8:
                rows.append(
                    (
                        key,
                        START + timedelta(begin)
                        if begin % 5
                        else None
                        if begin == cuts[0]
                        else START + timedelta(begin),
                        START + timedelta(end) if end is not None else None,
                        chance.choice(["T1", "T2", "T3", "GONE"]),
                        chance.choice(["E1", "E2", None]),
                    )
                )
    return ownership(*rows)


def lines(chance: Random, count: int) -> pa.Table:
    rows = [
        line(str(number), START + timedelta(chance.randrange(200)), chance.randint(-9_000, 90_000),
             customer=f"C{chance.randrange(8)}", product=f"P{chance.randint(1, 4)}")
        | {"place_code": chance.choice([None, "330100", "440100"]), "channel_code": chance.choice([None, "直营", "没有"])}
        for number in range(count)
    ]  # fmt: skip
    return order_lines(*rows)


def recorded(chance: Random) -> list[Batch]:
    """Three batches, the second taken back, the last from before lines had places."""
    made = [
        store.write_batch(
            lines(chance, 300), source="x", file_name="a", source_sha256=f"{number}" * 64, actor=None, at=AT
        )
        for number in range(2)
    ]
    store.reverse_batch(batch=made[1], reason="错", actor=None, at=AT)
    old = store.write_batch(
        lines(chance, 100).set_column(
            ORDER_LINE.get_field_index("place_code"), "place_code", pa.nulls(100, pa.string())
        ),
        source="x", file_name="old", source_sha256="9" * 64, actor=None, at=AT,
    )  # fmt: skip
    path = store.path_of(old)
    pq.write_table(pq.read_table(path).drop_columns(["place_code"]), path)
    return list(Batch.objects.order_by("pk"))


def in_process(batches: list[Batch], frame: pa.Table) -> Contribution:
    total = Contribution()
    for batch in batches:
        rows = store.read(batch)
        owned = attribution.append(rows, attribution.attribute_lines(rows, frame))
        total.add(contribution(owned, sign=batch.sign, directory=NAMES))
    return total


def as_rows(found: Contribution) -> tuple[set[Any], set[Any]]:
    months, days = (set(zip(*sums.columns(), strict=True)) for sums in (found.months, found.days))
    return months, days


def sorted_rows(table: pa.Table) -> list[Any]:
    """The rows of an engine as keys and values, those that come to nothing left out."""
    width = table.column_names.index("amount_fen")
    rows = (
        [str(row[0]), *row[1:]] for row in zip(*(column.to_pylist() for column in table.columns), strict=True)
    )
    return sorted(((tuple(row[:width]), tuple(row[width:])) for row in rows if any(row[width:])), key=repr)


@pytest.mark.capability("MON5")
@pytest.mark.parametrize("chosen", ENGINES, indirect=True)
def test_an_engine_gives_the_integers_that_the_process_gives(chosen: str) -> None:
    for seed in range(1 if chosen.startswith("spark") else 4):
        Batch.objects.filter(reverses__isnull=False).delete()
        Batch.objects.all().delete()
        chance = Random(seed)
        frame = claims(chance)
        batches = recorded(chance)

        found = engine.summed(batches, Whose(frame), NAMES)
        months, days = engine.asked(engine.chosen(), batches, Whose(frame), NAMES)

        assert as_rows(found) == as_rows(in_process(batches, frame))
        assert sorted_rows(months) == sorted(found.months.by_key.items(), key=repr)
        assert sorted_rows(days) == sorted(found.days.by_key.items(), key=repr)
        assert {key[1] for key in found.months.by_key} == {1, 2, 3, None}


@pytest.mark.capability("MON5")
@pytest.mark.parametrize("chosen", ENGINES, indirect=True)
def test_every_node_of_the_tree_is_the_sum_of_its_territories(chosen: str) -> None:
    chance = Random(5)
    frame, batches = claims(chance), recorded(chance)
    tree = pa.table(
        {"ancestor": ["华东", "华东", "HQ", "HQ", "HQ"], "place": pa.array([1, 2, 1, 2, 3], pa.int64())}
    )

    with opened(engine.chosen(), shared=store.root() / "engine") as session:
        nodes = by_node(session, batches, frame, tree)

    months = in_process(batches, frame).months.by_key
    for node, places in (("华东", {1, 2}), ("HQ", {1, 2, 3})):
        wanted = [sum(v[i] for key, v in months.items() if key[1] in places) for i in range(3)]
        rows = [row for row in nodes.to_pylist() if row["ancestor"] == node]
        assert [sum(row[n] for row in rows) for n in ("amount_fen", "quantity_milli", "line_count")] == wanted


def by_node(session: Session, batches: list[Batch], frame: pa.Table, tree: pa.Table) -> pa.Table:
    session.lines([LineFile(store.path_of(batch), batch.content_sha256, batch.sign) for batch in batches])
    kinds = engine.register(session, frame, NAMES)
    session.frame(expressions.TREE, tree)
    return session.rows(expressions.by_node(expressions.by_month(expressions.attributed(kinds))))


def spoil_file(batches: list[Batch]) -> None:
    """A file loses its last line; its name stays."""
    path = store.path_of(batches[0])
    table = pq.read_table(path)
    pq.write_table(table.slice(0, table.num_rows - 1), path)


@pytest.mark.parametrize("spoil", [spoil_file])
def test_sums_that_are_not_those_of_the_manifest_are_thrown_away(
    home: Path, spoil: Callable[[list[Batch]], None]
) -> None:
    batches = recorded(Random(1))
    spoil(batches)

    with pytest.raises(engine.EngineDisagrees, match="不符"):
        engine.summed(batches, Whose(claims(Random(1))), NAMES)


def test_two_claims_on_one_day_are_never_counted_twice(home: Path) -> None:
    twice = ownership(("C1", None, None, "T1", None), ("C1", None, None, "T2", None))  # type: ignore[arg-type]

    with pytest.raises(OwnershipOverlap, match="C1"):
        engine.summed(recorded(Random(1)), Whose(twice), NAMES)


def test_without_a_choice_duckdb_sums_and_a_choice_is_kept(home: Path) -> None:
    assert engine.chosen() == DUCKDB

    assert engine.choose(DUCKDB).startswith("DuckDB")

    assert (home / "engine").stat().st_mode & 0o077 == 0
    assert engine.chosen() == DUCKDB


def test_the_command_keeps_an_engine_that_answers_and_refuses_another(home: Path) -> None:
    run = CliRunner()

    kept = run.invoke(config, ["engine", "duckdb", "--json"])
    shown = run.invoke(config, ["engine"])
    refused = run.invoke(config, ["engine", "postgresql://127.0.0.1:1/x"])

    assert json.loads(kept.output)["engine"] == "duckdb"
    assert "DuckDB" in shown.output
    assert refused.exit_code == 1
    assert "没有完成计算" in refused.output
    assert engine.chosen() == DUCKDB


@pytest.mark.parametrize("url", ["postgresql://quyu:geheim@127.0.0.1:1/x", "spark://127.0.0.1:1"])
def test_an_engine_that_is_gone_is_named_with_the_reason_and_not_kept(home: Path, url: str) -> None:
    with pytest.raises((EngineUnreachable, EngineMissing)) as refused:
        engine.choose(address(url))

    assert "127.0.0.1:1" in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert engine.chosen() == DUCKDB


@pytest.mark.parametrize(
    "text", ["", "mysql://x/y", "spark://host", "spark://", "postgresql://h:x/y", "duckdb:/tmp/x"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        address(text)


def test_a_refused_address_does_not_repeat_its_password() -> None:
    with pytest.raises(BadAddress) as refused:
        address("mysql://quyu:geheim@host/x")

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("chosen", ["postgresql"], indirect=True)
def test_postgresql_copies_a_batch_once(chosen: str) -> None:
    batches = recorded(Random(2))
    engine.summed(batches, Whose(claims(Random(2))), NAMES)
    for batch in batches:
        store.path_of(batch).rename(store.path_of(batch).with_suffix(".away"))

    engine.summed(batches, Whose(claims(Random(2))), NAMES)
