"""Fixtures and rules of the whole suite."""

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from tests.people import company

__all__ = ["company"]

settings.register_profile("quyu", deadline=None, max_examples=50)
settings.load_profile("quyu")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test talks to the outside; the local database and browser may."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
