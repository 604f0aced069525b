"""Yesterday's report stays what it was, whatever is imported, reversed, moved or published afterwards."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from quyu.apps.customers.models import Customer
from quyu.apps.performance import engine, services
from quyu.apps.performance.background import restate
from quyu.apps.performance.models import DayRollup, MonthRollup, RollupState, Watermark
from quyu.apps.performance.rollup_rows import RESTATED
from quyu.apps.performance.selectors import series, sources
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import Board, board
from quyu.apps.targets import services as planning
from quyu.apps.targets.models import PlanVersion
from quyu.platform.approvals import services as approvals
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import WAN, Trading
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT, line, order_lines

pytestmark = pytest.mark.capability("MON1")
NEXT_DAY = datetime(2026, 6, 16, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def restated(day: date = TODAY) -> Board:
    services.restate(today=day)
    source = sources.AS_RESTATED
    return board(
        span_of(CALENDAR.parse("2026"), today=day, source=source), everything(), today=day, source=source
    )


def as_known_on(day: date) -> Board:
    source = sources.past(day)
    span = span_of(CALENDAR.parse("2026"), today=day, source=source)
    return board(span, everything(), today=TODAY, source=source, known_on=day)


def everything_changes(trading: Trading) -> None:
    """A late order, a reversal, a customer moved, a new plan in force: all the day after."""
    late = order_lines(line("LATE", date(2026, 6, 11), 77 * WAN, customer="C2"))
    services.record_orders(late, file_name="b.csv", source_sha256="b" * 64, actor=None, at=NEXT_DAY)
    services.reverse(batch=Batch.objects.order_by("pk")[0], reason="错", actor=None, at=NEXT_DAY)
    Customer.objects.filter(code="C1").update(territory_override=trading.company.yuedong)
    services.refresh_ownership(at=NEXT_DAY)
    version = planning.new_version(
        plan_version=PlanVersion.objects.get(), actor=trading.company.operations, at=NEXT_DAY
    )
    approval = planning.submit(plan_version=version, actor=trading.company.operations, at=NEXT_DAY)
    approvals.approve(approval=approval, actor=trading.company.director, at=NEXT_DAY)
    version.refresh_from_db()
    planning.publish(plan_version=version, actor=trading.company.director, at=NEXT_DAY)


def page(trading: Trading, query: str) -> bytes:
    """The report itself: what stands between `<main>` and `</main>`, without the token every form has anew."""
    answer = client_of(trading.company.director).get(reverse("performance") + query)
    assert answer.status_code == 200
    found = re.search(rb"<main.*</main>", answer.content, re.DOTALL)
    assert found
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", found.group())


def test_a_past_report_is_made_again_byte_for_byte(trading: Trading, settings) -> None:  # type: ignore[no-untyped-def]
    query = f"?period=2026&as_of={TODAY.isoformat()}"
    settings.QUYU_TODAY = "2026-06-16"
    before = page(trading, query)

    everything_changes(trading)

    assert page(trading, query) == before
    assert page(trading, "?period=2026") != before


@pytest.mark.capability("MON6")
def test_the_engine_makes_the_same_past_report_byte_for_byte(
    trading: Trading, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summed in the process before anything changes, by the engine afterwards."""
    query = f"?period=2026&as_of={TODAY.isoformat()}"
    settings.QUYU_TODAY = "2026-06-16"
    before = page(trading, query)

    everything_changes(trading)
    monkeypatch.setattr(engine, "FEW_LINES", -1)

    assert page(trading, query) == before


def test_what_was_known_then_equals_what_the_rollups_said_then(trading: Trading) -> None:
    now = board(span_of(CALENDAR.parse("2026"), today=TODAY), everything(), today=TODAY)
    standings, months = dict(now.standings), series.series_of(now, "HQ").sold

    everything_changes(trading)
    then = as_known_on(TODAY)

    assert then.standings == standings
    assert series.series_of(then, "HQ").sold == months
    assert board(now.span, everything(), today=TODAY).standings != standings


def test_before_the_first_facts_there_is_nothing_to_show_again(trading: Trading) -> None:
    with pytest.raises(sources.NothingRecorded):
        sources.past(date(2020, 1, 1))

    assert "还没有任何数据" in page(trading, "?as_of=2020-01-01").decode()


