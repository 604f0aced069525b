"""What follows a change of codes: each app that keeps something by unit tells what a change touches, what stands in its
way, and follows it. The apps register in the order in which they follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from quyu.kernel.refusal import Refusal
from quyu.platform.geography.codes.lines import Event
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.models import User


@dataclass(frozen=True)
class Touched:
    """So many things of one sort are recorded under the old codes; what becomes of them, in words."""

    label: str
    count: int
    outcome: str


@dataclass(frozen=True)
class Succession:
    """The units of an event by code, as they are from now on; `fresh` are the codes that were none before."""

    event: Event
    units: Mapping[str, BasicUnit]
    fresh: frozenset[str]


class Follower(Protocol):
    def touched(self, event: Event, today: date) -> list[Touched]:
        """What of it stands under the codes of the event."""

    def obstacle(self, event: Event, today: date) -> Refusal | None:
        """Why the event cannot be followed as things are."""

    def follow(self, done: Succession, *, actor: User | None, at: datetime) -> Mapping[str, int]:
        """Follow it, inside the caller's transaction; what was done, counted."""


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Called once, when the app is loaded; the same kind again takes the place of the first."""
    _followers[:] = [one for one in _followers if type(one) is not type(follower)] + [follower]


def followers() -> tuple[Follower, ...]:
    return tuple(_followers)
