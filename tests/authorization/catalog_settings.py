"""What stands beside the cells of a plan: measures, derived targets, checks, rules, milestones, strategy."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.catalog_plans import version
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield from readings()
    yield from plan_changes()
    yield from milestones()
    yield from rule_pack()
    yield from strategy()


def readings() -> Iterator[Topic]:
    for tail in ("measures", "derived", "checks", "rules"):
        route = f"targets/<int:pk>/{tail}/"
        yield Topic(
            route, route, "GET", (("target", "view"),), table="planversion", shows=strategies,
            ask=lambda s, c, tail=tail: Ask("GET", f"/targets/{c.pk}/{tail}/"), weight=3,
        )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/milestones/", "targets/<int:pk>/milestones/", "GET", (("milestone", "view"),),
        table="planversion", open_to=version_gate("milestone", "view"), shows=of_milestones,
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/milestones/"),
    )  # fmt: skip


def strategies(site: Site, case: Case) -> set[str]:
    """A check names the strategy that a target serves: strategy is no secret."""
    return site.seen.of("strategyline", site.raw["strategyline"])


def of_milestones(site: Site, case: Case) -> set[str]:
    """The milestones of the plan on territories in reach, and who owns them."""
    owners = {row["owner_id"] for row in site.raw["milestone"].values()}
    people = [pk for pk, row in site.raw["person"].items() if row["user_id"] in owners]
    return marks_of_milestones(site, case) | site.seen.of("person", people)


def marks_of_milestones(site: Site, case: Case) -> set[str]:
    user = site.accounts[case.account]
    assert user is not None
    return site.seen.of("milestone", site.oracle.sees(user, case.day, "milestone", "milestone", "view"))


def version_gate(resource: str, action: str) -> Any:
    """The right of the page, then the version as one may see it at all."""
    return partial(_version_gate, resource, action)


def _version_gate(resource: str, action: str, site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, resource, action):
        return 403
    is_seen = case.pk in site.oracle.sees(user, case.day, "planversion", "target", "view")
    return None if is_seen else 404


def company_gate(resource: str, action: str, site: Site, case: Case) -> int | None:
    """Who answers for a part of the company sets nothing for all of it."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, resource, action):
        return 403
    return None if site.oracle.reach(user, case.day, resource, action).everything else 403


def plan_changes() -> Iterator[Topic]:
    create = (("plan", "create"),)
    for tail, form in (
        ("measures/add", {"measure": "visits", "how": "rate", "rate": "100", "total": ""}),
        ("derived/set", {"kind": "profit", "rate": "12"}),
    ):
        route = f"targets/<int:pk>/{tail}/"
        yield Topic(
            route, route, "POST", create, table="planversion", status=frozenset({302}), writes=True,
            open_to=partial(company_gate, "plan", "create"),
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/targets/{c.pk}/{tail}/", form=form),
        )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/rules/repair/", "targets/<int:pk>/rules/repair/", "POST", (("target", "edit"),),
        table="planversion", status=frozenset({302}), writes=True, ask=repair,
    )  # fmt: skip


def repair(site: Site, case: Case) -> Ask:
    row = site.raw["planversion"].get(case.pk or 0, {"version": 1})
    return Ask(
        "POST", f"/targets/{case.pk}/rules/repair/", form={"version": str(row["version"]), "region": ""}
    )


def milestones() -> Iterator[Topic]:
    yield Topic(
        "targets/<int:pk>/milestones/add/", "targets/<int:pk>/milestones/add/", "POST", (("milestone", "create"),),
        objects=lambda s: s.raw["territory"], status=frozenset({302}), writes=True, ask=add_milestone,
        open_to=partial(_draft_gate, "milestone", "create"), effect=only_in_reach,
    )  # fmt: skip
    route = "targets/<int:pk>/milestones/<int:milestone>/delete/"
    yield Topic(
        route, route, "POST", (("milestone", "delete"),), table="milestone", status=frozenset({302}), writes=True,
        open_to=_delete_gate, ask=delete_milestone, weight=5,
    )  # fmt: skip


def _draft_gate(resource: str, action: str, site: Site, case: Case) -> int | None:
    draft = version(site, "draft")
    return _version_gate(resource, action, site, Case(case.account, case.day, draft))


