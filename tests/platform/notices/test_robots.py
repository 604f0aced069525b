"""Robots of groups: only the three services are ever spoken to, and what they answer is heard."""

import json

import pytest

from quyu.platform.notices import robots
from quyu.platform.notices.choices import Sending, Topic
from quyu.platform.notices.models import MessageAddress, OutgoingMessage
from quyu.platform.notices.robots import NotARobot, recognised
from quyu.platform.notices.services import notify
from quyu.platform.notices.undelivered import RobotGone, RobotRefused
from tests.people import TODAY, Company
from tests.platform.notices.servers import ROBOT, Chat, confirmed_robot, look

pytestmark = pytest.mark.capability("MON6")
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "566cc69da782ec33e42541b09b08551f09fbe864eb8008112e994b43887xxxxx"
DINGTALK = f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"
FEISHU = f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"


@pytest.mark.parametrize(
    ("text", "route", "key"),
    [(ROBOT, "wecom", KEY), (DINGTALK, "dingtalk", TOKEN), (FEISHU, "feishu", KEY), (FEISHU + "/", "feishu", KEY)],
)  # fmt: skip
def test_the_pasted_address_is_recognised(text: str, route: str, key: str) -> None:
    found = recognised(f"  {text}\n")

    assert (found.route, found.key, found.shown) == (route, key, f"…{key[-4:]}")


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "https://", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=" + KEY,
        "https://evil.example/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com@169.254.169.254/cgi-bin/webhook/send?key=" + KEY,
        "https://u:p@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com:x/cgi-bin/webhook/send?key=" + KEY,
        "https://127.0.0.1/cgi-bin/webhook/send?key=" + KEY, "https://[::1]/cgi-bin/webhook/send?key=" + KEY,
        "https://[/cgi-bin/webhook/send?key=" + KEY, "file:///etc/passwd", "gopher://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com/cgi-bin/gettoken?key=" + KEY, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}&key={KEY}",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}#x",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=../../../etc/passwd",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + "a" * 129,
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}%0d%0aHost:x",
        f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}/../../../x", "https://open.feishu.cn/open-apis/bot/v2/hook/..%2f..%2f" + KEY,
        "json://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotARobot):
        recognised(text)


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (ROBOT, f"/qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", ("text", "content")),
        (DINGTALK, f"/oapi.dingtalk.com/robot/send?access_token={TOKEN}", ("text", "content")),
        (FEISHU, f"/open.feishu.cn/open-apis/bot/v2/hook/{KEY}/", ("content", "text")),
    ],
)
def test_each_service_gets_its_own_form(chat: Chat, text: str, path: str, said: tuple[str, str]) -> None:
    chat.answer = (200, b'{"errcode":0,"code":0,"msg":"ok"}')
    robots.post(recognised(text), "预警：2 条新的\nhttps://sales.example.com/alerts/")

    [(came, body)] = chat.came
    assert came == path
    assert json.loads(body)[said[0]][said[1]].startswith("预警：2 条新的")


def test_dingtalk_is_signed_where_asked_for(chat: Chat) -> None:
    robots.post(recognised(DINGTALK, "SECf4a2b1c09d8e"), "x")
    assert "sign=" in chat.came[0][0]
    with pytest.raises(NotARobot):
        recognised(DINGTALK, "SEC/../x")


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ((200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), RobotGone),
        ((200, b'{"errcode":45009,"errmsg":"api freq out of limit"}'), RobotRefused),
        ((200, b"<html>login</html>"), RobotRefused),
        ((200, b'["odd"]'), RobotRefused),
        ((500, b""), RobotRefused),
        ((302, b"http://169.254.169.254/latest/"), RobotRefused),
    ],
)
def test_a_refusal_behind_status_200_is_heard_and_no_redirect_followed(
    chat: Chat, answer: tuple[int, bytes], refusal: type[RobotRefused]
) -> None:
    chat.answer = answer
    with pytest.raises(RobotRefused) as caught:
        robots.post(recognised(ROBOT), "x")
    assert type(caught.value) is refusal
    assert len(chat.came) == 1


@pytest.mark.django_db
def test_a_robot_taken_out_of_its_group_is_left_alone_and_its_owner_told(
    company: Company, chat: Chat
) -> None:
    confirmed_robot(company.boss)
    notify(users=[company.boss], text="预警", url="/alerts/", at=TODAY, topic=Topic.ALERT)
    chat.answer = (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}')

    assert look().failed == 1
    assert OutgoingMessage.objects.get().state == Sending.FAILED
    assert MessageAddress.objects.get().refused_at is not None


@pytest.mark.django_db
def test_the_key_lies_sealed_and_another_key_of_the_site_does_not_open_it(
    company: Company, chat: Chat, settings: object
) -> None:
    row = confirmed_robot(company.boss)
    assert KEY not in f"{row.sealed} {row.shown} {row.fingerprint}"

    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    notify(users=[company.boss], text="预警", at=TODAY, topic=Topic.ALERT)
    look()
    assert "密钥换过" in OutgoingMessage.objects.get().why
    assert chat.came == []
