"""Organisation, accounts, approvals, notices, the audit trail, and one's own pages."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import linked, rows_marked
from tests.authorization.site import Answer, Ask, Site


def topics() -> Iterator[Topic]:
    yield from organisation()
    yield from accounts()
    yield from approvals()
    yield from own_pages()
    yield from audit()


def sees(site: Site, case: Case, table: str, resource: str, action: str) -> frozenset[int]:
    user = site.accounts[case.account]
    assert user is not None
    return site.oracle.sees(user, case.day, table, resource, action)


def organisation() -> Iterator[Topic]:
    view = (("org_unit", "view"),)
    for at in ("", "?at=2026-06-14", "?at=2026-06-16", "?at=2025-03-03"):
        yield Topic(
            f"org/ {at}", "org/", "GET", view, ask=lambda s, c, at=at: Ask("GET", f"/org/{at}"), weight=3
        )
        yield Topic(
            f"org/units/<int:pk>/ {at}", "org/units/<int:pk>/", "GET", view, table="orgunit",
            ask=lambda s, c, at=at: Ask("GET", f"/org/units/{c.pk}/{at}"),
        )  # fmt: skip
    yield Topic(
        "org/units/<int:pk>/ history", "org/units/<int:pk>/", "GET", view, table="orgunit",
        ask=lambda s, c: Ask("GET", f"/org/units/{c.pk}/?tab=history"),
    )  # fmt: skip
    yield Topic(
        "org/units/<int:pk>/move/", "org/units/<int:pk>/move/", "POST", (("org_unit", "edit"),), table="orgunit",
        ask=lambda s, c: Ask(
            "POST", f"/org/units/{c.pk}/move/", form={"parent": s.world.units["GD"].pk, "valid_from": "2026-07-01"}
        ),
        status=frozenset({302}), writes=True, effect=moved_below_own,
    )  # fmt: skip
    for tab in ("", "?tab=history"):
        yield Topic(
            f"org/positions/<int:pk>/ {tab}", "org/positions/<int:pk>/", "GET", (("position", "view"),),
            table="position", ask=lambda s, c, tab=tab: Ask("GET", f"/org/positions/{c.pk}/{tab}"),
        )  # fmt: skip
    yield Topic(
        "org/positions/<int:pk>/assign/", "org/positions/<int:pk>/assign/", "POST", (("position", "edit"),),
        table="position", status=frozenset({302}), writes=True, effect=only_people_in_reach,
        ask=lambda s, c: Ask("POST", f"/org/positions/{c.pk}/assign/", form=assignment(s, c)),
    )  # fmt: skip
    yield Topic(
        "org/assignments/<int:pk>/end/", "org/assignments/<int:pk>/end/", "POST", (("position", "edit"),),
        table="assignment", status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask(
            "POST", f"/org/assignments/{c.pk}/end/", form={"valid_to": "2027-01-01", "version": "1", "has_left": "on"}
        ),
    )  # fmt: skip


def moved_below_own(site: Site, case: Case, answer: Answer) -> str:
    """A unit is hung only below one the caller reaches."""
    reach = sees(site, case, "orgunit", "org_unit", "edit")
    if answer.changed.get("people_orglink") and site.world.units["GD"].pk not in reach:
        return "moved below a unit out of reach"
    return ""


def assignment(site: Site, case: Case) -> dict[str, str]:
    """The stranger of the case: somebody else for each seat."""
    people = sorted(site.raw["person"])
    chosen = site.raw["person"][people[(case.pk or 0) % len(people)]]
    return {"person": chosen["code"], "valid_from": "2027-03-01", "valid_to": "2027-04-01"}


def only_people_in_reach(site: Site, case: Case, answer: Answer) -> str:
    user = site.accounts[case.account]
    made = answer.changed.get("people_assignment", {})
    code = assignment(site, case)["person"]
    person = next(pk for pk, row in site.raw["person"].items() if row["code"] == code)
    if made and person not in sees(site, case, "person", "position", "edit"):
        return f"seated {person} out of reach"
    if made and site.raw["person"][person]["user_id"] == user:
        return "took the seat himself"
    return ""


def accounts() -> Iterator[Topic]:
    view = (("user", "view"),)
    yield Topic(
        "users/ list", "users/", "GET", view, ask=lambda s, c: Ask("GET", "/users/"),
        ids=lambda s, a: frozenset(linked("users", a.text)), expected=lambda s, c: sees(s, c, "user", "user", "view"),
    )  # fmt: skip
    yield Topic(
        "users/ search", "users/", "GET", view, objects=lambda s: s.raw["user"],
        ask=lambda s, c: Ask("GET", f"/users/?q={s.raw['user'][c.pk]['username']}"),  # type: ignore[index]
        ids=lambda s, a: frozenset(linked("users", a.text)),
        expected=lambda s, c: sees(s, c, "user", "user", "view") & {c.pk},
    )  # fmt: skip
    yield Topic(
        "users/<int:pk>/",
        "users/<int:pk>/",
        "GET",
        view,
        table="user",
        ask=lambda s, c: Ask("GET", f"/users/{c.pk}/"),
    )
    yield Topic(
        "users/new/", "users/new/", "POST", (("user", "create"),), status=frozenset({200, 302, 404}), writes=True,
        ask=lambda s, c: Ask("POST", "/users/new/", form={"username": NEW, "name": NEW, "is_superuser": "1"}),
        effect=made_account,
    )  # fmt: skip
    one = partial(Topic, table="user", writes=True, effect=never_own)
    edit = (("user", "edit"),)
    yield one(
        "users/<int:pk>/password/", "users/<int:pk>/password/", "POST", edit, status=frozenset({200, 302, 404}),
        ask=lambda s, c: Ask("POST", f"/users/{c.pk}/password/", form={}),
    )  # fmt: skip
    yield one(
        "users/<int:pk>/active/", "users/<int:pk>/active/", "POST", edit, status=frozenset({302}),
        ask=lambda s, c: Ask("POST", f"/users/{c.pk}/active/", form={"is_active": "0"}),
    )  # fmt: skip
    for role in ("auditor", "system_admin", "sales_operations"):
        yield one(
            f"users/<int:pk>/grants/ {role}", "users/<int:pk>/grants/", "POST", (("grant", "create"),),
            status=frozenset({302}), effect=kept_apart,
            ask=lambda s, c, role=role: Ask("POST", f"/users/{c.pk}/grants/", form=given(s, role)),
        )  # fmt: skip
    yield Topic(
        "users/<int:pk>/grants/<int:grant_id>/end/", "users/<int:pk>/grants/<int:grant_id>/end/", "POST",
        (("grant", "edit"),), table="rolegrant", status=frozenset({302}), writes=True, effect=ended_not_own,
        ask=lambda s, c: Ask(
            "POST", f"/users/{s.raw['rolegrant'][c.pk]['user_id']}/grants/{c.pk}/end/", form={"valid_to": "2026-12-01"}  # type: ignore[index]
        ),
    )  # fmt: skip


def given(site: Site, role: str) -> dict[str, str]:
    return {"role": role, "org_unit": str(site.world.units["HQ"].pk), "valid_from": "2026-06-15", "user": "1"}


def made_account(site: Site, case: Case, answer: Answer) -> str:
    made = answer.changed.get("people_user", {})
    if any(row.get("is_superuser") not in (None, "0", "False", "false") for row in made.values()):
        return "made a superuser"
    everywhere = bool(sees(site, case, "user", "user", "create"))
    return "" if bool(made) == everywhere else f"made {len(made)} accounts"


def never_own(site: Site, case: Case, answer: Answer) -> str:
    """Nobody changes the rights of his own account."""
    changed = set(answer.changed.get("people_user", {}))
    if case.pk == site.accounts[case.account] and changed:
        return "changed his own account"
    return f"changed {changed}" if changed - {case.pk} else ""


def kept_apart(site: Site, case: Case, answer: Answer) -> str:
    """No role for oneself, and none beside an administrator's."""
    made = answer.changed.get("people_rolegrant", {})
    if made and case.pk == site.accounts[case.account]:
        return "gave a role to himself"
    roles = {seat.role for seat in site.oracle.seats(case.pk or 0, case.day)}
    role = next((row.get("role") for row in made.values()), None)
    three = {"system_admin", "security_admin", "audit_admin"}
    if role in three and roles & three - {role}:
        return f"holds {roles} and {role}"
    return ""


