"""The running product with the world in it: asks one request as one account on one day, and undoes what it did."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from quyu.platform.limits.models import LimitRule
from quyu.platform.people.models import User
from quyu.platform.signin.models import ApiToken
from tests.authorization.amounts import lines_of, owners_of_amounts
from tests.authorization.business import build_business
from tests.authorization.oracle import Oracle
from tests.authorization.raw import Raw
from tests.authorization.seen import Seen
from tests.authorization.world import World, build_organisation

WRITES = re.compile(
    r"^\s*(?:INSERT\s+INTO|INSERT\s+OR\s+\w+\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+[\"`]?(\w+)",
    re.IGNORECASE,
)
PASSING = frozenset({"django_session", "signin_session", "signin_failurecount"})
"""Tables that every request may touch: the session remembers when it was last used."""

TableRows = dict[object, tuple[str, ...]]


@dataclass(frozen=True)
class Ask:
    """One request as it goes over the wire; `body` is JSON, `form` a posted form, `upload` the text of its file."""

    method: str
    path: str
    form: dict[str, Any] | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    with_csrf: bool = True
    upload: str = ""

    @property
    def said(self) -> str:
        """Everything the caller wrote himself: it may come back to him."""
        return unquote(
            f"{self.path} {self.form} {self.upload} {json.dumps(self.body, ensure_ascii=False, default=str)}"
        )


@dataclass(frozen=True)
class Answer:
    """Status, everything a person could read of it (unpacked), and the rows it left different."""

    status: int
    text: str
    location: str
    content: bytes
    changed: dict[str, dict[object, dict[str, str]]]
    """Table -> number -> the columns that differ with their new text; empty for a deleted row."""


class Site:
    """One world in one database. Every request is rolled back, so the questions do not depend on each other."""

    def __init__(self) -> None:
        user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
        self.world: World = build_organisation()
        build_business(self.world)
        self.raw = Raw()
        self.oracle = Oracle(self.raw)
        self.lines = lines_of(self.world, self.raw, self.oracle)
        self.seen = Seen(
            self.raw, self.oracle, owners_of_amounts(self.world, self.raw, self.lines), self.lines
        )
        self.accounts: dict[str, int | None] = {name: user.pk for name, user in self.world.users.items()}
        self.accounts["anonymous"] = None
        self.tokens: dict[int, int] = dict(ApiToken.objects.values_list("pk", "user_id"))
        self.limits = list(LimitRule.objects.values_list("pk", flat=True))
        self.sessions: dict[tuple[int, date], str] = {}
        self.columns: dict[str, list[str]] = {}
        self.before: dict[str, TableRows] = {}
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.strict = Client(SERVER_NAME="localhost", raise_request_exception=False, enforce_csrf_checks=True)

    def session_of(self, user: int, day: date) -> str:
        """A session begun on that day."""
        if (user, day) not in self.sessions:
            client = Client()
            client.force_login(User.objects.get(pk=user))
            self.sessions[user, day] = client.cookies["sessionid"].value
        return self.sessions[user, day]

    def ask(self, user: int | None, day: date, ask: Ask) -> Answer:
        """The answer, with what it changed; afterwards nothing is changed."""
        settings.QUYU_TODAY = day.isoformat()
        client = self.client if ask.with_csrf else self.strict
        client.cookies = SimpleCookie({"sessionid": self.session_of(user, day)} if user else {})
        arguments: dict[str, Any] = {"headers": ask.headers}
        if ask.body is not None:
            arguments |= {"data": json.dumps(ask.body), "content_type": "application/json"}
        elif ask.form is not None:
            file = {"file": SimpleUploadedFile("a.csv", ask.upload.encode())} if ask.upload else {}
            arguments |= {"data": {**ask.form, **file}}
        with transaction.atomic(), written_tables() as written:
            response = getattr(client, ask.method.lower())(ask.path, **arguments)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            changed = {table: rows for table in written - PASSING if (rows := self.changes(table))}
            transaction.set_rollback(True)
        return Answer(
            response.status_code, readable(response, content), response.get("Location", ""), content, changed
        )

    def rows_now(self, table: str) -> TableRows:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # nosec B608
            self.columns[table] = [column[0] for column in cursor.description]
            key = self.columns[table].index("id") if "id" in self.columns[table] else 0
            return {row[key]: tuple(map(str, row)) for row in cursor.fetchall()}

    def remember(self) -> None:
        """Read every table once; changes are told against this state."""
        self.before = {table: self.rows_now(table) for table in connection.introspection.table_names()}

    def changes(self, table: str) -> dict[object, dict[str, str]]:
        """The rows that were added, changed or deleted."""
        now, before = self.rows_now(table), self.before.get(table, {})
        names = self.columns[table]
        found: dict[object, dict[str, str]] = {}
        for key in now.keys() | before.keys():
            old, new = before.get(key), now.get(key)
            if old != new:
                pairs = zip(names, old or [""] * len(names), new or (), strict=False)
                found[key] = {name: value for name, was, value in pairs if old is None or was != value}
        return found


@contextmanager
def written_tables() -> Iterator[set[str]]:
    """The tables that statements tried to write while the block ran."""
    written: set[str] = set()

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if found := WRITES.match(str(sql)):
            written.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written


def readable(response: Any, content: bytes) -> str:
    """Everything that could be read from an answer: body (unpacked), headers, cookies, messages."""
    if response.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    else:
        parts = [content.decode("utf-8", "replace")]
    if response.get("Content-Type", "").startswith("application/json"):
        parts.append(json.dumps(json.loads(content or b"null"), ensure_ascii=False))
    parts += [
        unquote(f"{name}: {value}")
        for name, value in response.items()
        if name not in ("ETag", "Content-Security-Policy")
    ]
    storage = getattr(response.wsgi_request, "_messages", None)
    parts += [str(message) for message in getattr(storage, "_queued_messages", ())]
    return "\n".join(parts)


def new_site() -> Site:
    """A site whose world is built and remembered."""
    site = Site()
    site.remember()
    return site
