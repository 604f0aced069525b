"""Fixtures and rules of the whole suite."""

from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from tests.people import company

__all__ = ["company"]

settings.register_profile("quyu", deadline=None, max_examples=50)
settings.load_profile("quyu")


@pytest.fixture(autouse=True)
def policy_pack(request: pytest.FixtureRequest, _django_db_marker: None) -> None:
    """The rules a migration wrote are there again after a test that emptied every table."""
    if request.node.get_closest_marker("django_db") is None:
        if "db" not in request.fixturenames or "transactional_db" in request.fixturenames:
            return
        request.getfixturevalue("db")
    rules = apps.get_model("targets", "PolicyRule")
    if not rules._default_manager.exists():
        import_module("quyu.apps.targets.migrations.0004_policy_pack").seed(apps, None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test talks to the outside; the local database and browser may."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
