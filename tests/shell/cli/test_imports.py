"""`quyu import` as a person or a script calls it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from quyu.platform.catalog.models import ProductLine
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


def test_a_dry_run_says_so_and_is_no_failed_import(tmp_path: Path) -> None:
    result = call("orders", order_file(tmp_path / "a.csv"), "--dry-run")

    assert "没有写入任何数据" in result.stdout
    assert ImportRun.objects.get().state == ImportState.CANCELLED
    refused = call("orders", order_file(tmp_path / "b.csv", "SO1,2026-05-04,甲,茶,1,12o"), "--dry-run")
    assert refused.exit_code == 1
    assert ImportRun.objects.latest("pk").state == ImportState.REJECTED


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


def test_a_question_is_listed_and_answered_by_the_mapping_file(tmp_path: Path) -> None:
    path = order_file(tmp_path / "a.csv", "SO1,03/04/2026,甲,茶,1,5")

    asked = answer(call("orders", path, "--json"))
    words = call("orders", path).stdout
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"order:ordered_on": "dmy"}), encoding="utf-8")
    answered = call("orders", path, "--json", "--mapping", mapping)

    (question,) = asked["questions"]
    assert (question["id"], question["column"]) == ("order:ordered_on", "订单日期")
    assert [option["value"] for option in question["options"]] == ["dmy", "mdy"]
    assert "order:ordered_on" in words
    assert answered.exit_code == 0
    assert Batch.objects.get().first_on == date(2026, 4, 3)


def test_any_kind_is_imported_and_taken_back_by_its_run(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("编码,名称\nTEA,茶\nWATER,水\n", encoding="utf-8")

    made = answer(call("product-lines", path, "--json"))
    again = answer(call("productline", path, "--json"))
    back = call("undo", str(made["run"]), "--reason", "导错了")

    assert (made["status"], made["rows"], made["created"]) == ("accept", 2, 2)
    assert (again["created"], again["unchanged"]) == (0, 2)
    assert back.exit_code == 0
    assert ProductLine.objects.count() == 0
    assert call("undo", str(made["run"]), "--reason", "再来").exit_code == 1
    assert call("undo", "999999", "--reason", "没有").exit_code == 2


def test_a_refused_object_names_its_place_in_the_same_json(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("编码,名称,产品线\nP1,绿茶,没有这条线\n", encoding="utf-8")

    result = call("products", path, "--json")

    (error,) = answer(result)["errors"]
    assert result.exit_code == 1
    assert (error["row"], error["column"], error["code"]) == (2, "产品线", "unknown_productline")


def test_every_kind_has_its_command() -> None:
    words = call("--help").stdout

    for name in ("orders", "customers", "people", "positions", "products", "market-figures", "org-units"):
        assert name in words
        assert call(name, "--help").exit_code == 0
