"""The examples of docs/formulas/allocation.md run as they are printed there, and every row of its table is tested."""

import ast
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from quyu.shell.cli.allocation.command import allocate
from tests.engine.allocation import test_behaviours, test_verbs

PAGE = Path(__file__).parents[3] / "docs" / "formulas" / "allocation.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_the_example_in_python_runs() -> None:
    (source,) = blocks("python")
    assert sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source))) >= 5

    exec(compile(source, str(PAGE), "exec"), {})


def test_the_example_on_the_command_line_gives_the_result_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells, wanted = blocks("csv")
    (tmp_path / "problem.json").write_text(blocks("json")[0], encoding="utf-8")
    (tmp_path / "cells.csv").write_text(cells, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = shlex.split(blocks("sh")[0])

    done = CliRunner().invoke(allocate, words[2:])

    assert words[:2] == ["quyu", "allocate"]
    assert done.exit_code == 0, done.output
    assert Path("result.csv").read_text(encoding="utf-8") == wanted


def test_every_row_of_the_table_has_its_case() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## 行为表")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    sources = [Path(module.__file__).read_text(encoding="utf-8") for module in (test_behaviours, test_verbs)]
    answers = re.findall(r"[\[(]-?\d[-\d_, ]*[\])]", "".join(sources))
    numbers = {re.sub(r"[^\d,-]", "", answer) for answer in answers}

    missing = []
    for row in rows:
        wanted = row.rsplit("|", 2)[1].replace("−", "-")
        found = re.search(r"-?\d+(, -?\d+)+", wanted)
        if found and found[0].replace(" ", "") not in numbers:
            missing.append(row)

    assert len(rows) > 20
    assert not missing
