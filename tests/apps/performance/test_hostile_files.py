"""Hundreds of hostile order files: exactly the right totals, a question, or a refusal that names the place."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quyu.apps.performance import imports, master
from quyu.platform.imports import pipeline, xlsx_file
from quyu.platform.imports.kinds import Context
from quyu.platform.imports.pipeline import Prepared
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import scope_of
from tests.instances.hostile_orders import FAMILIES, Case
from tests.instances.hostile_orders.files import Totals
from tests.platform.facts.lines import AT

MASTER = json.loads(
    (Path(__file__).resolve().parents[2] / "instances" / "import_corpus" / "master.json").read_text(
        encoding="utf-8"
    )
)
TODAY = date.fromisoformat(MASTER["today"])
CODES = {
    "missing_column", "duplicate_header", "ambiguous_header", "encoding", "not_a_number", "not_a_date", "ambiguous_date", "out_of_range",
    "amount_mismatch", "duplicate_line", "unknown_customer", "unknown_product", "unknown_region", "unknown_person", "ambiguous_person",
    "person_not_active", "period_closed", "future_date", "out_of_scope", "formula_without_value", "merged_cell", "too_large",
    "too_many_columns", "corrupt_file", "unsupported_type", "password_protected", "dtd_forbidden", "empty_file",
    "required", "too_few_fields", "too_many_fields", "truncated", "cell_error", "precision_lost", "already_imported",
}  # fmt: skip


@pytest.fixture
def trial(db: None, settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path
    master.load_master(MASTER, at=AT)


def prepared(case: Case, path: Path, answers: Mapping[str, str] | None = None) -> Prepared:
    user = User.objects.get(username=case.account)
    scope = policy.narrow(scope_of(user, at=TODAY), "actual", "import")
    sha256 = pipeline.file_sha256(path)
    context = Context(user, scope, AT, TODAY, path.name, sha256, frozenset(case.create))
    return pipeline.prepare(path, imports.ORDERS, context, sheet_name=case.sheet, answers=answers)


def found_totals(found: Prepared) -> Totals:
    preview: Any = found.findings.preview
    regions = {name: fen for name, fen in preview["by_region"].items() if fen}
    return Totals(preview["rows"], preview["quantity_milli"], preview["amount_fen"], regions)


def wanted(totals: Totals) -> Totals:
    regions = {name: fen for name, fen in totals.by_region.items() if fen}
    return Totals(totals.rows, totals.quantity_milli, totals.amount_fen, regions)


def judge(case: Case, path: Path) -> None:
    """The whole contract for one file."""
    found = prepared(case, path)
    places = [(error.row, error.column, error.code) for error in found.errors]
    if case.want is not None and not case.answers:
        assert places == []
        assert found_totals(found) == wanted(case.want)
        assert not case.notice or any(case.notice in notice for notice in found.notices), found.notices
        return
    assert places, "accepted a bad file"
    assert set(case.errors) <= set(places), places[:5]
    assert {code for _row, _column, code in places} <= CODES
    assert all(
        any("\u4e00" <= character <= "\u9fff" for character in error.message) for error in found.errors
    )
    if case.answers:
        assert {question.id for question in found.questions} == set(case.answers)
        assert all(
            case.answers[question.id] in {option.value for option in question.options}
            for question in found.questions
        )
        again = prepared(case, path, case.answers)
        assert case.want is not None
        assert again.errors == ()
        assert found_totals(again) == wanted(case.want)
    if case.partial is not None:
        assert found_totals(found) == wanted(case.partial)


def faults_of(cases: Iterable[Case], folder: Path) -> dict[str, str]:
    """What the importer owes and does not give, by case. Judging writes nothing, so the cases share a company."""
    faults: dict[str, str] = {}
    for case in cases:
        path = folder / f"{case.id.replace('/', '_')}{case.suffix}"
        path.write_bytes(case.content)
        try:
            judge(case, path)
        except Exception as fault:  # a crash is a fault like any other
            faults[case.id] = f"{type(fault).__name__}: {str(fault)[:300]}"
    return faults


@pytest.mark.capability("PLT4", "PLT5")
@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_file_gives_the_right_totals_or_names_the_place(
    family: str, trial: None, tmp_path: Path
) -> None:
    assert faults_of(FAMILIES[family](), tmp_path) == {}


@pytest.mark.parametrize("family", ["cells", "odd_cells", "layouts", "sheets"])
def test_the_reader_of_big_workbooks_reads_the_same(
    family: str, trial: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_file, "STREAMED_FROM", 0)

    assert faults_of(FAMILIES[family](), tmp_path) == {}


def test_every_case_is_another_file() -> None:
    names = [case.id for family in FAMILIES.values() for case in family()]

    assert len(set(names)) == len(names) >= 300