@pytest.mark.parametrize("text", ["2026-06-16", "2026-02-29", "x"])
def test_a_day_to_come_or_no_day_is_not_found(trading: Trading, text: str) -> None:
    answer = client_of(trading.company.director).get(reverse("performance"), {"as_of": text})

    assert answer.status_code == 404
    assert f"“{text}”不是今天或以前的日期" in answer.content.decode()


def test_what_is_no_period_is_named(trading: Trading) -> None:
    answer = client_of(trading.company.director).get(reverse("performance"), {"period": "<b>zzz"})

    assert answer.status_code == 404
    assert "“&lt;b&gt;zzz”不是期间，请写成 2027" in answer.content.decode()


@pytest.mark.capability("MON1", "MON5")
def test_restated_history_counts_for_who_answers_today_and_loses_nothing(trading: Trading) -> None:
    """C1 is named for 粤东 from today; as it was, its lines of the past stay where the frame puts them."""
    company = trading.company
    company.sunan.valid_to = TODAY
    company.sunan.save()
    services.refresh_ownership(at=NEXT_DAY)
    was = board(span_of(CALENDAR.parse("2026"), today=TODAY), everything(), today=TODAY)

    shown = restated()

    assert was.standings["T:苏南"].actual == 200 * WAN
    assert (
        "T:苏南" not in shown.standings
    )  # the tree is today's; what the closed territory had to reach stays with 江苏
    assert shown.direct["JS"].target == was.standings["T:苏南"].target
    assert shown.direct["HQ"].actual == (200 + 7) * WAN
    assert shown.standings["HQ"].actual == was.standings["HQ"].actual
    assert (
        shown.standings["HQ"].actual + _last_year(shown) == Batch.objects.aggregate(s=Sum("amount_fen"))["s"]
    )


def _last_year(shown: Board) -> int:
    return int(
        sum(fen for (month, _line), fen in series.series_of(shown, "HQ").sold.items() if month.year == 2025)
    )


def test_restated_figures_are_made_by_a_job_and_only_read_by_the_page(
    trading: Trading, django_capture_on_commit_callbacks: Any
) -> None:
    state = RollupState.objects.filter(pk=RESTATED.state_id)
    assert "还没有按今天的归属重述" in page(trading, "?period=2026&as=restated").decode()
    assert "还没有按今天的归属重述" in page(trading, "?period=2026&as=restated&export=xlsx").decode()
    assert not state.exists()

    client = client_of(trading.company.director)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("performance-restate"), {"period": "2026", "region": "HQ"})

    assert answer["Location"] == f"{reverse('performance')}?region=HQ&period=2026&as=restated"
    made = list(state.values())
    text = page(trading, "?period=2026&as=restated").decode()
    assert "正在重算" not in text
    assert list(state.values()) == made
    assert "历史按今天的归属重述" in text
    assert "历史按今天的归属重述" not in page(trading, "?period=2026").decode()


def test_the_page_tells_a_job_on_its_way_from_one_that_failed(trading: Trading) -> None:
    """Whoever looks sees how it is: waiting, failed, and waiting again after another try."""
    asked = "?period=2026&as=restated"

    def job(**given: Any) -> None:
        told = {"args_kwargs": {}, "backend_name": "default", "exception_class_path": "", "traceback": ""}
        DBTaskResult.objects.create(task_path=restate.module_path, run_after=AT, **told, **given)

    assert "重算没有完成" not in page(trading, asked).decode()
    job(status="FAILED", finished_at=AT, worker_ids=["1"])
    text = page(trading, asked).decode()
    assert "重算没有完成" in text
    assert "正在重算" not in text
    assert "现在重算" in text

    job(status="READY", worker_ids=["2", "3"])
    text = page(trading, asked).decode()
    assert "试了 2 次都没有算完" in text
    assert "正在重算" not in text
    assert "现在重算" in text

    job(status="READY")
    text = page(trading, asked).decode()
    assert "正在重算" in text
    assert "现在重算" not in text


def test_a_watermark_is_left_only_where_something_changed(trading: Trading) -> None:
    marks = Watermark.objects.count()

    services.refresh_ownership(at=NEXT_DAY)
    services.rebuild_rollups(at=NEXT_DAY)

    assert Watermark.objects.count() == marks
    assert MonthRollup.objects.exists()
    assert DayRollup.objects.exists()
