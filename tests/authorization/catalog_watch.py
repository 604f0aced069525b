"""Alerts: the list of what is in reach, one of them, what is done about it, the look of the whole company."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_cards import reaches_source
from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_plans import whole_company
from tests.authorization.catalog_settings import company_gate
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import linked
from tests.authorization.site import Answer, Ask, Site


def topics() -> Iterator[Topic]:
    yield Topic(
        "alerts/", "alerts/", "GET", (("alert", "view"),), ask=lambda s, c: Ask("GET", "/alerts/"),
        ids=lambda s, a: frozenset(linked("alerts", a.text)), expected=in_reach, weight=8,
    )  # fmt: skip
    yield Topic(
        "alerts/<int:pk>/", "alerts/<int:pk>/", "GET", (("alert", "view"),), table="alert", weight=6,
        ask=lambda s, c: Ask("GET", f"/alerts/{c.pk}/"),
    )  # fmt: skip
    for tail, form in (("handle", {"text": NEW}), ("snooze", {"until": "2026-07-20", "text": NEW})):
        route = f"alerts/<int:pk>/{tail}/"
        yield Topic(
            route, route, "POST", (("alert", "edit"),), table="alert", status=frozenset({302}), writes=True,
            ask=partial(act, tail, form), weight=4,
        )  # fmt: skip
    yield Topic(
        "alerts/look/", "alerts/look/", "POST", (("alert_rule", "create"),), status=frozenset({302}), writes=True,
        open_to=partial(whole_company, "alert_rule", "create", ""), ask=lambda s, c: Ask("POST", "/alerts/look/"),
    )  # fmt: skip
    yield from meetings()
    yield Topic(
        "data-quality/", "data-quality/", "GET", (("actual", "view"),),
        open_to=partial(company_gate, "actual", "view"), ask=lambda s, c: Ask("GET", "/data-quality/"), shows=batches,
    )  # fmt: skip
    yield Topic(
        "data-quality/totals/", "data-quality/totals/", "POST", (("actual", "import"),), status=frozenset({302}),
        writes=True, open_to=partial(company_gate, "actual", "import"),
        ask=lambda s, c: Ask(
            "POST", "/data-quality/totals/", form={"source": NEW, "first_on": "2026-01-01", "last_on": "2026-01-31", "amount_fen": "1"}
        ),
    )  # fmt: skip
    yield Topic(
        "data-quality/totals/<int:pk>/remove/", "data-quality/totals/<int:pk>/remove/", "POST", (("actual", "import"),),
        table="controltotal", status=frozenset({302}), writes=True, open_to=partial(company_gate, "actual", "import"),
        ask=lambda s, c: Ask("POST", f"/data-quality/totals/{c.pk}/remove/"),
    )  # fmt: skip


def meetings() -> Iterator[Topic]:
    yield Topic(
        "meetings/", "meetings/", "GET", (("meeting", "view"),), ask=lambda s, c: Ask("GET", "/meetings/"),
        ids=lambda s, a: frozenset(linked("meetings", a.text)), expected=meetings_in_reach, weight=4,
    )  # fmt: skip
    yield Topic(
        "meetings/new/", "meetings/new/", "POST", (("meeting", "create"),), objects=lambda s: s.raw["orgunit"],
        status=frozenset({302}), writes=True, open_to=partial(right_alone, "create"), weight=4,
        ask=lambda s, c: Ask("POST", "/meetings/new/", form={"unit": str(c.pk), "cadence": "monthly", "held_on": "2026-06-20"}),
        effect=only_own_unit,
    )  # fmt: skip
    for tail in ("", "slides/", "document/"):
        route, right = f"meetings/<int:pk>/{tail}", "export" if tail else "view"
        yield Topic(
            route, route, "GET", (("meeting", right),), table="meeting", weight=3,
            ask=lambda s, c, tail=tail: Ask("GET", f"/meetings/{c.pk}/{tail}"),
        )  # fmt: skip
    for tail, form in (
        ("minutes", {"agenda": NEW, "minutes": NEW}), ("renew", {}), ("close", {}), ("decide", {"text": NEW, "due_on": "2026-07-01"})
    ):  # fmt: skip
        route = f"meetings/<int:pk>/{tail}/"
        yield Topic(
            route, route, "POST", (("meeting", "edit"),), table="meeting", status=frozenset({200, 302}), writes=True,
            ask=partial(on_meeting, tail, form), weight=3,
        )  # fmt: skip
    route = "meetings/promises/<int:pk>/settle/"
    yield Topic(
        route, route, "POST", (("meeting", "edit"),), table="promise", status=frozenset({302}), writes=True,
        open_to=partial(reaches_source, ("meeting", "edit"), "promise", "meeting", "meeting_id"),
        ask=lambda s, c: Ask("POST", f"/meetings/promises/{c.pk}/settle/", form={"state": "done", "result": NEW, "version": "1"}),
        weight=3,
    )  # fmt: skip


def on_meeting(tail: str, form: dict[str, str], site: Site, case: Case) -> Ask:
    row = site.raw["meeting"][case.pk or 0]
    seat = min(pk for pk, seat in site.raw["position"].items() if seat["role"] == "province_manager")
    return Ask(
        "POST",
        f"/meetings/{case.pk}/{tail}/",
        form={"owner": str(seat), **form, "version": str(row["version"])},
    )


def right_alone(action: str, site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    return None if site.oracle.may(user, case.day, "meeting", action) else 403


def only_own_unit(site: Site, case: Case, answer: Answer) -> str:
    user = site.accounts[case.account]
    assert user is not None
    reach = site.oracle.reach(user, case.day, "meeting", "create")
    is_inside = reach.everything or case.pk in reach.units
    return "" if is_inside or "monitoring_meeting" not in answer.changed else "called a meeting out of reach"


def meetings_in_reach(site: Site, case: Case) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    return site.oracle.sees(user, case.day, "meeting", "meeting", "view")


def batches(site: Site, case: Case) -> set[str]:
    """What was taken back, by whom and why, and what the sources said."""
    rows = site.raw["batch"]
    people = {row["created_by_id"] for row in (*rows.values(), *site.raw["controltotal"].values())}
    found = site.seen.of("batch", rows) | site.seen.of("controltotal", site.raw["controltotal"])
    return found | site.seen.of("user", people)


def act(tail: str, form: dict[str, str], site: Site, case: Case) -> Ask:
    version = site.raw["alert"][case.pk or 0]["version"]
    return Ask("POST", f"/alerts/{case.pk}/{tail}/", form={**form, "version": str(version)})


def in_reach(site: Site, case: Case) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    return site.oracle.sees(user, case.day, "alert", "alert", "view")
