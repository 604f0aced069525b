"""Many processes at once on a real database: no update is lost, and the same request has one effect."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def crowd(*arguments: str) -> list[dict[str, object]]:
    """What `tools/crowd.py` found, one result per subject. On PostgreSQL it makes a database of its own."""
    done = subprocess.run(
        [sys.executable, "tools/crowd.py", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "quyu.shell.settings"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(text) for text in done.stdout.splitlines()]


@pytest.mark.capability("PLT7", "ADJ6")
def test_writers_of_the_same_rows_lose_no_update() -> None:
    cells, rows = crowd("--writers", "6", "--seconds", "3", "--only", "cells,rows")

    assert cells["lost"] == rows["lost"] == 0
    assert int(str(cells["saves"])) > 5
    assert int(str(rows["saves"])) > 5


@pytest.mark.capability("ADJ6", "PLT4")
def test_the_same_request_sent_many_times_at_once_has_one_effect() -> None:
    results = {str(result["what"]): result for result in crowd("--writers", "8", "--only", "once")}

    for name in ("confirm", "import", "undo", "submit", "approve", "publish"):
        assert results[name]["answers"]["done"] == 1  # type: ignore[index]
    assert results["import"]["effects"]["batches"] == 1  # type: ignore[index]
    assert results["rivals"]["faults"] == []


@pytest.mark.slow
@pytest.mark.parametrize("writers", [8, 32])
def test_a_minute_of_many_writers(writers: int) -> None:
    patience = ("--patience", "2") if writers == 8 else ()

    results = crowd("--writers", str(writers), "--seconds", "60", "--only", "cells,rows", *patience)

    assert [result["lost"] for result in results] == [0, 0]
