"""Fixtures and rules of the whole suite."""

from importlib import import_module

import pytest
from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from tests.people import company

__all__ = ["company"]

settings.register_profile("quyu", deadline=None, max_examples=50)
settings.load_profile("quyu")


@receiver(post_migrate)
def policy_pack(sender: AppConfig, **told: object) -> None:
    """A test with transactions of its own leaves every table empty: what a migration wrote is written again."""
    if sender.label == "targets" and "plan" not in told:
        import_module("quyu.apps.targets.migrations.0004_policy_pack").seed(apps, None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test talks to the outside; the local database and browser may."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
