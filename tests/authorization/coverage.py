"""That nothing is left out: every route of the URL configuration, every operation of the OpenAPI document, every method.

A route or an operation no topic fills fails the test, so that whoever adds a page adds its topic
(docs/howto/authorization-tests.md). A method no topic asks with is asked for all the same: it must be
refused or read nothing more than the page itself, and change nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.urls import URLPattern, URLResolver, get_resolver

from quyu.shell.api import api
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def routes(patterns: Iterable[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Every route, walked here and not by the product."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here


def operations() -> Iterator[tuple[str, str]]:
    """Every (route, method) of the OpenAPI document."""
    for path, found in api.get_openapi_schema()["paths"].items():
        route = re.sub(r"\{(?:int:)?pk\}", "<int:pk>", path).lstrip("/")
        yield from ((route, method.upper()) for method in found)


def missing(topics: Iterable[Topic]) -> list[str]:
    """Routes and operations that no topic fills."""
    known = {(topic.route, topic.method) for topic in topics}
    asked = {route for route, _ in known}
    lost = [f"route {route}" for route in sorted(set(routes()) - asked)]
    return lost + [
        f"operation {method} {route}" for route, method in operations() if (route, method) not in known
    ]


def gone(topics: Iterable[Topic]) -> list[str]:
    """Topics of routes that the site no longer has."""
    there = set(routes())
    return sorted({topic.route for topic in topics} - there)


def other_methods(topics: list[Topic]) -> Iterator[Topic]:
    """For each route one topic per method that none of its own topics uses."""
    for route in dict.fromkeys(topic.route for topic in topics):
        own = [topic for topic in topics if topic.route == route]
        for method in METHODS:
            if method not in {topic.method for topic in own}:
                yield loose(own[0], method)


def loose(topic: Topic, method: str) -> Topic:
    """The same address with another method."""

    def ask(site: Site, case: Case) -> Ask:
        form = {"name": "kqz99999"} if method == "POST" else None
        return replace(topic.ask(site, case), method=method, form=form, body=None)

    return replace(
        topic, name=f"{topic.name} by {method}", method=method, ask=ask, is_loose=True, ids=None, effect=None, writes=False,
        weight=1,
    )  # fmt: skip
