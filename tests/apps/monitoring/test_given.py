"""What a seat was given and does not reach the source of: its own page, reports, who is told, and who is kept out."""

import pytest
from django.urls import reverse

from quyu.apps.monitoring.models import CardTask, Meeting, PdcaCard, Promise
from quyu.platform.audit.models import Decision
from quyu.platform.notices.models import Notice
from tests.apps.monitoring.test_alerts import look, rule
from tests.apps.performance.conftest import trading  # noqa: F401
from tests.people import client_of

pytestmark = pytest.mark.capability("PLN7", "MON4")
HOME = "home-tasks"


@pytest.fixture
def task(trading):  # noqa: F811
    """A task of the card of a province, given to a salesperson of it."""
    company = trading.company
    rule(limit=90)
    look()
    card = PdcaCard.objects.get(org_unit=company.jiangsu)
    form = {"text": "拜访华强", "owner": company.position("owner").pk, "due_on": "2026-06-18"}
    client_of(company.boss).post(reverse("card-task", args=[card.pk]), form)
    return CardTask.objects.get()


@pytest.fixture
def decision(trading):  # noqa: F811
    company = trading.company
    boss = client_of(company.boss)
    boss.post(
        reverse("meeting-new"), {"unit": company.jiangsu.pk, "cadence": "weekly", "held_on": "2026-06-15"}
    )
    form = {"text": "签回三家", "owner": company.position("owner").pk, "due_on": "2026-06-19"}
    boss.post(reverse("meeting-decide", args=[Meeting.objects.get().pk]), form)
    return Promise.objects.get()


def report(client, row, kind="progress", text="已约三家", **more):
    form = {"kind": kind, "text": text, "version": row.version} | more
    answer = client.post(f"{row.page}report/", form, follow=True)
    row.refresh_from_db()
    return answer


def told(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", "url"))


def test_the_holder_reads_what_where_from_and_by_when_but_no_figure(trading, task):  # noqa: F811
    company = trading.company
    owner = client_of(company.owner)
    assert owner.get(reverse("card", args=[task.card_id])).status_code == 404
    assert task.page in owner.get(reverse(HOME)).text
    assert told(company.owner)[-1] == ("交给您办：拜访华强，2026-06-18 前", task.page)
    page = owner.get(task.page).text
    assert "拜访华强" in page
    assert f"江苏 · {task.card.problem}" in page
    assert "2026-06-18" in page
    assert "出现时" not in page
    assert reverse("card", args=[task.card_id]) not in page
    assert task.page in owner.get(reverse("given")).text
    above = client_of(company.boss).get(task.page).text
    assert "出现时" in above
    assert reverse("card", args=[task.card_id]) in above
    assert "报告进展" not in above, "who reaches the card settles there"


def test_a_report_reaches_the_card_and_who_answers_for_it(trading, task):  # noqa: F811
    company = trading.company
    owner = client_of(company.owner)
    assert "已报告" in report(owner, task).text
    assert (task.state, task.result) == ("open", "")
    card = reverse("card", args=[task.card_id])
    assert "有进展：已约三家" in client_of(company.boss).get(card).text
    text, url = told(company.boss)[-1]
    assert (url, "owner" in text, "拜访华强" in text, "已约三家" in text) == (card, True, True, True)
    report(owner, task, "cannot", "客户已搬走")
    assert task.state == "open", "who gave it decides"
    assert "办不了" in client_of(company.boss).get(card).text
    report(owner, task, "done", "恢复下单")
    assert (task.state, task.result) == ("done", "恢复下单")
    assert task.page not in owner.get(reverse(HOME)).text
    history = owner.get(task.page).text
    assert history.index("已约三家") < history.index("客户已搬走") < history.rindex("恢复下单")
    assert Decision.objects.filter(verb="card.report", reason="恢复下单").exists()
    assert "不用再报告" in report(owner, task).text
    assert task.reports.count() == 3


def test_a_decision_is_reported_and_read_in_the_next_meeting(trading, decision):  # noqa: F811
    company = trading.company
    owner, boss = client_of(company.owner), client_of(company.boss)
    assert owner.get(reverse("meeting", args=[decision.meeting_id])).status_code == 403
    assert decision.page in owner.get(reverse(HOME)).text
    page = owner.get(decision.page).text
    assert "江苏 · 周会 · 2026-06-15" in page
    assert "全年达成率" not in page
    report(owner, decision)
    assert told(company.boss)[-1][1] == reverse("meeting", args=[decision.meeting_id])
    boss.post(
        reverse("meeting-new"), {"unit": company.jiangsu.pk, "cadence": "monthly", "held_on": "2026-06-22"}
    )
    following = Meeting.objects.get(held_on="2026-06-22")
    assert "有进展：已约三家" in boss.get(reverse("meeting", args=[following.pk])).text
    assert "全年达成率" in boss.get(decision.page).text


def test_everybody_else_is_turned_away(trading, task, decision):  # noqa: F811
    company = trading.company
    for row in (task, decision):
        for name in ("colleague", "neighbour"):
            client = client_of(getattr(company, name))
            assert client.get(row.page).status_code == 404
            assert report(client, row).status_code == 404
            assert row.page not in client.get(reverse("given")).text
        assert report(client_of(company.boss), row).status_code == 404
        assert row.reports.count() == 0


def test_what_was_typed_stays_after_a_refusal(trading, task):  # noqa: F811
    owner = client_of(trading.company.owner)
    page = report(owner, task, text="写了很久", version=task.version + 1)
    assert "写了很久</textarea>" in page.text
    assert "这个字段是必填项" in report(owner, task, text=" ").text
    assert task.reports.count() == 0
