"""A site outside pytest: settings of the tests, a database of its own, the world in it; all removed afterwards."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from tests.authorization.site import Site


@contextmanager
def scratch_site(name: str) -> Iterator["Site"]:
    """`name` is the database on PostgreSQL; SQLite keeps it in memory."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable(logging.CRITICAL)
    if connection.vendor == "postgresql":
        test: dict[str, Any] = connection.settings_dict["TEST"]
        test["NAME"] = f"test_{name}"
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield import_module("tests.authorization.site").new_site()
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
        shutil.rmtree(settings.QUYU_HOME, ignore_errors=True)