def ended_not_own(site: Site, case: Case, answer: Answer) -> str:
    assert case.pk is not None
    is_own = site.raw["rolegrant"][case.pk]["user_id"] == site.accounts[case.account]
    return "ended his own role" if is_own and answer.changed.get("people_rolegrant") else ""


def approvals() -> Iterator[Topic]:
    view = (("approval", "view"),)
    for tab, rule in (("todo", to_do), ("mine", mine), ("all", all_seen)):
        yield Topic(
            f"approvals/ {tab}", "approvals/", "GET", view, ask=lambda s, c, tab=tab: Ask("GET", f"/approvals/?tab={tab}"),
            ids=lambda s, a: frozenset(linked("approvals", a.text)), expected=rule,
        )  # fmt: skip
    yield Topic(
        "approvals/<int:pk>/", "approvals/<int:pk>/", "GET", view, table="approval", weight=6,
        ask=lambda s, c: Ask("GET", f"/approvals/{c.pk}/"),
    )  # fmt: skip
    for verb, action in (("approve", "approve"), ("reject", "approve"), ("withdraw", "submit")):
        route = f"approvals/<int:pk>/{verb}/"
        yield Topic(
            route, route, "POST", (("approval", action),), table="approval", weight=6, status=frozenset({302}), writes=True,
            ask=lambda s, c, verb=verb: Ask(
                "POST", f"/approvals/{c.pk}/{verb}/", form={"note": NEW, "version": s.raw["approval"][c.pk]["version"]}  # type: ignore[index]
            ),
            effect=partial(decided, verb),
        )  # fmt: skip


