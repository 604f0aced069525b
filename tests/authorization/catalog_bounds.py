"""Units without territory and customers without owner: what is proposed, and who may take it."""

from collections.abc import Callable, Iterator
from functools import partial

from tests.authorization.catalog_business import PLACES, sees
from tests.authorization.catalog_plans import whole_company
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield Topic(
        f"{PLACES}unassigned/", f"{PLACES}unassigned/", "GET", (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/unassigned/?all=1"),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}unassigned/accept/", f"{PLACES}unassigned/accept/", "POST", (("alignment", "edit"),), writes=True,
        objects=lambda s: s.raw["alignment"], open_to=side_gate, status=frozenset({302}),
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{c.pk}/unassigned/accept/",
            form={"unit": "nowhere", "territory": s.world.territories["own-b"].code, "version": "1"},
        ),
    )  # fmt: skip
    yield Topic(
        "customers/coverage/proposed/", "customers/coverage/proposed/", "GET", (("customer", "view"),),
        open_to=partial(whole_company, "customer", "view", ""), ask=lambda s, c: Ask("GET", "/customers/coverage/proposed/"),
    )  # fmt: skip
    yield Topic(
        "customers/coverage/proposed/accept/", "customers/coverage/proposed/accept/", "POST", (("customer", "edit"),),
        writes=True, open_to=partial(whole_company, "customer", "edit", ""), status=frozenset({302}),
        ask=lambda s, c: Ask("POST", "/customers/coverage/proposed/accept/", form={"line": "nobody\t1\tnowhere"}),
    )  # fmt: skip
    yield from splits()
    yield from redrawing()


def redrawing() -> Iterator[Topic]:
    """Boundaries are those of the whole company."""
    right, gate = (("territory", "import"),), partial(whole_company, "territory", "import", "")
    yield Topic(
        "geography/boundaries/",
        "geography/boundaries/",
        "GET",
        right,
        open_to=gate,
        ask=lambda s, c: Ask("GET", "/geography/boundaries/"),
    )
    for route, method in (
        ("geography/boundaries/<int:pk>/", "GET"),
        ("geography/boundaries/<int:pk>/settle/", "POST"),
    ):
        yield Topic(
            route, route, method, right, open_to=partial(nothing_there, gate), status=frozenset({404}), writes=method == "POST",
            ask=lambda s, c, route=route, method=method: Ask(method, "/" + route.replace("<int:pk>", "999999"), form={"do": "drop"}),
        )  # fmt: skip


def nothing_there(gate: Callable[[Site, Case], int | None], site: Site, case: Case) -> int | None:
    """No file was uploaded in this world."""
    return gate(site, case) or 404


def splits() -> Iterator[Topic]:
    """Splitting a unit writes rules, which are for the whole company."""
    may, view = (
        partial(whole_company, "alignment", "edit", ""),
        partial(whole_company, "alignment", "view", ""),
    )
    at = "/territories/alignments"
    yield Topic(
        f"{PLACES}split/", f"{PLACES}split/", "GET", (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        open_to=view, ask=lambda s, c: Ask("GET", f"{at}/{c.pk}/split/"),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}split/unit/", f"{PLACES}split/unit/", "GET", (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        open_to=view, status=frozenset({200, 404}), ask=lambda s, c: Ask("GET", f"{at}/{c.pk}/split/unit/?unit={place(s)}"),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}split/unit/ keep", f"{PLACES}split/unit/", "POST", (("alignment", "view"),), writes=True,
        objects=lambda s: s.raw["alignment"], open_to=view, status=frozenset({200, 302, 403, 404}),
        ask=lambda s, c: Ask("POST", f"{at}/{c.pk}/split/unit/", form={"unit": place(s), "do": "try"}),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}split/drop/", f"{PLACES}split/drop/", "POST", (("alignment", "edit"),), writes=True,
        objects=lambda s: s.raw["alignment"], open_to=may, status=frozenset({302}),
        ask=lambda s, c: Ask("POST", f"{at}/{c.pk}/split/drop/", form={"unit": place(s)}),
    )  # fmt: skip


def place(site: Site) -> str:
    return str(next(iter(site.raw["basicunit"].values()))["code"])


def side_gate(site: Site, case: Case) -> int | None:
    """The territory that is to take a unit must be within reach."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "alignment", "edit"):
        return 403
    is_seen = site.world.territories["own-b"].pk in sees(site, case, "territory", "alignment", "edit")
    return None if is_seen else 404
