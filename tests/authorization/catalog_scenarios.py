"""Scenarios: listed and compared within reach, branched and merged by who answers for the whole company."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.catalog_plans import version, whole_company
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import linked
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    view = (("target", "view"),)
    yield Topic(
        "targets/<int:pk>/scenarios/", "targets/<int:pk>/scenarios/", "GET", view, table="planversion",
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/scenarios/"),
        ids=lambda s, a: frozenset(linked("targets", a.text)), expected=beside,
    )  # fmt: skip
    route = "targets/<int:pk>/compare/<int:other>/"
    yield Topic(
        route, route, "GET", view, table="planversion", weight=3,
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/compare/{other(s, c)}/?region=9&period=2&product=1&all=1"),
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


def year(site: Site, pk: int | None) -> object:
    row = site.raw["planversion"].get(pk or 0)
    return row and site.raw["plan"][row["plan_id"]]["year"]


def beside(site: Site, case: Case) -> frozenset[int]:
    """The versions of the same year that the reader may see."""
    seen = sees(site, case, "planversion", "target", "view")
    return frozenset(pk for pk in seen if year(site, pk) == year(site, case.pk))


def other(site: Site, case: Case) -> int | None:
    """What a version can be compared with: the published one of its year, else itself."""
    published = version(site, "published")
    return published if year(site, published) == year(site, case.pk) else case.pk


def merged(rows: dict[int, dict[str, object]], pk: int | None) -> dict[str, object]:
    """A merge of everything the published version says."""
    source = next(row for row in rows.values() if row["state"] == "published")
    seen = rows[pk]["version"] if pk in rows else 1
    return {"version": seen, "source": source["version"], "rest": "source", "reason": NEW}
