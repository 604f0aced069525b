"""An import in a process of its own: exact, cancelled at once, within its memory, and alone in its death."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.platform.imports.sheets import order_book, order_csv

ROOT = Path(__file__).resolve().parents[3]


def carried_out(path: Path, home: Path, *options: str, memory_mb: int = 2048) -> dict[str, Any]:
    """Put the file through the worker's process in a data directory of its own."""
    home.mkdir()
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"QUYU_HOME": str(home), "QUYU_IMPORT_MEMORY_MB": str(memory_mb)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.platform.imports.worker_site", str(path), *options],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.capability("PLT4")
def test_a_file_goes_through_the_process_with_its_exact_total(tmp_path: Path) -> None:
    path, total = order_csv(tmp_path / "a.csv", 50_000)

    found = carried_out(path, tmp_path / "home")

    assert (found["state"], found["amount_fen"], found["batches"]) == ("accepted", total, 1)
    assert found["peak_mb"] < 300


@pytest.mark.slow
def test_a_cancelled_import_writes_nothing(tmp_path: Path) -> None:
    path, _total = order_csv(tmp_path / "a.csv", 200_000)

    found = carried_out(path, tmp_path / "home", "cancel")

    assert (found["state"], found["batches"]) == ("cancelled", 0)


@pytest.mark.slow
def test_a_file_that_asks_for_too_much_is_refused_by_name_and_kills_only_its_process(tmp_path: Path) -> None:
    path, _total = order_csv(tmp_path / "a.csv", 300_000)

    found = carried_out(path, tmp_path / "home", memory_mb=120)

    assert (found["state"], found["errors"], found["batches"]) == ("rejected", ["too_large"], 0)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("known",)], ids=["creates", "known"])
def test_a_million_lines_of_text_stay_below_500_mb(tmp_path: Path, options: tuple[str, ...]) -> None:
    path, total = order_csv(tmp_path / "a.csv", 1_000_000)

    found = carried_out(path, tmp_path / "home", *options)

    assert (found["state"], found["amount_fen"]) == ("accepted", total)
    assert found["peak_mb"] <= 500


@pytest.mark.slow
def test_a_workbook_of_a_million_rows_stays_below_1_gb(tmp_path: Path) -> None:
    path, total = order_book(tmp_path / "a.xlsx", 1_000_000, shared=False)

    found = carried_out(path, tmp_path / "home")

    assert (found["state"], found["amount_fen"]) == ("accepted", total)
    assert found["peak_mb"] <= 1000
