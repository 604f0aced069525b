"""No room, no right to write, no database, a clock that jumps: the old state or the new one, and words a person understands."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

from quyu.apps.performance import services
from quyu.apps.performance.models import Watermark
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.platform.facts import durable, store
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import WAN, Trading, trading
from tests.integrity.invariants import fingerprint
from tests.people import client_of
from tests.platform.facts.lines import AT, line, order_lines

__all__ = ["trading"]
REPOSITORY = Path(__file__).resolve().parents[2]
STEPS = [(os, "fsync"), (Path, "rename"), (Path, "mkdir"), (Path, "open")]


def record(sha256: str = "c" * 64, day: date = date(2026, 6, 1), at: datetime = AT) -> Batch:
    rows = order_lines(line(f"NEW-{sha256[:4]}", day, 5 * WAN, customer="C2"))
    return services.record_orders(rows, file_name="c.csv", source_sha256=sha256, actor=None, at=at)


def failing(function: Callable[..., Any], fatal: int, count: list[int], number: int) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        if count[0] == fatal:
            raise OSError(number, os.strerror(number))
        return function(*args, **kwargs)

    return step


def record_failing_at(fatal: int, number: int) -> bool:
    """Whether the import met its failing step."""
    count = [0]
    patches = [mock.patch.object(o, n, failing(getattr(o, n), fatal, count, number)) for o, n in STEPS]
    for patch in patches:
        patch.start()
    try:
        record()
    except OSError:
        return True
    finally:
        for patch in patches:
            patch.stop()
    return False


@pytest.mark.capability("PLT4")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_at_any_write_leaves_everything_as_it_was(trading: Trading, number: int) -> None:
    before, fatal = fingerprint(), 1

    while record_failing_at(fatal, number):
        assert fingerprint() == before
        assert not list(store.root().rglob(f"*{durable.TEMPORARY_SUFFIX}"))
        fatal += 1

    assert fatal > 4
    assert fingerprint() != before
    assert Batch.objects.filter(source_sha256="c" * 64).count() == 1


OUTAGES = [
    (OSError(errno.ENOSPC, "No space left on device"), 507, "磁盘空间不足"),
    (OperationalError("database or disk is full"), 507, "磁盘空间不足"),
    (OSError(errno.EROFS, "Read-only file system"), 503, "只能读"),
    (OperationalError("attempt to write a readonly database"), 503, "只能读"),
    (OperationalError("database is locked"), 503, "系统正忙"),
    (OperationalError("deadlock detected"), 503, "系统正忙"),
    (OperationalError("connection to server at 127.0.0.1 failed: Connection refused"), 503, "数据库暂时不可用"),
    (InterfaceError("the connection is closed"), 503, "数据库暂时不可用"),
    (OperationalError("no such table: people_user"), 503, "数据库暂时不可用"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status", "words"), OUTAGES)
def test_the_page_of_an_outage_says_what_is_missing_and_what_to_do(
    trading: Trading, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    client = client_of(trading.company.director)
    client.raise_request_exception = False
    monkeypatch.setattr(services, "is_restated", mock.Mock(side_effect=error))

    answer = client.get(reverse("performance"), {"as": "restated"})

    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (status, "10")
    assert words in text
    assert "没有写入任何数据" in text
    assert "Traceback" not in text
    assert str(error) not in text


def test_a_fault_of_ours_is_not_called_an_outage(trading: Trading, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(trading.company.director)
    client.raise_request_exception = False
    monkeypatch.setattr(services, "is_restated", mock.Mock(side_effect=KeyError("x")))

    assert client.get(reverse("performance"), {"as": "restated"}).status_code == 500


def test_the_api_tells_an_outage_as_json(trading: Trading, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(trading.company.director)
    client.raise_request_exception = False
    broken = mock.Mock(side_effect=OperationalError("database is locked"))
    monkeypatch.setattr("quyu.platform.viewsets.viewset.Viewset.found", broken)

    answer = client.get("/api/customers/")

    assert answer.status_code == 503
    assert answer.json()["code"] == "busy"
    assert "没有写入" in answer.json()["message"]


def test_ready_tells_a_missing_database_and_a_missing_disk(
    db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.QUYU_HOME = tmp_path
    assert Client().get("/readyz").status_code == 200
    assert list(tmp_path.iterdir()) == []

    settings.QUYU_HOME = tmp_path / "gone"
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "disk", "error": "ENOENT"})

    broken = mock.Mock(side_effect=OperationalError("gone"))
    monkeypatch.setattr("quyu.shell.health.MigrationExecutor", broken)
    assert Client().get("/readyz").json() == {"status": "database", "error": "OperationalError"}
    assert Client().get("/healthz").status_code == 200


def quyu(*arguments: str, home: Path, url: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "QUYU_HOME": str(home), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "quyu.shell.settings", "QUYU_LANG": "zh",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "quyu.shell.cli.main", *arguments],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_command_without_its_database_ends_with_words_and_a_code(tmp_path: Path) -> None:
    done = quyu("migrate", home=tmp_path, url="postgres://quyu@127.0.0.1:1/none")

    assert done.returncode == 3
    assert "数据库暂时不可用" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_full_disk_ends_a_command_with_words_and_an_old_state(tmp_path: Path) -> None:
    """On a file system of two megabytes the tables do not fit."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)], check=False)
    if mounted.returncode:
        pytest.skip("may not mount a small file system here")
    try:
        done = quyu("migrate", home=tmp_path)
        assert done.returncode == 3
        assert "磁盘空间不足" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.capability("MON1")
def test_a_clock_that_goes_back_a_day_leaves_the_order_of_what_was_known(trading: Trading) -> None:
    record("d" * 64, at=AT + timedelta(days=1))
    record("e" * 64, at=AT - timedelta(days=1))

    marks = list(Watermark.objects.order_by("pk").values_list("recorded_at", "last_batch"))
    assert marks == sorted(marks)
    assert [batch for _, batch in marks] == list(Batch.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    "day",
    [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2026, 12, 31), date(2027, 1, 1), date(2025, 12, 31)],
)  # fmt: skip
def test_every_node_adds_up_on_odd_days(trading: Trading, day: date) -> None:
    """Leap day and both sides of the turn of the year, this year and the one before."""
    record("f" * 64, day=day)

    shown = board(span_of(CALENDAR.parse(str(day.year)), today=day), everything(), today=day)

    wanted = [row for row in _sold(day) if date(day.year, 1, 1) <= row[0] <= day]
    assert shown.standings["HQ"].actual == sum(fen for _, fen in wanted)
    assert shown.span.last_day == max(found for found, _ in wanted)


def _sold(day: date) -> list[tuple[date, int]]:
    rows: list[tuple[date, int]] = []
    for batch in Batch.objects.order_by("pk"):
        table = store.read(batch)
        rows += zip(table["ordered_on"].to_pylist(), table["amount_fen"].to_pylist(), strict=True)
    return rows
