"""A letter by mail: handed to the mail server of the site, what went wrong in words."""

import smtplib
import socket
import ssl
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from quyu.platform.notices.letters import Letter
from quyu.platform.notices.undelivered import (
    HostUnknown,
    LoginRefused,
    MessageRefused,
    NotEncrypted,
    NotNow,
    RecipientRefused,
    SenderRefused,
    ServerGone,
    ServerSilent,
    Undelivered,
)

PERMANENT = 500
ANSWER = 200


def send(letter: Letter, *, to: str, number: UUID) -> None:
    """Send a letter. Raises Undelivered.

    The same number makes the same Message-ID: servers and readers know a letter that was sent twice by it.
    """
    host = urlsplit(settings.SITE_ADDRESS).hostname or "quyu"
    headers = {"Message-ID": f"<{number}@{host}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(
        letter.title, letter.plain, settings.DEFAULT_FROM_EMAIL, [to], headers=headers, connection=EmailBackend()
    )  # fmt: skip
    mail.attach_alternative(letter.html, "text/html")
    for file in letter.attachments:
        mail.attach(file.name, file.content, file.kind)
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        raise said(error) from error


def said(error: Exception) -> Undelivered:
    """The words for what a mail server, or the way to it, answered."""
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    match error:
        case socket.gaierror():
            return HostUnknown(host)
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            return NotEncrypted(host)
        case TimeoutError():
            return ServerSilent(host, settings.EMAIL_TIMEOUT)
        case smtplib.SMTPAuthenticationError():
            return LoginRefused(host, _answer(error.smtp_code, error.smtp_error))
        case smtplib.SMTPRecipientsRefused():
            code, answer = next(iter(error.recipients.values()))
            told = _answer(code, answer)
            return RecipientRefused(told) if code >= PERMANENT else NotNow(told)
        case smtplib.SMTPSenderRefused():
            told = _answer(error.smtp_code, error.smtp_error)
            return (
                SenderRefused(settings.DEFAULT_FROM_EMAIL, told)
                if error.smtp_code >= PERMANENT
                else NotNow(told)
            )
        case smtplib.SMTPResponseException():
            told = _answer(error.smtp_code, error.smtp_error)
            return MessageRefused(told) if error.smtp_code >= PERMANENT else NotNow(told)
    return ServerGone(host, port)


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:ANSWER]
