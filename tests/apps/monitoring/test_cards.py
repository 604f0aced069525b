"""A card's turn through the pages: opened by a red alert, planned, checked by the day's look, concluded; reach."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from quyu.apps.monitoring.choices import Severity
from quyu.apps.monitoring.models import Alert, AlertRule, CardTask, Meeting, PdcaCard, Promise
from quyu.platform.audit.models import Decision
from quyu.platform.catalog.models import ProductLine
from quyu.platform.people.models import Position
from tests.apps.monitoring.test_alerts import look, rule, sell
from tests.apps.performance.conftest import WAN, trading  # noqa: F401
from tests.people import TODAY, client_of

pytestmark = pytest.mark.capability("PLN7")


def at_jiangsu():
    """A red alert of one province; the look has opened its card."""
    rule(limit=90)
    look()
    return PdcaCard.objects.get(alert=Alert.objects.open().get(org_unit__code="JS"))


def plan_of(card, **given):
    form = {
        "problem": card.problem, "cause": "两家大客户停单", "goal": "40", "measures": "总监拜访\n补一次促销",
        "check_on": (TODAY + timedelta(5)).isoformat(), "version": card.version,
    }  # fmt: skip
    return form | given


def started(client, card, **given):
    answer = client.post(reverse("card-plan", args=[card.pk]), plan_of(card, start="1", **given), follow=True)
    card.refresh_from_db()
    return answer.text


def concluded(client, card, outcome, lesson="老客户要总监亲自去"):
    form = {"outcome": outcome, "lesson": lesson, "version": card.version}
    answer = client.post(reverse("card-conclude", args=[card.pk]), form, follow=True)
    card.refresh_from_db()
    return answer


def test_a_red_alert_opens_one_card_and_no_other_does(trading):  # noqa: F811
    rule("RED", limit=1000)
    rule("YELLOW", limit=1000, severity=Severity.MEDIUM)
    look()
    cards = list(PdcaCard.objects.select_related("alert__rule"))
    red = Alert.objects.open().filter(rule__code="RED", is_explained=False)
    assert {card.alert_id for card in cards} == set(red.values_list("pk", flat=True))
    assert cards
    for card in cards:
        assert (card.opened_figure, card.goal, card.owner_id) == (
            card.alert.figure,
            1000,
            card.alert.owner_id,
        )
    look()
    look(1)
    assert PdcaCard.objects.count() == len(cards)
    yellow = Alert.objects.open().filter(rule__code="YELLOW").first()
    client = client_of(trading.company.boss)
    button = reverse("card-from-alert", args=[yellow.pk])
    assert button in client.get(reverse("alert", args=[yellow.pk])).text
    first, second = client.post(button).url, client.post(button).url
    assert first == second == reverse("card", args=[PdcaCard.objects.get(alert=yellow).pk])
    assert button not in client.get(reverse("alert", args=[yellow.pk])).text
    card = PdcaCard.objects.get(alert=yellow)
    client.post(reverse("card-drop", args=[card.pk]), {"reason": "重复", "version": card.version})
    assert button in client.get(reverse("alert", args=[yellow.pk])).text, "the alert is still open"


def test_a_turn_from_plan_to_lesson(trading):  # noqa: F811
    company = trading.company
    card = at_jiangsu()
    client = client_of(company.boss)
    assert "还不能开始执行" in started(client, card, cause="", goal="")
    assert "要晚于今天" in started(client, card, check_on=TODAY.isoformat())
    assert "已被他人修改" in started(client, card, version=card.version + 1)
    assert card.state == "plan"
    assert "已开始执行" in started(client, card)
    assert card.state == "do"
    seat = card.owner
    task = {"text": "拜访华强", "owner": seat.pk, "due_on": "2026-06-18"}
    past = client.post(reverse("card-task", args=[card.pk]), task | {"due_on": "2026-06-14"}, follow=True)
    assert "期限 2026-06-14 已经过去" in past.text
    client.post(reverse("card-task", args=[card.pk]), task)
    row = CardTask.objects.get()
    settle = reverse("card-settle", args=[row.pk])
    client.post(settle, {"state": "done", "result": "晚", "version": row.version + 1})
    row.refresh_from_db()
    assert row.state == "open"
    client.post(settle, {"state": "done", "result": "恢复下单", "version": row.version})
    page = client.get(reverse("card", args=[card.pk])).text
    assert "恢复下单" in page
    assert reverse("card-conclude", args=[card.pk]) not in page
    assert "走完这一步" in concluded(client, card, "keep").content.decode()

    sell("MORE", date(2026, 6, 15), 5_000 * WAN)
    look(4)
    card.refresh_from_db()
    assert card.state == "do"
    look(5)
    card.refresh_from_db()
    alert = card.alert
    alert.refresh_from_db()
    assert (card.state, card.checked_on) == ("act", TODAY + timedelta(5))
    assert card.checked_figure == alert.figure > card.opened_figure
    assert card.is_reached is (alert.figure >= 4_000)
    assert "经验 这个字段是必填项" in concluded(client, card, "keep", "  ").text
    assert card.state == "act"
    concluded(client, card, "keep")
    assert (card.state, card.outcome, card.lesson) == ("closed", "keep", "老客户要总监亲自去")
    done = set(Decision.objects.filter(verb__startswith="card.").values_list("verb", flat=True))
    assert done == {"card.open", "card.plan", "card.task", "card.settle", "card.check", "card.conclude"}


def test_adjusted_measures_make_the_next_turn(trading):  # noqa: F811
    card = at_jiangsu()
    client = client_of(trading.company.boss)
    started(client, card)
    look(5)
    card.refresh_from_db()
    answer = concluded(client, card, "adjust")
    following = PdcaCard.objects.get(previous=card)
    assert answer.redirect_chain[-1][0] == reverse("card", args=[following.pk])
    assert (following.state, following.cause, following.goal) == ("plan", card.cause, 40)
    assert following.opened_figure == card.checked_figure
    assert "上一轮" in answer.text
    look(6)
    assert PdcaCard.objects.filter(alert=card.alert).count() == 2


def test_the_check_takes_the_figure_the_rule_had_when_the_card_was_opened(trading):  # noqa: F811
    card = at_jiangsu()
    started(client_of(trading.company.boss), card)
    AlertRule.objects.filter(pk=card.alert.rule_id).update(kind="threshold", metric="growth", is_active=False)
    look(5)
    card.refresh_from_db()
    assert card.checked_figure is not None
    assert 0 < card.checked_figure <= card.opened_figure, "the pace, not the growth; nothing was sold since"


def test_what_healed_untouched_is_dropped_and_what_was_worked_on_is_not(trading):  # noqa: F811
    rule(limit=90)
    look()
    cards = list(PdcaCard.objects.order_by("-org_unit__code"))
    assert len(cards) > 1
    client = client_of(trading.company.boss)
    client.post(reverse("card-plan", args=[cards[0].pk]), plan_of(cards[0]))
    AlertRule.objects.update(is_active=False)
    look(1)
    look(2)
    states = {card.pk: card.state for card in PdcaCard.objects.all()}
    assert states[cards[0].pk] == "plan"
    assert {states[card.pk] for card in cards[1:]} == {"dropped"}
    drop = {"reason": " ", "version": cards[0].version + 1}
    client.post(reverse("card-drop", args=[cards[0].pk]), drop)
    assert PdcaCard.objects.get(pk=cards[0].pk).state == "plan", "a reason is missing"
    client.post(reverse("card-drop", args=[cards[0].pk]), drop | {"reason": "季节"})
    assert PdcaCard.objects.get(pk=cards[0].pk).state == "dropped"
    assert Decision.objects.filter(verb="card.drop", reason="季节").exists()


def test_reach(trading):  # noqa: F811
    company = trading.company
    rule(limit=1000)
    look()
    own = PdcaCard.objects.get(org_unit=company.jiangsu)
    far = PdcaCard.objects.exclude(org_unit=company.jiangsu).first()
    client = client_of(company.boss)
    page = client.get(reverse("cards")).text
    assert reverse("card", args=[own.pk]) in page
    assert reverse("card", args=[far.pk]) not in page
    assert client.get(reverse("card", args=[far.pk])).status_code == 404
    assert client.post(reverse("card-plan", args=[far.pk]), plan_of(far)).status_code == 404
    assert client.post(reverse("card-from-alert", args=[far.alert_id])).status_code == 404


@pytest.mark.capability("ADJ4")
def test_lessons_are_found_by_words_node_and_metric_within_reach(trading):  # noqa: F811
    company = trading.company
    card = at_jiangsu()
    client = client_of(company.boss)
    page = reverse("lessons")
    assert "还没有经验" in client.get(page).text
    started(client, card)
    look(5)
    card.refresh_from_db()
    assert reverse("card", args=[card.pk]) not in client.get(page).text
    concluded(client, card, "keep")
    link = reverse("card", args=[card.pk])
    found = [
        {"text": "总监 老客户"}, {"text": "停单"}, {"text": "促销"}, {"node": "江苏"}, {"node": "JS"},
        {"metric": "pace"}, {"text": "总监", "node": "江苏", "metric": card.metric},
    ]  # fmt: skip
    for asked in found:
        assert link in client.get(page, asked).text, asked
    for asked in ({"text": "总监 火星"}, {"node": "广东"}, {"metric": "attainment"}):
        shown = client.get(page, asked).text
        assert link not in shown, asked
        assert "没有找到" in shown
    assert link not in client_of(company.neighbour).get(page).text
    assert link in client_of(company.director).get(page).text


@pytest.mark.capability("ADJ4")
def test_a_decision_of_a_meeting_opens_a_card(trading):  # noqa: F811
    company = trading.company
    client = client_of(company.boss)
    form = {"unit": company.jiangsu.pk, "cadence": "weekly", "held_on": TODAY.isoformat()}
    client.post(reverse("meeting-new"), form)
    meeting = Meeting.objects.get()
    seat = Position.objects.get(org_unit=company.jiangsu, role="province_manager")
    decision = {"text": "拜访十家客户", "owner": seat.pk, "due_on": "2026-06-20"}
    client.post(reverse("meeting-decide", args=[meeting.pk]), decision)
    button = reverse("card-from-decision", args=[Promise.objects.get().pk])
    assert button in client.get(reverse("meeting", args=[meeting.pk])).text
    assert client.post(button).url == client.post(button).url
    card = PdcaCard.objects.get()
    assert (card.problem, card.owner, card.opened_figure) == (
        "拜访十家客户", seat, meeting.pack["year"]["pace_bp"],
    )  # fmt: skip
    assert client_of(company.neighbour).post(button).status_code == 404


def test_the_next_step_is_on_the_home_page(trading):  # noqa: F811
    card = at_jiangsu()
    client = client_of(trading.company.boss)
    home = reverse("home-tasks")
    link = reverse("card", args=[card.pk])
    assert link in client.get(home).text
    started(client, card)
    assert link not in client.get(home).text
    client.post(
        reverse("card-task", args=[card.pk]),
        {"text": "拜访华强", "owner": card.owner_id, "due_on": "2026-06-18"},
    )
    assert "PDCA 任务：拜访华强" in client.get(home).text
    look(5)
    assert "已检查，写下经验" in client.get(home).text


def test_a_card_of_a_decision_is_judged_by_the_figure_its_owner_chooses(trading):  # noqa: F811
    company = trading.company
    client = client_of(company.boss)
    form = {"unit": company.jiangsu.pk, "cadence": "weekly", "held_on": TODAY.isoformat()}
    client.post(reverse("meeting-new"), form)
    decide = {"text": "把茶饮料卖起来", "owner": company.position("boss").pk, "due_on": "2026-06-20"}
    client.post(reverse("meeting-decide", args=[Meeting.objects.get().pk]), decide)
    client.post(reverse("card-from-decision", args=[Promise.objects.get().pk]))
    card = PdcaCard.objects.get()
    page = client.get(reverse("card", args=[card.pk])).text
    assert "看哪个指标" in page
    tea = ProductLine.objects.get(code="TEA")
    chosen = {"metric": "amount", "stretch": "year", "product_line": tea.pk, "side": "below", "goal": "900"}
    assert "已开始执行" in started(client, card, **chosen)
    assert (card.kind, card.opened_figure, card.goal) == ("threshold", 450 * WAN, 900)
    assert "看哪个指标" not in client.get(reverse("card", args=[card.pk])).text
    started(client, card, **chosen | {"metric": "attainment", "goal": "50"})
    assert card.metric == "amount", "what is measured stays once it is under way"
    sell("TEA", date(2026, 6, 16), 500 * WAN)
    look(5)
    card.refresh_from_db()
    assert (card.checked_figure, card.is_reached) == (950 * WAN, True)


def test_what_was_typed_is_still_there_after_a_refusal(trading):  # noqa: F811
    company = trading.company
    card = at_jiangsu()
    client = client_of(company.boss)
    assert "两家大客户停单</textarea>" in started(client, card, check_on="")
    assert card.cause == ""
    late = {"text": "拜访华强", "owner": card.owner_id, "due_on": "2026-06-01"}
    assert 'value="拜访华强"' in client.post(reverse("card-task", args=[card.pk]), late, follow=True).text
    client.post(
        reverse("meeting-new"), {"unit": company.jiangsu.pk, "cadence": "weekly", "held_on": "2026-06-15"}
    )
    meeting = Meeting.objects.get()
    page = client.post(reverse("meeting-decide", args=[meeting.pk]), late, follow=True).text
    assert 'value="拜访华强"' in page
    stale = {"minutes": "写了很久", "version": meeting.version + 1}
    page = client.post(reverse("meeting-minutes", args=[meeting.pk]), stale, follow=True).text
    assert "写了很久</textarea>" in page


def test_what_the_product_does_with_cards_is_on_record(trading):  # noqa: F811
    card = at_jiangsu()
    started(client_of(trading.company.boss), card)
    AlertRule.objects.update(limit=0)
    look(5)
    verbs = [row.verb for row in Decision.objects.filter(subject_type="pdcacard", actor=None).order_by("pk")]
    assert verbs.count("card.open") == PdcaCard.objects.count()
    assert verbs.count("card.check") == 1
    assert verbs.count("card.drop") == PdcaCard.objects.filter(state="dropped").count() > 0
