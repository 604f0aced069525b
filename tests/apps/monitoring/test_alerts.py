"""Alerts from the board's own figures: opened, grouped, told once, escalated, handled, closed; reach; no flood."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from quyu.apps.monitoring.choices import Level, RuleKind, Severity, Side
from quyu.apps.monitoring.models import Alert, AlertAct, AlertRule
from quyu.apps.monitoring.selectors.figures import FigureBook
from quyu.apps.monitoring.services import handling, judging
from quyu.apps.monitoring.services.defaults import ensure_defaults
from quyu.apps.performance import services as performance
from quyu.apps.performance.selectors.span import CALENDAR, span_of
from quyu.apps.performance.selectors.tree import board
from quyu.platform.notices.models import Notice
from quyu.platform.people.scope import everything, scope_of
from tests import factories
from tests.apps.performance.conftest import WAN, trading  # noqa: F401
from tests.people import TODAY, client_of
from tests.platform.facts.lines import AT as FACTS_AT
from tests.platform.facts.lines import line, order_lines

AT = datetime(TODAY.year, TODAY.month, TODAY.day, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
pytestmark = pytest.mark.capability("MON3")


def rule(code="R", **given):
    fields = {
        "code": code,
        "name": code,
        "kind": RuleKind.PACE,
        "level": Level.PROVINCE,
        "limit": 90,
        "severity": Severity.HIGH,
        "advice": "逐个客户看",
    }
    return AlertRule.objects.create(**fields | given)


def look(days=0):
    return judging.look(at=AT + timedelta(days))


def nodes(**given):
    return {row.node_code for row in Alert.objects.open().filter(**given)}


def sell(code, day, fen, customer="C1"):
    made = order_lines(line(code, day, fen, customer=customer))
    performance.record_orders(made, file_name=code, source_sha256=code * 8, actor=None, at=FACTS_AT)


def test_the_figures_are_those_of_the_board(trading):  # noqa: F811
    shown = board(span_of(CALENDAR.year(2026), today=TODAY), everything(), today=TODAY)
    book = FigureBook(TODAY)
    for metric in ("attainment", "pace", "growth"):
        found = book.values(metric, "year", "")
        for node, one in shown.standings.items():
            assert found.get(node) == getattr(one, f"{metric}_bp")
    by_line = [book.standings("year", code) for code in ("TEA", "SNACK")]
    for node, one in shown.standings.items():
        assert sum(each[node].target for each in by_line if node in each) == one.target
        assert sum(each[node].actual for each in by_line if node in each) == one.actual


def test_the_queries_do_not_grow_with_the_nodes(trading, django_assert_max_num_queries):  # noqa: F811
    rule(level=Level.UNITS)
    rule("T", level=Level.TERRITORY)
    with django_assert_max_num_queries(90):
        look()
    for number in range(12):
        unit = factories.org_unit(f"U{number}", f"组{number}", "team", parent=trading.company.jiangsu)
        factories.territory(f"区{number}", unit, valid_from=date(2024, 1, 1))
    with django_assert_max_num_queries(90):
        look(1)


def test_one_alert_a_node_however_long_it_is_bad(trading):  # noqa: F811
    made = rule(level=Level.UNITS, side=Side.ABOVE, limit=0)
    first = look()
    assert first == len(nodes())
    assert first > 2
    for day in range(1, 40):
        assert look(day) == 0
    assert Alert.objects.filter(rule=made).count() == first
    boss = trading.company.boss
    texts = Notice.objects.filter(user=boss, text__startswith="预警")
    assert texts.count() == 2, "told when it opened and when it was escalated, not forty times"


def test_a_digest_a_person_and_day_whatever_the_rules(trading):  # noqa: F811
    for number in range(5):
        rule(f"R{number}", level=Level.UNITS, limit=1000)
    look()
    rule("LATER", level=Level.UNITS, limit=1000)
    assert judging.look(at=AT + timedelta(hours=2)) > 0
    told = Notice.objects.filter(text__startswith="预警").values_list("user", flat=True)
    assert sorted(set(told)) == sorted(told)
    assert Notice.objects.filter(user=trading.company.boss, text__startswith="预警").count() == 1
    look(1)
    assert Notice.objects.filter(user=trading.company.boss, text__startswith="预警").count() == 2


def test_the_owner_is_who_manages_the_node(trading):  # noqa: F811
    rule(level=Level.TERRITORY, limit=1000)
    rule("P", level=Level.UNITS, limit=1000)
    look()
    company = trading.company
    by_node = {row.node_code: row.owner for row in Alert.objects.all()}
    assert by_node["T:苏南"] == company.position("owner")
    assert by_node["JS"] == company.position("boss")
    assert by_node["T:粤东"] == company.position("neighbour"), "nobody owns it: the manager above"
    assert by_node["EAST"] == company.position("director"), "its own seat is vacant"


def test_children_that_explain_the_parent_are_told_instead_of_it(trading):  # noqa: F811
    rule(level=Level.UNITS, limit=1000)
    look()
    top = Alert.objects.get(org_unit__code="HQ")
    assert top.is_explained
    assert Alert.objects.get(org_unit__code="JS").parent.org_unit.code == "EAST"
    assert not Notice.objects.filter(user=trading.company.operations, text__startswith="预警").exists()
    page = client_of(trading.company.director).get(reverse("alerts")).text
    assert "总部" in page
    assert "江苏" in page
    red = Alert.objects.open().filter(rule__severity=Severity.HIGH)
    assert red.exclude(parent=None).exists()
    shown = re.search(r"红色</div>\s*<div[^>]*>(\d+)<", page)
    assert shown is not None
    assert int(shown[1]) == red.count(), "those below another are counted as well"


def test_late_alerts_go_to_the_superior_once(trading):  # noqa: F811
    rule(due_days=3, limit=1000)
    look()
    for day in (2, 3, 4, 5, 9):
        look(day)
    row = Alert.objects.get(org_unit__code="GD")
    assert row.escalated_on == TODAY + timedelta(4)
    assert row.superior == trading.company.position("director")
    assert row.acts.filter(kind="escalated").count() == 1
    tasks = client_of(trading.company.director).get(reverse("home-tasks")).text
    assert "预警：广东" in tasks


def test_handled_recovers_and_says_whether_it_helped(trading):  # noqa: F811
    rule(limit=5)
    look()
    row = Alert.objects.get(org_unit__code="GD")
    before = row.figure
    client = client_of(trading.company.neighbour)
    client.post(reverse("alert-handle", args=[row.pk]), {"text": " ", "version": row.version})
    assert "请写明做了什么" in client.get(reverse("alert", args=[row.pk])).text
    stale = {"text": "拜访十家大客户", "version": row.version + 1}
    client.post(reverse("alert-handle", args=[row.pk]), stale)
    row.refresh_from_db()
    assert row.acted_on is None
    client.post(reverse("alert-handle", args=[row.pk]), stale | {"version": row.version})
    row.refresh_from_db()
    assert (row.acted_figure, row.acted_on) == (before, TODAY)
    sell("NEW", date(2026, 6, 12), 2_000 * WAN, customer="C3")
    look(1)
    row.refresh_from_db()
    assert (row.closed_on, row.ending) == (TODAY + timedelta(1), "good")
    assert row.change == row.figure - before > 0
    assert "有好转" in client.get(reverse("alert", args=[row.pk])).text
    with pytest.raises(handling.AlertClosed):
        handling.note_act(
            alert=row, text="x", expected_version=row.version, actor=trading.company.neighbour, at=AT
        )


def test_what_flaps_is_the_same_alert(trading):  # noqa: F811
    made = rule(limit=5)
    look()
    count = Alert.objects.count()
    AlertRule.objects.filter(pk=made.pk).update(limit=0)
    look(1)
    assert not nodes(org_unit__code="GD")
    AlertRule.objects.filter(pk=made.pk).update(limit=5)
    assert look(2) == 0
    assert Alert.objects.count() == count
    assert AlertAct.objects.filter(kind="reopened").exists()
    AlertRule.objects.filter(pk=made.pk).update(is_active=False)
    look(3)
    assert not nodes()
    assert set(Alert.objects.values_list("ending", flat=True)) == {"rule"}


def test_snoozed_until_a_day_then_told_again(trading):  # noqa: F811
    rule(limit=1000, due_days=1)
    look()
    row = Alert.objects.get(org_unit__code="GD")
    client = client_of(trading.company.neighbour)
    url = reverse("alert-snooze", args=[row.pk])
    for until in ("", "2026-06-15", "2026-06-01", "2027-06-15", "x"):
        client.post(url, {"until": until, "version": row.version})
        row.refresh_from_db()
        assert row.snoozed_until is None
    client.post(url, {"until": "2026-06-20", "text": "等会议", "version": row.version})
    for day in range(1, 5):
        look(day)
    row.refresh_from_db()
    assert row.escalated_on is None
    assert row.state(TODAY + timedelta(1)) == "snoozed"
    told = Notice.objects.filter(user=trading.company.neighbour, text__startswith="预警")
    assert told.count() == 1
    look(5)
    assert told.count() == 2
    row.refresh_from_db()
    assert row.snoozed_until is None


def test_trend_sudden_change_and_silence(trading):  # noqa: F811
    trend = rule("TREND", kind=RuleKind.TREND, metric="amount", count=2, level=Level.TERRITORY)
    sudden = rule("SUDDEN", kind=RuleKind.SUDDEN, count=5, limit=40, level=Level.HEAD_OFFICE)
    rise = rule(
        "RISE",
        kind=RuleKind.SUDDEN,
        count=5,
        limit=40,
        side=Side.ABOVE,
        level=Level.TERRITORY,
    )
    silent = rule("SILENT", kind=RuleKind.MISSING, count=5, side=Side.ABOVE, level=Level.TERRITORY, limit=0)
    for number, (month, fen) in enumerate(((3, 90), (4, 60), (5, -10))):
        sell(f"D{number}", date(2026, month, 8), fen * WAN, customer="C3")
    sell("BASE", date(2026, 5, 28), 3 * WAN, customer="C1")
    sell("DAY", date(2026, 6, 4), 30 * WAN, customer="C2")
    look()
    assert nodes(rule=trend) == {"T:粤东"}
    assert not nodes(rule=sudden)
    assert nodes(rule=rise) == {"T:苏南"}
    row = Alert.objects.get(rule=silent, territory__code="粤东")
    assert row.figure == FigureBook(TODAY).silent()["T:粤东"] > 20
    assert nodes(rule=silent) == {"T:粤东", "T:苏北"}


def test_reach(trading):  # noqa: F811
    rule(limit=1000, level=Level.UNITS)
    rule("T", limit=1000, level=Level.TERRITORY)
    look()
    company = trading.company
    far = Alert.objects.get(org_unit__code="GD", territory=None)
    own = Alert.objects.get(territory__code="苏南")
    for name, sees in (("boss", False), ("owner", False), ("neighbour", True), ("director", True)):
        user = getattr(company, name)
        status = client_of(user).get(reverse("alert", args=[far.pk])).status_code
        assert status == (200 if sees else 404), name
        found = Alert.objects.visible_to(scope_of(user, at=TODAY), TODAY)
        assert found.filter(pk=far.pk).exists() == sees
    assert client_of(company.owner).get(reverse("alert", args=[own.pk])).status_code == 200
    assert client_of(company.colleague).get(reverse("alert", args=[own.pk])).status_code == 404
    post = {"text": "x", "version": far.version}
    assert client_of(company.boss).post(reverse("alert-handle", args=[far.pk]), post).status_code == 404
    assert client_of(company.auditor).post(reverse("alert-handle", args=[far.pk]), post).status_code == 403
    assert client_of(company.boss).post(reverse("alerts-look")).status_code == 403
    assert client_of(company.operations).post(reverse("alerts-look")).status_code == 302
    assert client_of(company.dealer).get(reverse("alerts")).status_code == 403


def test_a_manager_makes_rules_for_his_own_units(company):
    client = client_of(company.boss)
    form = {
        "code": "MINE", "name": "我的", "kind": "threshold", "metric": "attainment", "stretch": "month", "level": "territory",
        "org_unit": "JS", "side": "below", "limit": "80", "count": "3", "severity": "low", "due_days": "3", "is_active": "true",
    }  # fmt: skip
    url = reverse("alertrule-create")
    client.post(url, form | {"org_unit": "GD", "code": "FAR"})
    client.post(url, form | {"org_unit": "", "code": "ALL"})
    client.post(url, form | {"kind": "trend", "metric": "pace", "code": "BAD"})
    assert client.post(url, form).status_code == 302
    assert list(AlertRule.objects.values_list("code", flat=True)) == ["MINE"]


def test_every_company_starts_with_rules_of_its_own(trading):  # noqa: F811
    look()
    assert AlertRule.objects.count() == 6
    AlertRule.objects.filter(code="PACE-YEAR").update(limit=50)
    Alert.objects.all().delete()
    AlertRule.objects.exclude(code="PACE-YEAR").delete()
    assert ensure_defaults() == 0
    assert AlertRule.objects.get().limit == 50


def test_an_empty_company_has_nothing_to_judge(company):
    assert look() == 0
    page = client_of(company.director).get(reverse("alerts"))
    assert page.status_code == 200
    assert "没有哪条预警规则被触发" in page.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "pace", "level": "units"}, "全公司的各级组织，今年到今天的对进度低于 90.00% 时"),
        ({"kind": "threshold", "metric": "amount", "side": "above"}, "今年到今天的销售额高于 90.00 万元 时"),
        ({"kind": "trend", "metric": "attainment"}, "达成率连续 3 个月一个月比一个月低时"),
        ({"kind": "sudden", "count": 5, "limit": 40}, "比之前 15 个工作日下降超过 40.00% 时"),
        ({"kind": "missing", "side": "above"}, "连续 3 个工作日没有一行订单时"),
    ],
)
def test_a_rule_says_in_a_sentence_what_it_judges(trading, given, said):  # noqa: F811
    made = rule(**given)
    page = client_of(trading.company.operations).get(reverse("alertrule-detail", args=[made.pk])).text
    assert said in page
    assert "由负责的岗位在 7 天内处理" in page


def test_the_page_of_a_rule_shows_its_alerts_within_reach(trading):  # noqa: F811
    made = rule(limit=1000, org_unit=trading.company.jiangsu, level=Level.UNITS)
    AlertRule.objects.filter(pk=made.pk).update(org_unit=None)
    look()
    url = reverse("alertrule-detail", args=[made.pk])
    assert "广东" in client_of(trading.company.operations).get(url).text
    AlertRule.objects.filter(pk=made.pk).update(org_unit=trading.company.jiangsu)
    page = client_of(trading.company.boss).get(url).text
    assert "江苏" in page
    assert "广东" not in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "pace", "limit": "9000"}, "90 就是 90%"),
        ({"kind": "sudden", "limit": "0"}, "变化超过百分之几"),
        ({"kind": "trend", "metric": "pace"}, "逐月比较请选"),
        ({"kind": "trend", "count": "1"}, "至少看 2 期"),
    ],
)
def test_a_limit_in_the_wrong_unit_is_refused_where_it_is_typed(company, given, told):
    form = {
        "code": "X", "name": "X", "kind": "threshold", "metric": "attainment", "stretch": "year", "level": "province",
        "side": "below", "limit": "90", "count": "3", "severity": "low", "due_days": "3", "is_active": "true",
    }  # fmt: skip
    answer = client_of(company.operations).post(reverse("alertrule-create"), form | given)
    assert told in answer.text
    assert not AlertRule.objects.exists()
