"""Fifty hostile order files: each is read with exactly the right totals, or refused naming row and column."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from quyu.apps.performance import imports, master
from quyu.platform.imports import pipeline
from quyu.platform.imports.kinds import Context
from quyu.platform.imports.pipeline import Prepared
from quyu.platform.people import policy
from quyu.platform.people.models import User
from quyu.platform.people.scope import scope_of
from tests.platform.facts.lines import AT

CORPUS = Path(__file__).resolve().parents[2] / "instances" / "import_corpus"
MASTER = json.loads((CORPUS / "master.json").read_text(encoding="utf-8"))
ENTRIES = [
    entry
    for entry in json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["entries"]
    if (CORPUS / entry["file"]).exists()
]
TODAY = date.fromisoformat(MASTER["today"])
# Files that name customers (and a region) which the master data of the corpus do not know.
CREATE = {"A09_gbk_only_at_end": {"customers", "regions"}, "B05_quoted_newline_then_error": {"customers"}}


@pytest.fixture(autouse=True)
def master_data(db: None, settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path
    master.load_master(MASTER, at=AT)


def context_of(entry: Mapping[str, Any], path: Path) -> Context:
    precondition = entry.get("precondition", "")
    is_scoped = entry["category"] == "authorisation"
    user = User.objects.get(username="scoped_user" if is_scoped else "import_user")
    create = {"customers"} if "open customer list" in precondition else CREATE.get(entry["id"], set())
    scope = policy.narrow(scope_of(user, at=TODAY), "actual", "import")
    return Context(user, scope, AT, TODAY, path.name, pipeline.file_sha256(path), frozenset(create))


def prepared(entry: Mapping[str, Any]) -> Prepared:
    path = CORPUS / entry["file"]
    if "imported before" in entry.get("precondition", ""):
        pipeline.commit(pipeline.prepare(path, imports.ORDERS, context_of(entry, path)))
    return pipeline.prepare(path, imports.ORDERS, context_of(entry, path))


def totals(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rows": found["rows"],
        "qty": found["quantity_milli"] / 1000,
        "amount_fen": found["amount_fen"],
        "by_region": {name: fen for name, fen in found["by_region"].items() if fen},
    }


def expected(entry: Mapping[str, Any], key: str) -> dict[str, Any]:
    names = ("rows", "qty", "amount_fen", "by_region")
    return {name: entry[key][name] for name in names if name in entry[key]}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_every_file_gives_the_right_totals_or_a_refusal_that_names_the_place(entry: dict[str, Any]) -> None:
    found = prepared(entry)

    if found.is_clean:
        assert entry["outcome"] != "reject"
        want = expected(entry, "totals")
        assert {name: value for name, value in totals(found.findings.preview).items() if name in want} == want
        assert pipeline.commit(found).totals["amount_fen"] == want["amount_fen"]
        return
    assert entry["outcome"] != "accept", found.errors[:3]
    places = {(error.row, error.column) for error in found.errors}
    assert {(e["row"], e["column"]) for e in entry.get("errors", []) if e["row"] is not None} <= places
    assert all(error.message for error in found.errors)


PARTIAL = [entry for entry in ENTRIES if "valid_rows_if_partial_mode" in entry]


@pytest.mark.parametrize("entry", PARTIAL, ids=lambda entry: entry["id"])
def test_partial_mode_takes_exactly_the_valid_rows(entry: dict[str, Any]) -> None:
    found = prepared(entry)
    want = expected(entry, "valid_rows_if_partial_mode")

    receipt = pipeline.commit(found, partial=True)

    assert totals(found.findings.preview) == want
    assert (receipt.rows, receipt.totals["amount_fen"]) == (want["rows"], want["amount_fen"])
