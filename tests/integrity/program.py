"""Runs a program of `tools/` as a person would and reads its results."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


def results_of(tool: str, *arguments: str, timeout: float = 600) -> list[dict[str, Any]]:
    """What it printed, one result a line; refuses an exit code. On PostgreSQL it makes a database of its own."""
    done = subprocess.run(
        [sys.executable, f"tools/{tool}.py", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "quyu.shell.settings"},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(text) for text in done.stdout.splitlines()]
