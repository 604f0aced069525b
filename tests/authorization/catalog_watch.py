"""Alerts: the list of what is in reach, one of them, what is done about it, the look of the whole company."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_plans import whole_company
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import linked
from tests.authorization.site import Ask, Site


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


def act(tail: str, form: dict[str, str], site: Site, case: Case) -> Ask:
    version = site.raw["alert"][case.pk or 0]["version"]
    return Ask("POST", f"/alerts/{case.pk}/{tail}/", form={**form, "version": str(version)})


def in_reach(site: Site, case: Case) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    return site.oracle.sees(user, case.day, "alert", "alert", "view")
