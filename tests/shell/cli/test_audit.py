"""`quyu audit`: the verdict, the seals to keep, the export from which anybody can recompute the chain."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quyu.platform.audit import services
from quyu.platform.audit.models import Decision
from quyu.shell.cli.audit import audit
from tests.people import Company

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


def call(*words: str) -> Result:
    return CliRunner().invoke(audit, list(words))


@pytest.fixture
def trail(company: Company) -> list[Decision]:
    return [
        services.record(
            actor=company.director,
            verb="import",
            subject=company.east,
            label=str(day),
            at=AT + timedelta(days=day),
        )
        for day in range(4)
    ]


@pytest.mark.capability("ADJ6", "PLT7")
def test_verify_names_day_number_and_kind(trail: list[Decision]) -> None:
    intact = call("verify")
    Decision.objects.filter(number=2).delete()
    broken = call("verify", "--json")

    assert (intact.exit_code, broken.exit_code) == (0, 1)
    told = json.loads(broken.stdout.splitlines()[-1])
    assert [(found["kind"], found["day"], found["number"]) for found in told["findings"]] == [
        ("deleted", "2026-06-02", 2)
    ]


@pytest.mark.capability("ADJ6")
def test_seals_kept_elsewhere_are_compared(trail: list[Decision], tmp_path: Path) -> None:
    kept = tmp_path / "seals.json"
    assert call("seals", str(kept)).exit_code == 0
    assert call("verify", "--seals", str(kept)).exit_code == 0
    content = json.loads(kept.read_text())
    content["seals"][1]["last_digest"] = "0" * 64
    kept.write_text(json.dumps(content))

    forged = call("verify", "--seals", str(kept))

    assert forged.exit_code == 1
    assert "2026-06-02" in forged.output
    kept.write_text("{}")
    assert call("verify", "--seals", str(kept)).exit_code == 1


def test_anybody_can_recompute_the_chain_from_the_export(trail: list[Decision], tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"

    assert call("export", str(file)).exit_code == 0

    previous = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        names = ("actor", "verb", "subject_type", "subject_id", "label", "detail", "reason", "at")
        content = json.dumps(
            {name: entry[name] for name in names}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        commitment = hashlib.sha256(f"{entry['salt']}\n{content}".encode()).hexdigest()
        text = f"entry\n{entry['day']}\n{entry['number']}\n{commitment}\n{previous}"
        previous = hashlib.sha256(text.encode()).hexdigest()
        assert entry["digest"] == previous
