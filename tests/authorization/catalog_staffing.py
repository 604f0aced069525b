"""Workload, seats and people of territories."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_people import sees
from tests.authorization.catalog_settings import company_gate
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Answer, Ask, Site


def topics() -> Iterator[Topic]:
    yield from workload()
    yield from people()


def workload() -> Iterator[Topic]:
    view = (("territory", "view"),)
    yield Topic(
        "territories/workload/", "territories/workload/", "GET", view, ask=lambda s, c: Ask("GET", "/territories/workload/"),
    )  # fmt: skip
    yield Topic(
        "territories/<int:pk>/workload/", "territories/<int:pk>/workload/", "GET", view, table="territory",
        ask=lambda s, c: Ask("GET", f"/territories/{c.pk}/workload/"),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/<int:pk>/workload/", "territories/alignments/<int:pk>/workload/", "GET",
        (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/workload/"),
    )  # fmt: skip
    yield Topic(
        "territories/workload/standard/", "territories/workload/standard/", "GET", (("territory", "edit"),),
        open_to=partial(company_gate, "territory", "edit"), ask=lambda s, c: Ask("GET", "/territories/workload/standard/"),
    )  # fmt: skip
    yield Topic(
        "territories/workload/standard/ set", "territories/workload/standard/", "POST", (("territory", "edit"),), writes=True,
        open_to=partial(company_gate, "territory", "edit"), status=frozenset({200, 302}),
        ask=lambda s, c: Ask("POST", "/territories/workload/standard/", form={"valid_from": "2026-06-20", "stops": "3"}),
    )  # fmt: skip
    yield Topic(
        "territories/workload/refresh/", "territories/workload/refresh/", "POST", (("territory", "edit"),), writes=True,
        open_to=partial(company_gate, "territory", "edit"), status=frozenset({302}),
        ask=lambda s, c: Ask("POST", "/territories/workload/refresh/", form={}),
    )  # fmt: skip


def people() -> Iterator[Topic]:
    view = (("alignment", "view"),)
    for route in ("territories/staffing/", "territories/abilities/"):
        yield Topic(route, route, "GET", view, ask=lambda s, c, route=route: Ask("GET", f"/{route}"))
    for method in ("GET", "POST"):
        yield Topic(
            f"territories/abilities/<int:pk>/ {method}", "territories/abilities/<int:pk>/", method, (("person", "edit"),),
            table="person", writes=method == "POST", status=frozenset({200, 302}),
            ask=lambda s, c, method=method: Ask(
                method, f"/territories/abilities/{c.pk}/",
                form={"valid_from": "2026-06-20", "percent": "90", "part": "100", "grade": "senior"} if method == "POST" else None,
            ),
        )  # fmt: skip
    places = "territories/alignments/<int:pk>/people/"
    yield Topic(
        places, places, "GET", view, objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/people/"),
    )  # fmt: skip
    yield Topic(
        f"{places}apply/", f"{places}apply/", "POST", (("territory", "edit"),), objects=lambda s: s.raw["territory"],
        status=frozenset({302, 404}), writes=True, ask=apply, effect=owners_in_reach,
    )  # fmt: skip


def apply(site: Site, case: Case) -> Ask:
    """A seat of 浙江 for one territory of the alignment in force, without having looked."""
    active = next(pk for pk, row in sorted(site.raw["alignment"].items()) if row["state"] == "active")
    seat = str(site.world.positions["rep-zj"].pk)
    form = {f"who_{case.pk}": seat, "seen": "0", "valid_from": "2026-06-20"}
    return Ask("POST", f"/territories/alignments/{active}/people/apply/", form=form)


def owners_in_reach(site: Site, case: Case, answer: Answer) -> str:
    wrote = "territories_territoryowner" in answer.changed
    return (
        "gave a territory out of reach"
        if wrote and case.pk not in sees(site, case, "territory", "territory", "edit")
        else ""
    )
