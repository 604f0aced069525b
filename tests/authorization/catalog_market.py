"""The market: counties of one's territories; indicators and the potential model are set for the whole company."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_settings import company_gate
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def county_gate(site: Site, case: Case) -> int | None:
    """A county of a territory that is out of reach does not exist; nor does one without a territory."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    if not site.oracle.may(user, case.day, "market", "view"):
        return 403
    seen = site.oracle.sees(user, case.day, "territory", "market", "view")
    active = active_on(site, case)
    rows = site.raw["alignmentunit"].values()
    mine = [row for row in rows if row["alignment_id"] == active and row["unit_id"] == case.pk]
    return None if any(row["territory_id"] in seen and row["part"] == "base" for row in mine) else 404


def active_on(site: Site, case: Case) -> int | None:
    """The alignment in force on the day of the question."""
    dated = [
        row
        for row in site.raw["alignment"].values()
        if row["state"] in ("active", "retired")
        and row["valid_from"] is not None
        and row["valid_from"] <= case.day
        and (row["valid_to"] is None or case.day < row["valid_to"])
    ]
    return max(dated, key=lambda row: (row["valid_from"], row["id"]))["id"] if dated else None


def topics() -> Iterator[Topic]:
    view, export = (("market", "view"),), (("market", "export"),)
    for route in ("market/", "market/indicators/", "market/potential/", "market/white-space/"):
        yield Topic(
            route, route, "GET", view, ask=lambda s, c, route=route: Ask("GET", f"/{route}?org_unit=x")
        )
    for route in ("market/export/", "market/white-space/export/"):
        yield Topic(route, route, "GET", export, ask=lambda s, c, route=route: Ask("GET", f"/{route}"))
    yield Topic(
        "market/counties/<str:code>/", "market/counties/<str:code>/", "GET", view, open_to=county_gate,
        objects=lambda s: {pk: row for pk, row in s.raw["basicunit"].items() if row["level"] == "county"},
        ask=lambda s, c: Ask("GET", f"/market/counties/{s.raw['basicunit'][c.pk]['code']}/"),  # type: ignore[index]
    )  # fmt: skip
    yield Topic(
        "market/indicators/ add", "market/indicators/", "POST", (("market", "create"),), writes=True,
        open_to=partial(company_gate, "market", "create"), status=frozenset({200, 302}),
        ask=lambda s, c: Ask("POST", "/market/indicators/", form={"code": "", "name": ""}),
    )  # fmt: skip
    yield Topic(
        "market/potential/fit/", "market/potential/fit/", "POST", (("market", "edit"),), writes=True,
        open_to=partial(company_gate, "market", "edit"), status=frozenset({302}),
        ask=lambda s, c: Ask("POST", "/market/potential/fit/"),
    )  # fmt: skip
    for route in ("market/indicators/<str:code>/", "market/indicators/<str:code>/remove/"):
        address = "/" + route.replace("<str:code>", "no-such")
        yield Topic(
            route, route, "POST", (("market", "edit"),), writes=True,
            open_to=partial(company_gate, "market", "edit"), status=frozenset({404}),
            ask=lambda s, c, address=address: Ask("POST", address, form={"version": "1"}),
        )  # fmt: skip
    yield Topic(
        "market/indicators/<str:code>/ form", "market/indicators/<str:code>/", "GET", (("market", "edit"),),
        open_to=partial(company_gate, "market", "edit"), status=frozenset({404}),
        ask=lambda s, c: Ask("GET", "/market/indicators/no-such/"),
    )  # fmt: skip
