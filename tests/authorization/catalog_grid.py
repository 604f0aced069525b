"""The planning grid: branches and pieces of it, blocks written, comments read and said."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_plans import change, node, node_gate, only_of_today, version
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    view, edit = (("target", "view"),), (("target", "edit"),)
    answers = frozenset({200, 403, 404, 409, 422})
    yield Topic(
        "targets/<int:pk>/piece/", "targets/<int:pk>/piece/", "GET", view, table="planversion", weight=2,
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/piece/?r=0-200&c=0-20&side=last_year,published"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/locks/", "targets/<int:pk>/locks/", "GET", view, table="planversion",
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/locks/"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/branch/", "targets/<int:pk>/branch/", "GET", view, weight=3,
        objects=lambda s: s.raw["territory"], open_to=partial(node_gate, "view", "published"),
        ask=lambda s, c: Ask("GET", f"/targets/{version(s, 'published')}/branch/?dimension=region&open={node(s, c)}"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/comments/", "targets/<int:pk>/comments/", "GET", view, weight=4,
        objects=lambda s: s.raw["territory"], open_to=partial(node_gate, "view", "draft"),
        shows=said_about,
        ask=lambda s, c: Ask("GET", f"/targets/{version(s, 'draft')}/comments/?region={node(s, c)}&period=2026&line="),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/comments/say/", "targets/<int:pk>/comments/say/", "POST", edit, weight=3,
        objects=lambda s: s.raw["territory"], open_to=partial(node_gate, "edit", "draft"), status=answers, writes=True,
        ask=lambda s, c: Ask(
            "POST", f"/targets/{version(s, 'draft')}/comments/say/",
            body={"region": node(s, c), "period": "2026-03", "line": "", "text": NEW, "author": 1},
        ),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/block/", "targets/<int:pk>/block/", "POST", edit, weight=4,
        objects=lambda s: s.raw["territory"], status=answers, writes=True, effect=only_of_today,
        ask=lambda s, c: Ask(
            "POST", f"/targets/{version(s, 'draft')}/block/",
            body=change(s, c) | {"cells": [{"region": node(s, c), "period": "2026-03", "line": "", "text": "9000000"}]},
        ),
    )  # fmt: skip


def said_about(site: Site, case: Case) -> set[str]:
    """The comments on the node, for who reaches it in the draft."""
    if node_gate("view", "draft", site, case) is not None:
        return set()
    region = node(site, case)
    rows = site.raw["cellcomment"].items()
    return {site.raw.mark("cellcomment", pk, "text") for pk, row in rows if row["region"] == region}
