"""Robots of chat groups: the pasted address recognised, messages handed to them by apprise.

Only the key of a pasted address is kept; the host a message goes to is the one apprise knows for the service, so no
text a person types decides which server ours talks to. The services answer 200 also where they refuse and say so in
the body, which apprise does not read: `_Listening` stands in for `requests` in its three modules and keeps the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from threading import local
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import requests

from quyu.kernel.deferred import imported
from quyu.kernel.refusal import Refusal
from quyu.platform.notices.choices import Route
from quyu.platform.notices.undelivered import (
    HostUnknown,
    RobotGone,
    RobotRefused,
    ServerGone,
    ServerSilent,
    Undelivered,
)

if TYPE_CHECKING:
    from types import ModuleType

SECONDS = 10
LONGEST = 600
"""Letters of a message; the strictest service takes 2,048 bytes."""
ANSWER = 200
GONE = {Route.WECOM: {93000, 40008}, Route.DINGTALK: {300001, 300005, 310000, 400013}, Route.FEISHU: {19001, 19021, 19022, 19024}}  # fmt: skip
"""Codes by which a service says that the robot, its key or its settings of safety do not fit."""


class NotARobot(Refusal):
    """The text is no address of a robot that we know."""

    def __init__(self) -> None:
        super().__init__(
            "not_a_robot",
            "这不是企业微信、钉钉或飞书群机器人的地址。请在群设置的机器人里复制完整的地址，以 https:// 开头。",
        )


@dataclass(frozen=True)
class Service:
    """How the address of a robot looks: host, path (`{key}` where it holds the key) and the parameter of the key."""

    host: str
    path: re.Pattern[str]
    parameter: str
    module: str
    plugin: str
    key: str


SERVICES: Mapping[Route, Service] = {
    Route.WECOM: Service(
        "qyapi.weixin.qq.com", re.compile(r"/cgi-bin/webhook/send"), "key", "wecombot", "NotifyWeComBot", "key"
    ),
    Route.DINGTALK: Service(
        "oapi.dingtalk.com", re.compile(r"/robot/send"), "access_token", "dingtalk", "NotifyDingTalk", "token"
    ),
    Route.FEISHU: Service(
        "open.feishu.cn", re.compile(r"/open-apis/bot/v2/hook/(?P<key>[^/]+)/?"), "", "feishu", "NotifyFeishu", "token"
    ),
}  # fmt: skip
KEY = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
SECRET = re.compile(r"[A-Za-z0-9]{10,128}", re.ASCII)


@dataclass(frozen=True)
class Robot:
    """`secret` signs messages to DingTalk where the group asks for it."""

    route: str
    key: str
    secret: str = ""

    @property
    def shown(self) -> str:
        """The last letters of the key, by which its owner knows it again."""
        return f"…{self.key[-4:]}"

    def packed(self) -> str:
        return json.dumps(asdict(self))


def unpacked(text: str) -> Robot:
    return Robot(**json.loads(text))


def recognised(text: str, secret: str | None = None) -> Robot:
    """The robot of a pasted address. Raises NotARobot for anything that is not exactly one."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise NotARobot from error
    if parts.scheme != "https" or port is not None or parts.username is not None or parts.fragment:
        raise NotARobot
    for route, service in SERVICES.items():
        path = service.path.fullmatch(parts.path)
        if parts.netloc.lower() != service.host or path is None:
            continue
        keys = parse_qs(parts.query).get(service.parameter, []) if service.parameter else [path["key"]]
        wanted = secret.strip() if secret and route == Route.DINGTALK else ""
        if len(keys) != 1 or not KEY.fullmatch(keys[0]) or (wanted and not SECRET.fullmatch(wanted)):
            break
        return Robot(route.value, keys[0], wanted)
    raise NotARobot


class _Listening:
    """`requests` for a plugin: no redirect is followed, and the answer of this thread is kept."""

    codes = requests.codes
    RequestException = requests.RequestException

    def __init__(self) -> None:
        self.heard = local()

    def post(self, url: str, **given: Any) -> requests.Response:
        ours = {name: value for name, value in given.items() if name not in ("allow_redirects", "timeout")}
        try:
            self.heard.answer = requests.post(url, allow_redirects=False, timeout=SECONDS, **ours)
        except requests.RequestException as error:
            self.heard.error = error
            raise
        return self.heard.answer  # type: ignore[no-any-return]


LISTENING = _Listening()


def _plugin(service: Service) -> ModuleType:
    """The module of apprise for a service, listening."""
    module = imported(f"apprise.plugins.{service.module}")
    module.requests = LISTENING  # type: ignore[attr-defined]
    return module


def post(robot: Robot, text: str) -> None:
    """Hand a text to the robot. Raises Undelivered."""
    service = SERVICES[Route(robot.route)]
    given = {service.key: robot.key, **({"secret": robot.secret} if robot.secret else {})}
    sender = getattr(_plugin(service), service.plugin)(**given)
    LISTENING.heard.answer = LISTENING.heard.error = None
    sender.send(body=text[:LONGEST])
    answer, error = LISTENING.heard.answer, LISTENING.heard.error
    if answer is None:
        raise _unreached(service.host, error)
    refusal = _refused(Route(robot.route), answer)
    if refusal is not None:
        raise refusal


def _unreached(host: str, error: Exception | None) -> Undelivered:
    if isinstance(error, requests.Timeout):
        return ServerSilent(host, SECONDS)
    return HostUnknown(host) if "resolve" in str(error).lower() else ServerGone(host, 443)


def _refused(route: Route, answer: requests.Response) -> Undelivered | None:
    """What a service said instead of yes: `errcode` and `errmsg`, or `code` and `msg`."""
    try:
        told = answer.json()
        code = int(told.get("errcode", told.get("code", told.get("StatusCode", -1))))
    except (ValueError, TypeError, AttributeError):
        return RobotRefused(f"HTTP {answer.status_code}")
    if answer.status_code == requests.codes.ok and code == 0:
        return None
    said = f"{code} {told.get('errmsg', told.get('msg', ''))}"[:ANSWER]
    return RobotGone(said) if code in GONE[route] else RobotRefused(said)
