"""The day's work: once a day for a data directory, and again after a failure."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import pytest

from quyu.shell import clock, daily
from quyu.shell.daily import every_day, run_once

AT = datetime(2026, 6, 15, 1, tzinfo=UTC)

pytestmark = pytest.mark.capability("PLT7")


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.QUYU_HOME = tmp_path
    return tmp_path


def test_a_day_is_done_once_and_the_next_again(db: None) -> None:
    first, second, next_day = run_once(at=AT), run_once(at=AT), run_once(at=AT + timedelta(1))
    assert first is not None
    assert set(first) >= {"moved", "sealed", "reminded"}
    assert second is None
    assert next_day is not None


def test_while_one_process_is_about_it_another_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[object] = []
    monkeypatch.setattr(daily, "run", lambda *, at: inner.append(run_once(at=at)) or {})
    assert run_once(at=AT) == {}
    assert inner == [None]


@pytest.mark.django_db(transaction=True)
def test_what_failed_is_tried_again_after_a_pause_and_then_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[datetime] = []
    enough = Event()

    def failing_first(*, at: datetime) -> dict[str, int]:
        tries.append(at)
        if len(tries) == 1:
            raise OSError("no space left")
        enough.set()
        return {}

    monkeypatch.setattr(daily, "run", failing_first)
    monkeypatch.setattr(daily, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(daily, "AGAIN", timedelta(seconds=0.5))
    monkeypatch.setattr(clock, "now", lambda: AT)
    began = monotonic()
    with every_day():
        assert enough.wait(20)
        Event().wait(0.2)
    assert len(tries) == 2
    assert monotonic() - began > 0.5, "a failed attempt waits longer than a look that found nothing to do"
