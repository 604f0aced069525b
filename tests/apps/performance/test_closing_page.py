"""Months are closed and opened again on their page: with a reason, on record, by whoever saw the present state."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quyu.platform.approvals import services as approvals
from quyu.platform.approvals.models import Approval
from quyu.platform.audit.models import Decision
from quyu.platform.facts.models import ClosedMonth
from quyu.platform.people.models import User
from tests.people import Company
from tests.platform.facts.lines import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.QUYU_HOME = tmp_path


MAY = date(2026, 5, 1)


def post(client: Client, user: User, view: str, **given: str) -> str:
    """What the page says afterwards."""
    client.force_login(user)
    form = {"month": "2026-05", "version": "0", "reason": "五月结清"} | given
    return client.post(reverse(view), form, follow=True).content.decode()


@pytest.mark.capability("ORG4")
def test_a_month_is_closed_and_opened_again_with_reasons_on_record(client: Client, company: Company) -> None:
    assert "2026-05 已关账。" in post(client, company.operations, "month-close")
    row = ClosedMonth.objects.get(month=MAY)
    assert (row.is_closed, row.reason, row.closed_by, row.version) == (
        True,
        "五月结清",
        company.operations,
        1,
    )

    text = post(client, company.admin, "month-reopen", version="1", reason="补录一张退货单")
    assert "已申请重开 2026-05" in text
    assert "重开待审批" in text
    row.refresh_from_db()
    assert row.is_closed
    asked = Approval.objects.get(subject_type="closed_month")
    with pytest.raises(approvals.OwnSubmission):
        approvals.approve(approval=asked, actor=company.admin, at=AT)
    approvals.approve(approval=asked, actor=company.director, at=AT)

    text = client.get(reverse("months")).content.decode()
    row.refresh_from_db()
    assert (row.is_closed, row.version) == (False, 2)
    assert list(row.history.values_list("is_closed", "history_user__username").order_by("history_id")) == [
        (True, "operations"), (False, "director"),
    ]  # fmt: skip
    told = Decision.objects.filter(verb__startswith="month.").order_by("number")
    assert list(told.values_list("verb", "actor__username", "reason", "subject_label")) == [
        ("month.close", "operations", "五月结清", "2026-05"),
        ("month.reopen", "director", "补录一张退货单", "2026-05"),
    ]
    assert "补录一张退货单" in text


def test_who_saw_an_older_state_changes_nothing(client: Client, company: Company) -> None:
    post(client, company.operations, "month-close")

    for version in ("0", "1"):
        assert "刚刚已被他人关账或重开" in post(client, company.admin, "month-close", version=version)
    assert "没有关账" in post(client, company.admin, "month-reopen", month="2026-04")
    post(client, company.admin, "month-reopen")
    assert "正在等待审批" in post(client, company.operations, "month-reopen")

    assert ClosedMonth.objects.get().version == 1
    assert ClosedMonth.objects.get().is_closed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"month": "2026-06"}, "还没有结束"),
        ({"reason": "  "}, "原因"),
        ({"month": "2026-13"}, "月份"),
        ({"version": "x"}, "version"),
    ],
)
def test_what_is_missing_or_too_early_is_refused(
    client: Client, company: Company, given: dict[str, str], said: str
) -> None:
    text = post(client, company.operations, "month-close", **given)

    assert said.lower() in text.lower()
    assert not ClosedMonth.objects.exists()


def test_who_may_not_keep_the_calendar_of_the_company_is_turned_away(
    client: Client, company: Company
) -> None:
    for name in ("owner", "boss", "director", "auditor", "stranger"):
        client.force_login(getattr(company, name))
        assert client.get(reverse("months")).status_code == 403
        assert client.post(reverse("month-close"), {"month": "2026-05"}).status_code == 403
    assert not ClosedMonth.objects.exists()
