"""Settings of the test run: a scratch data directory, immediate jobs, a fast password hasher, a fixed date."""

import os
import tempfile
from pathlib import Path

os.environ["QUYU_HOME"] = tempfile.mkdtemp(prefix="quyu-test-")
os.environ["QUYU_TODAY"] = "2026-06-15"
os.environ.setdefault("QUYU_SECRET_KEY", "only-for-tests")

from quyu.shell.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
IMPORTS_APART = False
QUYU_HOME = Path(os.environ["QUYU_HOME"])
STATIC_ROOT = QUYU_HOME / "static"
STATIC_ROOT.mkdir()
# A file, as on a real site: threads of the live server would share one connection to a database in memory.
if DATABASES["default"]["ENGINE"] == "quyu.platform.sqlite":  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(QUYU_HOME / "test.sqlite3")}  # noqa: F405
