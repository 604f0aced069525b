"""The example of docs/formulas/alignment.md is run as it stands."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from quyu.shell.cli.align import align

PAGE = Path(__file__).resolve().parents[3] / "docs" / "formulas" / "alignment.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_example_gives_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units, edges, locks, wanted = blocks("csv")
    for name, text in (("units", units), ("edges", edges), ("locks", locks)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = shlex.split(blocks("sh")[0])

    done = CliRunner().invoke(align, words[2:])

    assert words[:2] == ["quyu", "align"]
    assert done.exit_code == 0, done.output
    assert Path("plan.csv").read_text(encoding="utf-8") == wanted
    assert set(json.loads(done.output.splitlines()[-1])) == keys_of_the_page()


def keys_of_the_page() -> set[str]:
    line = next(
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("最后一行 JSON")
    )
    return set(re.findall(r"`(\w+)`", line.partition("拒绝时")[0]))
