"""Without its engine the site shows a reason and no figure, changes nothing, and goes on when the engine is back."""

from typing import Any

import pytest
from django.urls import reverse

from quyu.analytics.engines.address import DUCKDB
from quyu.analytics.engines.session import EngineUnreachable
from quyu.apps.performance import engine, services
from quyu.apps.performance.models import MonthRollup, RollupState
from quyu.apps.performance.rollup_rows import MONTH_NAMES, RESTATED
from tests.apps.performance.conftest import Trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT

GONE = "postgresql://quyu:geheim@127.0.0.1:1/nothing"


@pytest.fixture
def gone(trading: Trading) -> Trading:
    """The chosen engine answered once and does no longer."""
    engine._choice().write_text(GONE, encoding="utf-8")
    return trading


def rows() -> list[Any]:
    return sorted(MonthRollup.objects.values_list("pk", *MONTH_NAMES), key=str)


@pytest.mark.capability("MON1")
def test_a_rebuild_without_its_engine_changes_nothing_and_is_done_when_asked_again(gone: Trading) -> None:
    before, state = rows(), RollupState.objects.values().get(pk=1)

    with pytest.raises(EngineUnreachable, match=r"127\.0\.0\.1:1"):
        services.rebuild_rollups(at=AT)

    assert rows() == before
    assert RollupState.objects.values().get(pk=1) == state

    engine.choose(DUCKDB)
    services.rebuild_rollups(at=AT)

    assert [row[1:] for row in sorted(rows(), key=lambda row: str(row[1:]))] == sorted(
        (row[1:] for row in before), key=str
    )


def test_history_is_restated_once_the_engine_is_back(gone: Trading) -> None:
    with pytest.raises(EngineUnreachable):
        services.restate(today=TODAY)
    assert not RollupState.objects.filter(pk=RESTATED.state_id).exists()

    engine.choose(DUCKDB)
    services.restate(today=TODAY)

    assert services.is_restated(today=TODAY)


def test_a_past_report_says_why_there_is_no_figure(gone: Trading) -> None:
    client = client_of(gone.company.director)
    client.raise_request_exception = False
    address = reverse("performance") + f"?period=2026&as_of={TODAY.isoformat()}"

    answer = client.get(address)

    assert answer.status_code == 503
    text = answer.content.decode()
    assert "计算引擎没有给出结果" in text
    assert "postgresql://quyu@127.0.0.1:1/nothing" in text
    assert "geheim" not in text

    engine.choose(DUCKDB)
    assert client.get(address).status_code == 200
