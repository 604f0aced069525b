"""A crash during an import leaves the old state or the new one, never something in between."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


def states_after(rounds: int, home: Path) -> list[dict[str, object]]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {
        "QUYU_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "quyu.shell.settings",
        "PYTHONPATH": f"{REPOSITORY}/src:{REPOSITORY}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.platform.facts.crashing", str(rounds), "7"],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stderr == ""
    return [json.loads(text) for text in done.stdout.splitlines()]


def check(rounds: int, home: Path) -> None:
    states = states_after(rounds, home)

    assert len(states) == rounds
    for state in states:
        assert state["files_whole"]
        assert state["is_current"]
        assert state["files"] == state["batches"]
        assert state["manifest"] == state["months"] == state["days"]
    assert states[-1]["batches"] > 0


@pytest.mark.capability("PLT5")
def test_kill_during_import_leaves_old_or_new(tmp_path: Path) -> None:
    check(6, tmp_path)


@pytest.mark.slow
def test_many_kills_during_import_leave_old_or_new(tmp_path: Path) -> None:
    check(200, tmp_path)
