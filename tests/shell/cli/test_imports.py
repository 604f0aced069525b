"""`quyu import` as a person or a script calls it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from quyu.platform.facts.models import Batch
from quyu.platform.imports.choices import ImportState
from quyu.platform.imports.models import ImportRun
from quyu.shell.cli.imports import import_
from tests.platform.imports.order_files import GOOD, HEADER, order_file

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).resolve().parents[2] / "instances" / "import_corpus"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path / "home"
    (tmp_path / "home").mkdir()


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(import_, [str(argument) for argument in arguments])


def answer(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_an_accepted_file_ends_with_its_totals(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv", *(f"{row},华东" for row in GOOD), header=f"{HEADER},区域")

    result = call("orders", path, "--json")

    found = answer(result)
    assert result.exit_code == 0
    assert (found["status"], found["rows"], found["qty"], found["amount_fen"]) == ("accept", 2, 1, 4950)
    assert found["by_region"] == {"华东": 4950}
    assert found["batch"] == str(Batch.objects.get().pk)


def test_a_refused_file_names_row_column_and_reason(tmp_path: Path) -> None:
    result = call("orders", order_file(tmp_path / "a.csv", "SO1,2026-05-04,甲,茶,1,12o"), "--json")

    found = answer(result)
    assert result.exit_code == 1
    assert (found["status"], found["error_count"]) == ("reject", 1)
    error = found["errors"][0]
    assert (error["row"], error["column"], error["code"], error["value"]) == (
        2,
        "金额",
        "not_a_number",
        "12o",
    )
    assert ImportRun.objects.get().state == ImportState.REJECTED


def test_the_same_file_again_is_refused_as_already_imported(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv")
    call("orders", path)

    assert answer(call("orders", path, "--json"))["errors"][0]["code"] == "already_imported"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = call("orders", order_file(tmp_path / "a.csv"), "--dry-run", "--json")

    assert answer(result)["batch"] is None
    assert Batch.objects.count() == 0


def test_a_person_reads_words(tmp_path: Path) -> None:
    assert "已接受：2 行" in call("orders", order_file(tmp_path / "a.csv")).stdout
    assert "第 2 行 金额" in call("orders", order_file(tmp_path / "b.csv", "S,2026-05-04,甲,茶,1,x")).stdout


@pytest.mark.parametrize(
    "arguments", [["nowhere.csv"], ["--create", "planets"], ["--as", "nobody"], ["--mapping", "broken.json"]]
)
def test_an_unusable_call_is_told_apart_from_a_refused_file(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "broken.json").write_text("{")
    path = order_file(tmp_path / "a.csv")
    words = [str(tmp_path / word) if word.endswith("json") else word for word in arguments]

    assert call("orders", *([path] if words[0].startswith("--") else []), *words).exit_code == 2


def test_a_mapping_file_says_which_header_is_which(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv", "SO1,2026-05-04,甲,茶,1,5,7", header=f"{HEADER},销售额")
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"amount_fen": "销售额"}), encoding="utf-8")

    assert answer(call("orders", path, "--json"))["errors"][0]["code"] == "ambiguous_header"
    assert answer(call("orders", path, "--json", "--mapping", mapping))["amount_fen"] == 700


@pytest.mark.capability("PLT4")
def test_trial_master_data_and_the_rights_of_their_accounts() -> None:
    assert answer(call("master", CORPUS / "master.json"))["customers"] == 10

    outside = call("orders", CORPUS / "files" / "E07_outside_scope.csv", "--json", "--as", "scoped_user")
    again = call("master", CORPUS / "master.json")

    assert {error["code"] for error in answer(outside)["errors"]} >= {"out_of_scope"}
    assert again.exit_code == 1
