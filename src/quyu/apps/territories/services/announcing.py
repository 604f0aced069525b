"""Tells those who derive figures from ownership that it changed (performance attributes orders by it)."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from django.db import transaction

from quyu.platform.audit import services as audit

Listener = Callable[[datetime], object]

_listeners: list[Listener] = []


def on_ownership_change(listener: Listener) -> None:
    """Call `listener(at)` after each committed change a person made; registering twice has no effect."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(at: date | datetime) -> None:
    """Tell the listeners once the current transaction has been committed."""
    moment = audit.moment(at)
    for listener in _listeners:
        transaction.on_commit(partial(listener, moment))