def may_decide(site: Site, case: Case, pk: int) -> bool:
    row, user = site.raw["approval"][pk], site.accounts[case.account]
    assert user is not None
    reach = site.oracle.reach(user, case.day, "approval", "approve")
    inside = reach.everything or row["org_unit_id"] in reach.units
    return inside and row["state"] == "submitted" and row["submitted_by_id"] != user


def to_do(site: Site, case: Case) -> frozenset[int]:
    seen = sees(site, case, "approval", "approval", "view")
    return frozenset(pk for pk in site.raw["approval"] if may_decide(site, case, pk) and pk in seen)


def mine(site: Site, case: Case) -> frozenset[int]:
    return frozenset(
        pk
        for pk, row in site.raw["approval"].items()
        if row["submitted_by_id"] == site.accounts[case.account]
    )


def all_seen(site: Site, case: Case) -> frozenset[int]:
    return sees(site, case, "approval", "approval", "view")


def decided(verb: str, site: Site, case: Case, answer: Answer) -> str:
    """Decided by a second person in reach, withdrawn by its submitter, else untouched."""
    assert case.pk is not None
    row = site.raw["approval"][case.pk]
    is_own = row["submitted_by_id"] == site.accounts[case.account]
    allowed = (
        is_own and row["state"] == "submitted" if verb == "withdraw" else may_decide(site, case, case.pk)
    )
    state = answer.changed.get("approvals_approval", {}).get(case.pk, {}).get("state")
    told = {row.get("user_id") for row in answer.changed.get("notices_notice", {}).values()}
    if told - {str(row["submitted_by_id"])}:
        return f"told {sorted(map(str, told))}"
    expected = (
        {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}[verb] if allowed else None
    )
    if row["subject_type"] != "matrix" and not allowed and answer.changed:
        return f"{verb} wrote {sorted(answer.changed)}"
    return (
        ""
        if state == expected or (row["subject_type"] != "matrix" and state is None)
        else f"{verb} made it {state}"
    )


