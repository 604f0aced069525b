"""Secrets of accounts at rest: sealed with a key derived from the secret key of the site, never in a page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.utils.crypto import salted_hmac

from quyu.kernel.deferred import deferred
from quyu.platform.notices.undelivered import SealBroken

if TYPE_CHECKING:
    from cryptography import fernet
else:
    fernet = deferred("cryptography.fernet")

SALT = "quyu.notices.sealing"


def _box() -> fernet.Fernet:
    key = salted_hmac(SALT, "key", algorithm="sha256").digest()
    return fernet.Fernet(base64.urlsafe_b64encode(key))


def sealed(text: str) -> str:
    """The text for whoever has the key of the site."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """What was sealed. Raises SealBroken when the key of the site is another one now."""
    try:
        return _box().decrypt(text.encode()).decode()
    except fernet.InvalidToken as error:
        raise SealBroken from error


def fingerprint(text: str) -> str:
    """Tells equal texts without telling what they say."""
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()
