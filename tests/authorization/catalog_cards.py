"""PDCA cards: the list of what is in reach, one of them, each of its steps."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import linked
from tests.authorization.site import Ask, Site

PLAN = {"problem": NEW, "cause": NEW, "goal": "90", "measures": NEW, "check_on": "2026-08-01"}
STEPS = (
    ("plan", PLAN), ("tasks", {"text": NEW, "due_on": "2026-07-01"}),
    ("conclude", {"outcome": "adjust", "lesson": NEW}), ("drop", {"reason": NEW}),
)  # fmt: skip


def topics() -> Iterator[Topic]:
    yield Topic(
        "cards/", "cards/", "GET", (("alert", "view"),), ask=lambda s, c: Ask("GET", "/cards/"),
        ids=lambda s, a: frozenset(linked("cards", a.text)), expected=unfinished, weight=6,
    )  # fmt: skip
    yield Topic(
        "cards/<int:pk>/", "cards/<int:pk>/", "GET", (("alert", "view"),), table="pdcacard", weight=5,
        ask=lambda s, c: Ask("GET", f"/cards/{c.pk}/"),
    )  # fmt: skip
    yield Topic(
        "cards/from-alert/<int:pk>/", "cards/from-alert/<int:pk>/", "POST", (("alert", "edit"),), table="alert",
        status=frozenset({302}), writes=True, ask=lambda s, c: Ask("POST", f"/cards/from-alert/{c.pk}/"), weight=3,
    )  # fmt: skip
    yield Topic(
        "cards/lessons/", "cards/lessons/", "GET", (("alert", "view"),), ask=lambda s, c: Ask("GET", "/cards/lessons/"),
        ids=lambda s, a: frozenset(linked("cards", a.text)), expected=concluded, weight=4,
    )  # fmt: skip
    yield Topic(
        "cards/from-decision/<int:pk>/", "cards/from-decision/<int:pk>/", "POST", (("alert", "edit"), ("meeting", "edit")),
        table="promise", status=frozenset({302}), writes=True, weight=3, open_to=both_rights,
        ask=lambda s, c: Ask("POST", f"/cards/from-decision/{c.pk}/"),
    )  # fmt: skip
    for tail, form in STEPS:
        route = f"cards/<int:pk>/{tail}/"
        yield Topic(
            route, route, "POST", (("alert", "edit"),), table="pdcacard", status=frozenset({200, 302}), writes=True,
            ask=partial(step, tail, form), weight=3,
        )  # fmt: skip
    route = "cards/tasks/<int:pk>/settle/"
    yield Topic(
        route, route, "POST", (("alert", "edit"),), table="cardtask", status=frozenset({302}), writes=True,
        open_to=partial(reaches_source, ("alert", "edit"), "cardtask", "pdcacard", "card_id"),
        ask=lambda s, c: Ask("POST", f"/cards/tasks/{c.pk}/settle/", form={"state": "done", "result": NEW, "version": "1"}),
        weight=3,
    )  # fmt: skip


def step(tail: str, form: dict[str, str], site: Site, case: Case) -> Ask:
    row = site.raw["pdcacard"][case.pk or 0]
    seat = min(pk for pk, seat in site.raw["position"].items() if seat["role"] == "province_manager")
    return Ask(
        "POST", f"/cards/{case.pk}/{tail}/", form={"owner": str(seat), **form, "version": str(row["version"])}
    )


def concluded(site: Site, case: Case) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    seen = site.oracle.sees(user, case.day, "pdcacard", "alert", "view")
    return frozenset(pk for pk in seen if site.raw["pdcacard"][pk]["state"] == "closed")


def unfinished(site: Site, case: Case) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    seen = site.oracle.sees(user, case.day, "pdcacard", "alert", "view")
    return frozenset(pk for pk in seen if site.raw["pdcacard"][pk]["state"] in ("plan", "do", "act"))


def reaches_source(
    right: tuple[str, str], table: str, above: str, link: str, site: Site, case: Case
) -> int | None:
    """Who settles reaches the card or meeting itself; that something was given to one's seat is not enough."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, *right):
        return 403
    source = site.raw[table][case.pk or 0][link]
    return None if source in site.oracle.sees(user, case.day, above, *right) else 404


def both_rights(site: Site, case: Case) -> int | None:
    """A card from a decision needs the right to cards, and the meeting in reach of both rights."""
    user = site.accounts[case.account]
    assert user is not None
    if not all(site.oracle.may(user, case.day, *right) for right in (("alert", "edit"), ("meeting", "edit"))):
        return 403
    meeting = site.raw["promise"][case.pk or 0]["meeting_id"]
    rights = (("alert", "edit"), ("meeting", "edit"))
    is_seen = all(meeting in site.oracle.sees(user, case.day, "meeting", *right) for right in rights)
    return None if is_seen else 404
