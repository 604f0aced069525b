import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from quyu.analytics.connection import connect
from quyu.platform.facts import durable, store
from quyu.platform.facts.models import Batch
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def written(table: pa.Table, sha256: str = "a" * 64) -> Batch:
    return store.write_batch(
        table, source="orders", file_name="a.csv", source_sha256=sha256, actor=None, at=AT
    )


TABLE = order_lines(line("1", date(2026, 1, 5), 100), line("2", date(2026, 2, 5), -30))


def test_a_batch_is_a_file_named_by_its_hash_and_a_row_with_its_totals() -> None:
    batch = written(TABLE)

    path = store.path_of(batch)
    assert durable.sha256(path.read_bytes()) == batch.content_sha256 == path.stem
    assert (batch.row_count, batch.amount_fen, batch.quantity_milli) == (2, 70, 2000)
    assert (batch.first_on, batch.last_on) == (date(2026, 1, 5), date(2026, 2, 5))
    assert store.read(batch).to_pylist() == TABLE.to_pylist()


@pytest.mark.capability("PLT4")
def test_the_same_source_file_twice_adds_nothing() -> None:
    first = written(TABLE)

    second = written(order_lines(line("9", date(2026, 1, 5), 999)))

    assert second.pk == first.pk
    assert second.was_present
    assert not first.was_present
    assert Batch.objects.count() == 1


def test_a_reversal_takes_every_row_back_and_the_file_may_come_again() -> None:
    batch = written(TABLE)

    reversal = store.reverse_batch(batch=batch, reason="错文件", actor=None, at=AT)
    again = written(TABLE)

    assert (reversal.amount_fen, reversal.row_count, reversal.sign) == (-70, 2, -1)
    assert again.pk != batch.pk
    assert again.content_sha256 != batch.content_sha256
    assert len(store.paths()) == 3


def test_a_batch_is_reversed_once() -> None:
    batch = written(TABLE)
    store.reverse_batch(batch=batch, reason="x", actor=None, at=AT)

    with pytest.raises(store.AlreadyReversed):
        store.reverse_batch(batch=Batch.objects.get(pk=batch.pk), reason="x", actor=None, at=AT)


def test_no_rows_make_no_batch() -> None:
    with pytest.raises(store.EmptyBatch):
        written(order_lines())


def test_the_view_of_all_lines_nets_reversals_out() -> None:
    batch = written(TABLE)
    store.reverse_batch(batch=batch, reason="x", actor=None, at=AT)
    written(order_lines(line("3", date(2026, 3, 1), 5)), "b" * 64)

    with connect() as connection:
        store.order_lines(connection)
        total = connection.execute("SELECT sum(amount_fen), sum(sign), count(*) FROM order_line").fetchone()

    assert total == (5, 1, 5)


def test_the_view_of_no_batch_is_empty() -> None:
    with connect() as connection:
        store.order_lines(connection)
        assert connection.execute("SELECT count(*), sum(batch_id) FROM order_line").fetchone() == (0, None)


def test_the_sweep_removes_what_no_row_names_but_spares_what_is_young() -> None:
    batch = written(TABLE)
    folder = store.path_of(batch).parent
    (folder / "left.parquet").write_bytes(b"half")
    (folder / ".left.tmp").write_bytes(b"half")

    assert store.sweep() == 0
    assert store.sweep(grace=timedelta(0)) == 2
    assert [path.name for path in folder.iterdir()] == [store.path_of(batch).name]


def test_whole_files_of_a_lost_manifest_are_put_aside_and_not_destroyed() -> None:
    path = store.path_of(written(TABLE))
    content = path.read_bytes()
    Batch.objects.all().delete()

    store.sweep(grace=timedelta(0))
    store.sweep(grace=timedelta(0))

    assert not path.exists()
    assert (store.root() / store.ORPHANS / path.parent.name / path.name).read_bytes() == content


def test_a_file_found_again_by_an_import_is_young_again() -> None:
    """A sweep between the file and its row must not take it, however long ago a crash left it."""
    batch = written(TABLE)
    path = store.path_of(batch)
    Batch.objects.all().delete()
    os.utime(path, (0, 0))

    durable.put(path, path.read_bytes())

    assert store.sweep() == 0
    assert path.exists()
