"""Files for `quyu allocate` in a scratch folder, and what the command answered."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from quyu.shell.cli.allocation.command import allocate

DIMENSIONS = {
    "region": {"全国": None, "华东": "全国", "上海": "华东", "江苏": "华东", "华南": "全国", "广东": "华南"},
    "period": {"2027": None, "2027Q1": "2027", "2027-01": "2027Q1", "2027-02": "2027Q1"},
}
ROWS = [
    ("上海", "2027-01", 100),
    ("上海", "2027-02", 200),
    ("江苏", "2027-01", 300),
    ("江苏", "2027-02", 100),
    ("广东", "2027-01", 200),
    ("广东", "2027-02", 100),
]
CELLS = "region,period,base\n" + "".join(f"{region},{month},{base}\n" for region, month, base in ROWS)


@dataclass(frozen=True)
class Answer:
    """Exit code, the closing line, what was said, and the rows of the result (None: nothing written)."""

    code: int
    line: dict[str, Any]
    said: str
    rows: list[dict[str, str]] | None

    @property
    def values(self) -> list[int]:
        assert self.rows is not None, self.said
        return [int(row["value"]) for row in self.rows]


def problem(**fields: Any) -> dict[str, Any]:
    """Two regions of three places, two months, one total of 2,000."""
    return {
        "unit": 1,
        "dimensions": DIMENSIONS,
        "cells": "cells.csv",
        "totals": [{"at": {"region": "全国", "period": "2027"}, "value": 2_000}],
        **fields,
    }


def with_columns(**columns: list[Any]) -> str:
    """The usual cells with more columns."""
    names = list(columns)
    lines = [",".join(["region", "period", "base", *names])]
    for place, row in enumerate(ROWS):
        lines.append(",".join(map(str, [*row, *(columns[name][place] for name in names)])))
    return "\n".join(lines) + "\n"


def run(
    folder: Path,
    question: dict[str, Any] | str | bytes,
    cells: str | bytes | None = CELLS,
    change: dict[str, Any] | str | None = None,
    *options: str,
) -> Answer:
    """Writes the files, runs the command with --json, reads the result back."""
    _write(folder / "problem.json", question)
    if cells is not None:
        _write(folder / "cells.csv", cells)
    call = [str(folder / "problem.json"), "--out", str(folder / "result.csv"), "--json", *options]
    if change is not None:
        _write(folder / "edit.json", change)
        call += ["--edit", str(folder / "edit.json")]
    result = CliRunner().invoke(allocate, call)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    lines = result.stdout.splitlines()
    rows = None
    if (folder / "result.csv").exists():
        with (folder / "result.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    assert [path.name for path in folder.iterdir() if path.name.startswith(".result")] == []
    return Answer(result.exit_code, json.loads(lines[-1]), result.output, rows)


def _write(path: Path, content: dict[str, Any] | str | bytes) -> None:
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