def own_pages() -> Iterator[Topic]:
    for route, right in (
        ("", "home"),
        ("home/tasks/", "home"),
        ("account/", "account"),
        ("notices/", "notice"),
    ):
        yield Topic(
            f"/{route}",
            route,
            "GET",
            ((right, "view"),),
            ask=lambda s, c, route=route: Ask("GET", f"/{route}"),
        )
    yield Topic(
        "notices/ list", "notices/", "GET", (("notice", "view"),), ask=lambda s, c: Ask("GET", "/notices/"),
        ids=lambda s, a: rows_marked(s, "notice", a.text, "text"),
        expected=lambda s, c: with_mark(s, "notice", "text", sees(s, c, "notice", "notice", "view")),
    )  # fmt: skip
    yield Topic(
        "home/standing/",
        "home/standing/",
        "GET",
        (("actual", "view"),),
        ask=lambda s, c: Ask("GET", "/home/standing/"),
    )
    yield Topic(
        "home/alerts/", "home/alerts/", "GET", (("alert", "view"),), ask=lambda s, c: Ask("GET", "/home/alerts/")
    )  # fmt: skip
    yield Topic(
        "home/rules/", "home/rules/", "GET", (("plan", "view"), ("actual", "view")),
        ask=lambda s, c: Ask("GET", "/home/rules/"),
    )  # fmt: skip
    yield Topic("wall/", "wall/", "GET", (("actual", "view"),), ask=lambda s, c: Ask("GET", "/wall/"))
    yield Topic(
        "notices/<int:pk>/open/", "notices/<int:pk>/open/", "POST", (("notice", "edit"),), table="notice", weight=6,
        status=frozenset({302}), writes=True, ask=lambda s, c: Ask("POST", f"/notices/{c.pk}/open/", form={}),
    )  # fmt: skip
    yield Topic(
        "notices/read/", "notices/read/", "POST", (("notice", "edit"),), status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask("POST", "/notices/read/", form={"user": "1"}),
    )  # fmt: skip


def audit() -> Iterator[Topic]:
    view = (("audit", "view"),)
    yield Topic(
        "audit/", "audit/", "GET", view, ask=lambda s, c: Ask("GET", "/audit/"),
        ids=labels, expected=lambda s, c: marked(s, sees(s, c, "decision", "audit", "view")),
    )  # fmt: skip
    yield Topic(
        "audit/export/", "audit/export/", "GET", (("audit", "export"),), ask=lambda s, c: Ask("GET", "/audit/export/"),
        ids=labels, expected=lambda s, c: marked(s, sees(s, c, "decision", "audit", "export")),
    )  # fmt: skip
    yield Topic(
        "audit/verify/", "audit/verify/", "GET", view, ask=lambda s, c: Ask("GET", "/audit/verify/"), weight=1
    )
    yield Topic(
        "audit/rights/",
        "audit/rights/",
        "GET",
        (("rights", "view"),),
        ask=lambda s, c: Ask("GET", "/audit/rights/"),
    )


def labels(site: Site, answer: Answer) -> frozenset[int]:
    return rows_marked(site, "decision", answer.text, "reason")


def marked(site: Site, rows: frozenset[int]) -> frozenset[int]:
    return with_mark(site, "decision", "reason", rows)


def with_mark(site: Site, table: str, column: str, rows: frozenset[int]) -> frozenset[int]:
    """The rows with a mark in a column; rows that share one (a notice sent to several) are told by the first."""
    marks = (mark for pk in rows for mark in site.raw.marks_of[table, pk][column])
    places = (site.raw.marks[mark] for mark in marks)
    return frozenset(pk for (name, pk, where) in places if (name, where) == (table, column))
