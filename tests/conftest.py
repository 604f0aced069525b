"""Fixtures and rules of the whole suite."""

import os
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import translation
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from tests.migrated import fill, template_database
from tests.people import company

__all__ = ["company"]

LONG = ("test_migrations.py", "test_backup.py", "test_crowd.py", "test_crash.py", "test_matrix.py")

settings.register_profile("quyu", deadline=None, max_examples=50)
settings.load_profile("quyu")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of the tests is a copy on PostgreSQL as well."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database(os.environ["DATABASE_URL"])


@receiver(connection_created)
def tables(connection: BaseDatabaseWrapper, **_told: object) -> None:
    """The database of the tests is not migrated step by step by every process that runs some of them."""
    if connection.vendor == "sqlite" and Path(str(connection.settings_dict["NAME"])).name.startswith("test"):
        fill(connection.connection)


@receiver(post_migrate)
def policy_pack(sender: AppConfig, **told: object) -> None:
    """A test with transactions of its own leaves every table empty: what a migration wrote is written again."""
    if sender.label == "targets" and "plan" not in told:
        import_module("quyu.apps.targets.migrations.0004_policy_pack").seed(apps, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, so that no process waits for one of them at the end.

    Coverage nearly doubles the time of what it watches: it is told by the rest.
    """
    items.sort(key=lambda item: item.path.name not in LONG)
    for item in items:
        if item.path.name in LONG or item.get_closest_marker("browser"):
            item.add_marker("no_cover")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test talks to the outside; the local database and browser may. None speaks the language of the one before."""
    translation.deactivate()
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
