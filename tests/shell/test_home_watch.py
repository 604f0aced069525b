"""Home tells of alerts within reach, of the policy pack so far and of the mix of what was sold."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quyu.apps.monitoring.choices import Level, RuleKind, Severity
from quyu.apps.monitoring.models import Alert, AlertRule
from quyu.apps.monitoring.services import judging
from tests.apps.performance.conftest import Trading, trading  # noqa: F401
from tests.people import TODAY, client_of

AT = datetime(TODAY.year, TODAY.month, TODAY.day, 6, tzinfo=ZoneInfo("Asia/Shanghai"))


def shown(trading: Trading, name: str, part: str) -> str:  # noqa: F811
    answer = client_of(getattr(trading.company, name)).get(f"/home/{part}/")
    assert answer.status_code == 200
    return answer.content.decode()


def judged(**given: object) -> None:
    fields = {"kind": RuleKind.PACE, "limit": 1_000, "severity": Severity.HIGH, "advice": "逐个客户看"}
    AlertRule.objects.create(code="R", name="进度落后", **fields | given)
    judging.look(at=AT)


@pytest.mark.capability("MON3")
def test_the_gravest_alerts_within_reach_are_told_with_how_many_there_are(trading: Trading) -> None:  # noqa: F811
    assert "没有预警" in shown(trading, "director", "alerts")
    judged(level=Level.PROVINCE)
    low = {"kind": RuleKind.THRESHOLD, "metric": "attainment", "limit": 99, "severity": Severity.LOW}
    AlertRule.objects.create(code="B", name="提示", level=Level.PROVINCE, **low)
    judging.look(at=AT + timedelta(hours=1))

    page = shown(trading, "director", "alerts")
    every = Alert.objects.open()
    assert f"全部预警（{every.count()} 条）" in page
    assert f"红色 {every.filter(rule__code='R').count()}" in page
    assert f"蓝色 {every.filter(rule__code='B').count()}" in page
    assert page.index("进度落后") < page.index("提示"), "the gravest come first"
    assert "广东" in page
    assert "广东" not in shown(trading, "boss", "alerts")


@pytest.mark.capability("TGT10")
def test_the_policy_pack_tells_what_is_missed_first_and_what_waits_for_data(trading: Trading) -> None:  # noqa: F811
    page = shown(trading, "director", "rules")

    assert "R7" in page
    assert page.index("未达到") < page.index("R7")
    assert "还没有数据" in page
    assert client_of(trading.company.owner).get("/home/rules/").status_code == 403


@pytest.mark.capability("MON2")
def test_the_mix_adds_up_to_the_whole(trading: Trading) -> None:  # noqa: F811
    page = client_of(trading.company.director).get("/home/standing/").content.decode()

    mix = page[page.index("产品结构") :]
    assert mix.index("茶饮料") < mix.index("休闲食品"), "the larger first"
    assert re.findall(r"\d+\.\d\d%(?=</span></td>)", mix) == ["90.69%", "50.00%", "9.31%", "50.00%"], (
        "487 and 50 of 537"
    )
