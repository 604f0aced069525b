"""Scenarios: listed and compared within reach, branched and merged by who answers for the whole company."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.catalog_plans import version, whole_company
from tests.authorization.questions import Topic
from tests.authorization.reading import linked
from tests.authorization.site import Ask


def topics() -> Iterator[Topic]:
    view = (("target", "view"),)
    yield Topic(
        "targets/<int:pk>/scenarios/", "targets/<int:pk>/scenarios/", "GET", view, table="planversion",
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/scenarios/"),
        ids=lambda s, a: frozenset(linked("targets", a.text)), expected=lambda s, c: sees(s, c, "planversion", "target", "view"),
    )  # fmt: skip
    route = "targets/<int:pk>/compare/<int:other>/"
    yield Topic(
        route, route, "GET", view, table="planversion", weight=3,
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/compare/{version(s, 'published')}/?region=9&period=2&product=1&all=1"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/scenarios/new/", "targets/<int:pk>/scenarios/new/", "POST", (("plan", "create"),),
        table="planversion", status=frozenset({302}), writes=True,
        open_to=partial(whole_company, "plan", "create", "scenarios/new"),
        ask=lambda s, c: Ask("POST", f"/targets/{c.pk}/scenarios/new/", form={"name": NEW, "purpose": NEW}),
    )  # fmt: skip
    route = "targets/<int:pk>/merge/<int:other>/"
    yield Topic(
        route, route, "POST", (("target", "edit"),), table="planversion", status=frozenset({302}), writes=True,
        open_to=partial(whole_company, "target", "edit", "merge"),
        ask=lambda s, c: Ask("POST", f"/targets/{c.pk}/merge/{version(s, 'published')}/", form=merged(s.raw["planversion"], c.pk)),
    )  # fmt: skip


def merged(rows: dict[int, dict[str, object]], pk: int | None) -> dict[str, object]:
    """A merge of everything the published version says."""
    source = next(row for row in rows.values() if row["state"] == "published")
    seen = rows[pk]["version"] if pk in rows else 1
    return {"version": seen, "source": source["version"], "rest": "source", "reason": NEW}
