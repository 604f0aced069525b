"""What came when, what is late by its own rhythm, odd days, refused and reversed, control totals; who sees it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from quyu.apps.monitoring.models import ControlTotal
from quyu.apps.monitoring.selectors import arrivals
from quyu.apps.performance import services as performance
from quyu.platform.audit.models import Decision
from quyu.platform.calendar.selectors import work_calendar
from quyu.platform.facts.models import Batch
from quyu.platform.people.scope import everything
from tests.apps.performance.conftest import WAN, trading  # noqa: F401
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT as FACTS_AT
from tests.platform.facts.lines import line, order_lines

pytestmark = pytest.mark.capability("MON1")
PAGE = "data-quality"


def come(code, created_on, ordered_on, fen=WAN):
    made = order_lines(line(code, ordered_on, fen, customer="C1"))
    batch = performance.record_orders(
        made, file_name=code, source_sha256=code * 8, actor=None, at=FACTS_AT, source="ERP"
    )
    at = FACTS_AT.replace(year=created_on.year, month=created_on.month, day=created_on.day)
    Batch.objects.filter(pk=batch.pk).update(created_at=at)
    return batch


def stream(today, source="ERP"):
    found = arrivals.streams(everything(), today=today, calendar=work_calendar())
    return next(one for one in found if one.source == source)


def test_late_by_its_own_rhythm(trading):  # noqa: F811
    for number in range(5):
        day = date(2026, 5, 8) + timedelta(7 * number)
        come(f"W{number}", day, day)
    one = stream(date(2026, 6, 8))
    assert (one.arrivals, one.rhythm, one.is_late, one.last_on) == (5, 5, False, date(2026, 6, 5))
    assert stream(date(2026, 6, 15)).is_late is False
    assert stream(date(2026, 6, 18)).is_late is True


def test_without_a_rhythm_the_last_date_decides(trading):  # noqa: F811
    come("ONE", date(2026, 6, 11), date(2026, 6, 11))
    assert stream(date(2026, 6, 12)).rhythm is None
    assert stream(date(2026, 6, 12)).is_late is False
    assert stream(date(2026, 6, 18)).is_late is True


def test_a_file_up_to_a_past_month_end_is_not_late_and_has_no_rhythm(trading):  # noqa: F811
    come("MAY", date(2026, 6, 11), date(2026, 5, 31))
    assert stream(date(2026, 6, 11)).is_late is None
    assert stream(date(2026, 6, 30)).is_late is None
    page = client_of(trading.company.operations).get(reverse(PAGE)).text
    assert "还没有规律" in page
    assert ">orders<" not in page, "a source nobody named is no code"


def test_only_orders_are_late_without_a_rhythm(trading):  # noqa: F811
    batch = come("PAID", date(2026, 6, 11), date(2026, 6, 11))
    Batch.objects.filter(pk=batch.pk).update(kind="receipt")
    assert stream(date(2026, 6, 30)).is_late is None


def test_days_with_nothing_or_too_little(trading):  # noqa: F811
    start = date(2026, 6, 1)
    for number in range(12):
        day = start + timedelta(number)
        if day.weekday() < 5 and day != date(2026, 6, 3):
            made = order_lines(*(line(f"L{number}-{row}", day, WAN, customer="C1") for row in range(10)))
            sha = f"{number:02d}" * 32
            performance.record_orders(made, file_name="x", source_sha256=sha, actor=None, at=FACTS_AT)
    found = arrivals.odd_days(today=date(2026, 6, 13), calendar=work_calendar())
    june = [one for one in found if one.day >= start]
    assert [one.day for one in june] == [date(2026, 6, 3)]


def test_a_control_total_is_compared_to_the_fen(trading):  # noqa: F811
    client = client_of(trading.company.operations)
    form = {"source": "财务", "first_on": "2026-04-01", "last_on": "2026-05-31", "line_count": "3"}
    client.post(reverse("data-quality-enter"), form | {"amount_fen": "3300000.01"})
    one = arrivals.reconciled(ControlTotal.objects.all())[0]
    assert (one.amount_fen, one.line_count) == (330 * WAN, 3)
    assert (one.short_fen, one.short_lines, one.agrees) == (-1, 0, False)
    assert "不一致" in client.get(reverse(PAGE)).text
    client.post(reverse("data-quality-enter"), form | {"amount_fen": "3300000"})
    assert arrivals.reconciled([ControlTotal.objects.order_by("pk").last()])[0].agrees
    batch = Batch.objects.get()
    client.post(
        reverse("data-quality-enter"),
        {"source": "ERP", "batch": batch.pk, "amount_fen": f"{batch.amount_fen / 100:.2f}"},
    )
    assert arrivals.reconciled([ControlTotal.objects.order_by("pk").last()])[0].agrees
    count = ControlTotal.objects.count()
    for wrong in (
        {"last_on": "2026-03-01"},
        {"amount_fen": "x"},
        {"first_on": ""},
        {"source": ""},
        {"batch": "99"},
    ):
        client.post(reverse("data-quality-enter"), form | {"amount_fen": "1"} | wrong)
    assert ControlTotal.objects.count() == count
    client.post(reverse("data-quality-remove", args=[ControlTotal.objects.order_by("pk")[0].pk]))
    assert ControlTotal.objects.count() == count - 1
    assert Decision.objects.filter(verb="control.remove").count() == 1


def test_reversed_batches_are_told_and_no_longer_agree(trading):  # noqa: F811
    batch = come("BACK", date(2026, 6, 11), date(2026, 6, 11))
    ControlTotal.objects.create(
        source="ERP", batch=batch, first_on=batch.first_on, last_on=batch.last_on, amount_fen=batch.amount_fen, created_at=FACTS_AT
    )  # fmt: skip
    assert arrivals.reconciled(ControlTotal.objects.select_related("batch"))[0].agrees
    performance.reverse(batch=batch, reason="重复报送", actor=trading.company.operations, at=FACTS_AT)
    assert not arrivals.reconciled(ControlTotal.objects.select_related("batch"))[0].agrees
    page = client_of(trading.company.operations).get(reverse(PAGE)).text
    assert "重复报送" in page
    assert "ERP" not in [
        one.source for one in arrivals.streams(everything(), today=TODAY, calendar=work_calendar())
    ]


def test_who_sees_it(company):
    for name, status in (
        ("operations", 200),
        ("auditor", 200),
        ("boss", 403),
        ("owner", 403),
        ("director", 200),
        ("dealer", 403),
    ):
        assert client_of(getattr(company, name)).get(reverse(PAGE)).status_code == status, name
    assert reverse(PAGE) in client_of(company.director).get(reverse("home")).text
    assert client_of(company.director).post(reverse("data-quality-enter"), {}).status_code == 403
    assert "还没有数据" in client_of(company.operations).get(reverse(PAGE)).text
    assert client_of(company.auditor).post(reverse("data-quality-enter"), {}).status_code == 403
