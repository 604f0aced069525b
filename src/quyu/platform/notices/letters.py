"""What a message says: one content, as the two parts of a mail and as the short text of a robot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from quyu.platform.notices.models import OutgoingMessage

SUBJECT = 150


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    kind: str


@dataclass(frozen=True)
class Letter:
    """`text` is the first paragraph, `figures` are labels with values, `notes` are what must be known about them."""

    subject: str
    text: str
    url: str = ""
    figures: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()

    @property
    def title(self) -> str:
        """The subject in one line."""
        return " ".join(self.subject.split())[:SUBJECT]

    @property
    def address(self) -> str:
        """The page behind the message, in full; nothing where there is none."""
        return f"{settings.SITE_ADDRESS}{self.url}" if self.url else ""

    @property
    def plain(self) -> str:
        """The part of a mail for readers without HTML."""
        figures = [_("{label}：{value}").format(label=label, value=value) for label, value in self.figures]
        parts = [self.text, "\n".join(figures), "\n".join(self.notes), self.address, self.footer]
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def html(self) -> str:
        return render_to_string("notices/mail.html.jinja", {"letter": self})

    @property
    def brief(self) -> str:
        """For a group: the figures in one line each, the page, and no file."""
        figures = [_("{label}：{value}").format(label=label, value=value) for label, value in self.figures]
        told = [f"Quyu {self.title}", self.text if self.text != self.subject else "", *figures, *self.notes]
        return "\n".join(part for part in [*told, self.address] if part)

    @property
    def footer(self) -> str:
        return _("这是系统自动发送的消息。在“账号 · 消息接收”里可以改或停。")


def code_letter(message: OutgoingMessage) -> Letter:
    """The code by which an owner shows that an address is his."""
    text = _("您的验证码是 {code}，30 分钟内有效。如果不是您本人要求的，请不要理会。")
    return Letter(_("Quyu 验证码"), text.format(code=message.payload["code"]))


def notice_letter(message: OutgoingMessage) -> Letter:
    """A notice of the product, word by word."""
    told: Mapping[str, str] = message.payload
    return Letter(told["text"], told["text"], told["url"])
