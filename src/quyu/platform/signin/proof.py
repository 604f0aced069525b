"""Proof that the person at the screen is the account's own, asked again before something is signed.

Attempts wait as at the door (`delays`), so that a stolen session cannot try passwords here.
"""

import math
from datetime import datetime

from quyu.platform.people.models import User
from quyu.platform.signin import delays


def wait_before(user: User, *, now: datetime) -> int:
    """Seconds to wait before another attempt; 0, and the attempt is counted."""
    return math.ceil(delays.enter(_keys(user), now=now).total_seconds())


def is_proven(user: User, password: str, *, now: datetime) -> bool:
    """Whether the password is the account's; an account without one proves nothing."""
    proven = user.has_usable_password() and user.check_password(password)
    if proven:
        delays.succeeded(_keys(user), now=now)
    return proven


def _keys(user: User) -> dict[str, str]:
    return delays.password_keys(name="", address="", device=f"sign:{user.pk}")
