"""A mail server and a chat service on this machine, and a site that is set up to use them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import requests
from aiosmtpd.controller import Controller
from django.utils import timezone

from quyu.platform.notices import addresses
from quyu.platform.notices.delivery import Round, deliver
from quyu.platform.notices.models import MessageAddress
from quyu.platform.people.models import User
from quyu.shell.posting import WRITERS
from tests.people import TODAY

MAIL, ROBOT = (
    "boss@example.com",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
)


@dataclass
class Inbox:
    """What a server took; `answers` are what it says instead of yes, by the command it is asked with."""

    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def mail_server(settings: Any) -> Iterator[Inbox]:
    """A site with mail on; its server listens on a port of its own."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        set_up(settings, "127.0.0.1", port)
        yield inbox
    finally:
        controller.stop()


def set_up(settings: Any, host: str, port: int) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = host, port, 2
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.SITE_ADDRESS, settings.DEFAULT_FROM_EMAIL = "https://sales.example.com", "quyu@example.com"
    settings.MAIL_ON = True


@dataclass
class Chat:
    """The bodies and paths that came; `answer` is (status, body)."""

    came: list[tuple[str, bytes]] = field(default_factory=list)
    answer: tuple[int, bytes] = (200, b'{"errcode":0,"errmsg":"ok"}')


@contextmanager
def chat_service(settings: Any, monkeypatch: Any) -> Iterator[Chat]:
    """The three services of chat, all on this machine: only where a request is connected to differs from the site."""
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            chat.came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(chat.answer[0])
            if chat.answer[0] in (301, 302, 307):
                self.send_header("Location", chat.answer[1].decode())
            self.end_headers()
            self.wfile.write(chat.answer[1])

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    real = requests.Session.send

    def there(session: Any, request: Any, **given: Any) -> Any:
        host, _, rest = request.url.removeprefix("https://").partition("/")
        request.url = f"http://127.0.0.1:{server.server_port}/{host}/{rest}"
        return real(session, request, **given)

    monkeypatch.setattr(requests.Session, "send", there)
    settings.SITE_ADDRESS = "https://sales.example.com"
    settings.BOT_ROUTES = frozenset({"wecom", "dingtalk", "feishu"})
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()


def instant() -> datetime:
    """The real clock, by which the outbox goes."""
    return timezone.now()


def business() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 7, tzinfo=timezone.get_current_timezone())


def look(now: datetime | None = None, at: datetime | None = None) -> Round:
    """One look of the worker at the outbox."""
    return deliver(WRITERS, now=now or instant(), at=at or business())


def confirmed_mail(user: User, text: str = MAIL) -> MessageAddress:
    """A mail address the account has confirmed, without the code having gone out."""
    row = addresses.name_mail(user=user, text=text, now=instant())
    return _confirmed(row)


def confirmed_robot(user: User, text: str = ROBOT, secret: str = "") -> MessageAddress:
    return _confirmed(addresses.name_robot(user=user, text=text, secret=secret, now=instant()))


def _confirmed(row: MessageAddress) -> MessageAddress:
    row.messages.all().delete()
    row.confirmed_at, row.code_digest = instant(), ""
    row.save()
    return row
