"""`quyu channel`: the figures of the page as JSON and in words, and refusals in words."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from quyu.apps.performance.directory import directory
from quyu.apps.performance.selectors.genuine import genuine
from quyu.apps.performance.selectors.keys import Places
from quyu.shell.cli.channel import channel
from tests.apps.performance.conftest import Trading, trading
from tests.apps.performance.test_genuine import STUFFED, dealing, see_prices, shown

__all__ = ["dealing", "trading"]
pytestmark = [pytest.mark.django_db, pytest.mark.capability("B8", "CHN10")]


def call(*words: str) -> Result:
    return CliRunner().invoke(channel, list(words))


def answer(*words: str) -> dict[str, Any]:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_command_tells_what_the_page_tells(dealing: Trading, tmp_path: Path) -> None:
    see_prices(dealing, tmp_path)
    found = answer("--period", "2026")
    page = genuine(shown(), directory())

    total = found["total"]
    assert (total["region"], total["stuffed"], total["judged"]) == ("HQ", 3, page.below["HQ"].judged)
    assert total["adjusted_fen"] == total["actual_fen"] - page.below["HQ"].change
    assert total["adjusted_fen"] == page.adjusted("HQ").actual
    off = sum(row["actual_fen"] - row["adjusted_fen"] for row in found["rows"])
    assert off == page.below["HQ"].change > 0
    assert {row["customer"] for row in found["stuffing"]} == set(STUFFED)
    assert [(row["code"], row["count"]) for row in found["diversion"]] == [("D6", 4)]
    assert [(row["code"], row["count"]) for row in found["price_disorder"]] == [("P2", 3)]
    assert found["notes"] == []
    words = call("--period", "2026").output
    for text in ("（压货）", "压货：D0商贸", "窜货：D6商贸", "乱价：", "调整后达成率"):
        assert text in words


def test_who_answers_for_several_regions_is_told_of_all(
    dealing: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    tops = ("JS", "GD")
    monkeypatch.setattr(
        "quyu.shell.cli.channel.places_below", lambda frame, _region: Places(frame, tops, level=0)
    )

    found = answer("--period", "2026")

    assert [part["total"]["region"] for part in found["regions"]] == list(tops)
    assert {row["customer"] for row in found["regions"][0]["stuffing"]} == set(STUFFED)
    words = call("--period", "2026").output
    assert words.count("真实达成（元）") == 2


def test_an_account_is_told_its_own_part(dealing: Trading) -> None:
    found = answer("--period", "2026", "--as", dealing.company.neighbour.username)

    assert found["total"]["region"] == dealing.company.guangdong.code
    assert found["stuffing"] == []
    outside = call("--period", "2026", "--as", dealing.company.neighbour.username, "--region", "JS", "--json")
    assert outside.exit_code == 1
    assert "D0" not in outside.stdout


def test_a_period_to_come_says_that_nothing_has_happened(dealing: Trading) -> None:
    told = answer("--period", "2031")

    assert told["data_to"] is None
    assert told["notes"][0] == "期间内还没有任何实绩。"
    assert "期间内还没有任何实绩。" not in answer("--period", "2026")["notes"]


def test_without_reports_it_says_what_to_import(trading: Trading) -> None:
    found = answer("--period", "2026")

    assert found["total"]["adjusted_fen"] is None
    assert "quyu import stock" in found["notes"][0]
    assert "quyu import prices" in found["notes"][1]
    assert "—" in call("--period", "2026").output


@pytest.mark.parametrize(
    "words",
    [("--period", "13"), ("--period", "2026", "--as", "nobody"), ("--period", "2026", "--region", "火星")],
)
def test_what_cannot_be_answered_is_refused_in_words(trading: Trading, words: tuple[str, ...]) -> None:
    result = call(*words)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