def add_milestone(site: Site, case: Case) -> Ask:
    """A milestone on one territory of the draft; the owner is whoever asks."""
    draft = site.raw["planversion"][version(site, "draft")]
    year = site.raw["plan"][draft["plan_id"]]["year"]
    territory = site.raw["territory"][case.pk or 0]["code"]
    form = {
        "name": NEW, "region": f"T:{territory}", "product_line": "", "due_on": f"{year}-06-30", "value": "5",
        "owner": str(site.accounts[case.account] or 0), "note": "",
    }  # fmt: skip
    return Ask("POST", f"/targets/{draft['id']}/milestones/add/", form=form)


def only_in_reach(site: Site, case: Case, answer: Any) -> str:
    """Written only where the territory is in reach today."""
    wrote = "targets_milestone" in answer.changed
    is_own = case.pk in sees(site, case, "territory", "milestone", "create")
    return "wrote a milestone out of reach" if wrote and not is_own else ""


def version_of(site: Site, case: Case) -> int:
    """A version of the plan the milestone belongs to."""
    plan = site.raw["milestone"][case.pk or 0]["plan_id"]
    found = [pk for pk, row in site.raw["planversion"].items() if row["plan_id"] == plan]
    return min(found)


def delete_milestone(site: Site, case: Case) -> Ask:
    return Ask("POST", f"/targets/{version_of(site, case)}/milestones/{case.pk}/delete/", form={})


def _delete_gate(site: Site, case: Case) -> int | None:
    found = _version_gate("milestone", "delete", site, Case(case.account, case.day, version_of(site, case)))
    if found is not None:
        return found
    return None if case.pk in sees(site, case, "milestone", "milestone", "delete") else 404


def rule_pack() -> Iterator[Topic]:
    yield Topic(
        "targets/rules/",
        "targets/rules/",
        "GET",
        (("plan", "view"),),
        ask=lambda s, c: Ask("GET", "/targets/rules/"),
    )
    yield Topic(
        "targets/rules/<int:pk>/", "targets/rules/<int:pk>/", "POST", (("plan", "create"),), table="policyrule",
        status=frozenset({302}), writes=True, open_to=partial(company_gate, "plan", "create"),
        ask=lambda s, c: Ask(
            "POST", f"/targets/rules/{c.pk}/", form={"kind": s.raw["policyrule"][c.pk or 0]["kind"], "threshold": "1", "level": "region", "note": "", "version": "1"}
        ),
    )  # fmt: skip


def strategy() -> Iterator[Topic]:
    yield Topic(
        "targets/strategy/", "targets/strategy/", "GET", (("strategy", "view"),),
        ask=lambda s, c: Ask("GET", "/targets/strategy/?year=2026"), weight=6, shows=chosen_owners,
    )  # fmt: skip
    changes: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("new", "create", {"year": "2026", "title": NEW, "sort_order": "1"}),
        (
            "link",
            "edit",
            {"year": "2026", "measure": "amount", "region": "HQ", "product_line": "", "strategy": "1"},
        ),
    )
    for tail, action, form in changes:
        route = f"targets/strategy/{tail}/"
        yield Topic(
            route, route, "POST", (("strategy", action),), status=frozenset({302}), writes=True,
            open_to=partial(company_gate, "strategy", action),
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/targets/strategy/{tail}/", form=form),
        )  # fmt: skip
    yield Topic(
        "targets/strategy/links/<int:pk>/delete/", "targets/strategy/links/<int:pk>/delete/", "POST",
        (("strategy", "edit"),), table="strategylink", status=frozenset({302}), writes=True,
        open_to=partial(company_gate, "strategy", "edit"),
        ask=lambda s, c: Ask("POST", f"/targets/strategy/links/{c.pk}/delete/", form={}),
    )  # fmt: skip
    yield Topic(
        "targets/strategy/<int:pk>/", "targets/strategy/<int:pk>/", "GET", (("strategy", "edit"),), table="strategyline",
        open_to=partial(company_gate, "strategy", "edit"), shows=chosen_owners,
        ask=lambda s, c: Ask("GET", f"/targets/strategy/{c.pk}/"),
    )  # fmt: skip
    yield Topic(
        "targets/strategy/<int:pk>/delete/", "targets/strategy/<int:pk>/delete/", "POST", (("strategy", "delete"),),
        table="strategyline", status=frozenset({302}), writes=True, open_to=partial(company_gate, "strategy", "delete"),
        ask=lambda s, c: Ask("POST", f"/targets/strategy/{c.pk}/delete/", form={}),
    )  # fmt: skip


def chosen_owners(site: Site, case: Case) -> set[str]:
    """Who keeps strategy chooses its owner among all people."""
    user = site.accounts[case.account]
    assert user is not None
    may = site.oracle.may(user, case.day, "strategy", "edit")
    return site.seen.of("person", site.raw["person"]) if may else set()
