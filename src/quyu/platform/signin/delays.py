"""A growing delay instead of a lock: who guesses waits longer and longer, nobody is shut out for long.

An attempt counts against its pair of account and address, its account, its address and the range of
that address. A browser in which the account has signed in before is known: it counts only against
itself, so that strangers who guess cannot keep the owner waiting. An attempt is counted as failed
before the password is looked at, so that many at once gain nothing, and taken back when it succeeds.
Names never exist here: unknown accounts are counted like known ones.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from quyu.platform.signin.models import FailureCount

FORGET = timedelta(hours=1)


@dataclass(frozen=True)
class Rule:
    """After `free` failures the wait doubles from two seconds up to `cap`."""

    free: int
    cap: timedelta


RULES: Mapping[str, Rule] = {
    "pair": Rule(5, timedelta(minutes=1)),
    "account": Rule(20, timedelta(minutes=1)),
    "address": Rule(30, timedelta(minutes=5)),
    "range": Rule(100, timedelta(minutes=5)),
    "device": Rule(5, timedelta(minutes=15)),
    "second": Rule(5, timedelta(minutes=5)),
}
FORGIVEN = ("pair", "device", "second")  # wholly, once the right secret was given


def wait_after(failures: int, rule: Rule) -> timedelta:
    """How long the next attempt waits after so many failures in a row."""
    beyond = min(failures - rule.free, 30)
    return timedelta(0) if beyond < 0 else min(timedelta(seconds=2 << beyond), rule.cap)


def password_keys(*, name: str, address: str, device: str) -> dict[str, str]:
    """What an attempt with a password counts against; `device` names a browser known to the account."""
    account = name.strip().casefold()
    if device:
        return _keys(device=device)
    return _keys(
        pair=f"{account}|{address}",
        account=account,
        address=_network(address, 32, 64),
        range=_network(address, 24, 48),
    )


def second_factor_keys(user_id: int) -> dict[str, str]:
    """What a code of the second factor counts against: only who knows the password gets so far."""
    return _keys(second=str(user_id))


def _network(address: str, bits4: int, bits6: int) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, bits4 if parsed.version == 4 else bits6), strict=False))


def _keys(**values: str) -> dict[str, str]:
    return {
        rule: salted_hmac("quyu.signin.delays", f"{rule}|{value}", algorithm="sha256").hexdigest()
        for rule, value in values.items()
    }


@transaction.atomic
def enter(keys: Mapping[str, str], *, now: datetime) -> timedelta:
    """Zero, and the attempt is counted as failed; or the time still to wait, and nothing is counted."""
    counts = _locked(keys.values(), now)
    waits = [_left(counts[key], RULES[rule], now) for rule, key in keys.items()]
    if wait := max(waits, default=timedelta(0)):
        return wait
    for count in counts.values():
        count.failures = 1 if count.last_failed_at <= now - FORGET else count.failures + 1
        count.last_failed_at = now
        count.save(update_fields=["failures", "last_failed_at"])
    return timedelta(0)


def _left(count: FailureCount, rule: Rule, now: datetime) -> timedelta:
    if count.last_failed_at <= now - FORGET:
        return timedelta(0)
    return max(count.last_failed_at + wait_after(count.failures, rule) - now, timedelta(0))


def _locked(keys: Iterable[str], now: datetime) -> dict[str, FailureCount]:
    """The counts of these keys, made where missing, locked in the order of the keys."""
    wanted = sorted(keys)
    while True:  # again when somebody who got in removed one in between
        FailureCount.objects.bulk_create(
            [FailureCount(key=key, last_failed_at=now) for key in wanted], ignore_conflicts=True
        )
        found = FailureCount.objects.select_for_update().filter(key__in=wanted).order_by("key")
        counts = {count.key: count for count in found}
        if len(counts) == len(wanted):
            return counts


@transaction.atomic
def succeeded(keys: Mapping[str, str], *, now: datetime) -> None:
    """Take the attempt back: the pair, the device or the second factor starts afresh, the rest loses one."""
    forgiven = [key for rule, key in keys.items() if rule in FORGIVEN]
    others = sorted(set(keys.values()) - set(forgiven))
    FailureCount.objects.filter(key__in=forgiven).delete()
    FailureCount.objects.filter(key__in=others, failures__gt=0).update(failures=F("failures") - 1)
    FailureCount.objects.filter(last_failed_at__lte=now - FORGET).delete()
