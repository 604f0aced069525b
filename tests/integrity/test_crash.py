"""A process killed at any step of an import, a reversal, a publication or a rollup leaves the old state or the new one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def crash(*arguments: str, patience: int) -> list[dict[str, object]]:
    """What `tools/crash.py` found, one result per operation. On PostgreSQL it makes a database of its own."""
    done = subprocess.run(
        [sys.executable, "tools/crash.py", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "quyu.shell.settings"},
        capture_output=True,
        text=True,
        timeout=patience,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(text) for text in done.stdout.splitlines()]


@pytest.mark.capability("PLT4", "PLT5")
def test_kill_at_any_step_leaves_old_or_new() -> None:
    results = crash("--operation", "all", "--rounds", "3", "--points", "3", patience=300)

    assert [result["operation"] for result in results] == ["import", "reversal", "publication", "rollup"]
    for result in results:
        assert result["faults"] == 0
        assert result["states"] == {
            "old": 2,
            "new": 1,
        }  # killed first, in the middle, and after the last step


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["import", "reversal", "publication", "rollup"])
def test_two_hundred_kills_leave_old_or_new(operation: str) -> None:
    assert crash("--operation", operation, "--rounds", "200", patience=1200)[0]["faults"] == 0
