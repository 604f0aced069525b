"""Tells those who derive figures from who answers for whom that it changed (orders are attributed by it)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from quyu.platform.audit import services as audit

Listener = Callable[[datetime], object]

_listeners: list[Listener] = []


@dataclass
class Announcement:
    """What one listener is to hear; equal ones that still wait are one."""

    listener: Listener
    moment: datetime
    is_told: bool = False

    def __call__(self) -> None:
        self.is_told = True
        self.listener(self.moment)


def on_ownership_change(listener: Listener) -> None:
    """Call `listener(at)` after each committed change a person made; registering twice has no effect."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(at: date | datetime) -> None:
    """Tell the listeners once the current transaction has been committed; a file of many rows tells once."""
    moment = audit.moment(at)
    waiting = [entry[1] for entry in transaction.get_connection().run_on_commit]
    for listener in _listeners:
        announcement = Announcement(listener, moment)
        if announcement not in waiting:
            transaction.on_commit(announcement)
