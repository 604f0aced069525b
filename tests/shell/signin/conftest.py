"""A real clock that tests move, and a person who knows his password."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from quyu.platform.people.models import User
from quyu.shell import clock

PASSWORD = "correct horse battery"
START = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(autouse=True)
def no_memory() -> None:
    """Limits and used codes are kept in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "instant", made)
    return made


@pytest.fixture
def member(db: None) -> User:
    return User.objects.create_user("zhao", password=PASSWORD)


def signed_in(name: str = "zhao", agent: str = "") -> Client:
    """A browser in which somebody gave name and password."""
    client = Client(headers={"User-Agent": agent})
    assert client.post("/account/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def confirm(client: Client) -> None:
    """Give the password once more, as dangerous acts ask."""
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
