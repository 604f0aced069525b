"""`quyu close-period`: the months, the figures one is closed with, and the request to open it again."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from quyu.platform.approvals.models import Approval
from quyu.platform.facts.models import ClosedMonth
from quyu.shell.cli.close_period import close_period
from tests.people import Company


@pytest.fixture(autouse=True)
def home(company: Company, settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


def call(*words: str) -> tuple[Result, dict[str, Any]]:
    result = CliRunner().invoke(close_period, [*words, "--json"])
    return result, json.loads(result.stdout.splitlines()[-1])


@pytest.mark.capability("ADJ3")
def test_a_month_is_closed_listed_and_asked_to_be_opened() -> None:
    result, told = call("2026-05", "--reason", "结清", "--as", "operations")
    assert (result.exit_code, told) == (
        0,
        {"status": "closed", "month": "2026-05", "regions": [], "changes": []},
    )

    listed = call()[1]["months"]
    assert listed[0] == {"month": "2026-05", "is_closed": True}
    assert listed[1] == {"month": "2026-04", "is_closed": False}

    _result, told = call("2026-05", "--reopen", "--reason", "补录", "--as", "operations")
    assert told["status"] == "asked"
    assert Approval.objects.get(pk=told["approval"]).summary == {"month": "2026-05", "reason": "补录"}
    assert ClosedMonth.objects.get().is_closed


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("2026-06", "--reason", "x"), "month_not_over"),
        (("2026-13", "--reason", "x"), "not_a_month"),
        (("2026-05", "--reason", "x", "--as", "director"), "no_right_to_close"),
        (("2026-05", "--reason", "x", "--reopen"), "nobody_asks"),
        (("2026-05", "--reason", "x", "--reopen", "--as", "operations"), "month_not_closed"),
    ],
)
def test_what_may_not_be_is_refused_by_name(words: tuple[str, ...], code: str) -> None:
    result, told = call(*words)

    assert result.exit_code != 0
    assert told["code"] == code
    assert not ClosedMonth.objects.exists()
