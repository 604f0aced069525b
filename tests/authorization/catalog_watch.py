"""Alerts: the list of what is in reach, one of them, what is done about it, the look of the whole company."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_plans import whole_company
from tests.authorization.catalog_settings import company_gate
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
    yield Topic(
        "data-quality/", "data-quality/", "GET", (("import", "view"),),
        open_to=partial(company_gate, "import", "view"), ask=lambda s, c: Ask("GET", "/data-quality/"), shows=batches,
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
