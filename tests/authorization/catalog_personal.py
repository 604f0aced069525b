"""Personal data for a reason, dealers and claims, one's own sessions and tokens, the second factor of others."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.questions import Case, Topic
from tests.authorization.rights import DISCLOSING, PERSONAL
from tests.authorization.site import Answer, Ask, Site

SHOW, EXPORT = "personal/<str:name>/<int:pk>/", "personal/<str:name>/export/"


def topics() -> Iterator[Topic]:
    for table in PERSONAL:
        yield from disclosures(table)
    yield from subjects()
    yield from dealers()
    yield from limits()
    yield from months()
    yield from own_access()
    yield from messages()


def personal_of(site: Site, table: str, keys: frozenset[int]) -> set[str]:
    """The marks of personal fields of rows."""
    return {
        mark for key in keys for column in PERSONAL[table] for mark in site.raw.marks_of[table, key][column]
    }  # fmt: skip


def disclosures(table: str) -> Iterator[Topic]:
    show = partial(
        Topic, route=SHOW, method="POST", rights=(("personal", "view"),), objects=lambda s: s.raw[table],
        open_to=partial(disclosure_gate, table), writes=True, weight=8,
    )  # fmt: skip
    yield show(
        f"{SHOW} {table}", ask=lambda s, c: Ask("POST", f"/personal/{table}/{c.pk}/", form={"reason": NEW}),
        shows=lambda s, c: personal_of(s, table, frozenset({c.pk or 0})), effect=on_record,
    )  # fmt: skip
    yield show(
        f"{SHOW} {table} without reason", ask=lambda s, c: Ask("POST", f"/personal/{table}/{c.pk}/", form={"reason": " "}),
        status=frozenset({302}), writes=False, weight=3,
    )  # fmt: skip
    yield show(
        f"{SHOW} {table} by question", method="GET", ask=lambda s, c: Ask("GET", f"/personal/{table}/{c.pk}/?reason={NEW}"),
        open_to=None, status=frozenset({405}), writes=False, weight=2,
    )  # fmt: skip
    for method, form in (("GET", None), ("POST", {"reason": NEW})):
        yield Topic(
            f"{EXPORT} {table} {method}", EXPORT, method, (("personal", "export"),), writes=method == "POST",
            ask=lambda s, c, method=method, form=form: Ask(method, f"/personal/{table}/export/", form=form),
            open_to=partial(plain_export_gate, table), effect=on_record if form else None,
            shows=partial(exported, table) if form else None,
        )  # fmt: skip


def disclosure_gate(table: str, site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    if not site.oracle.may(user, case.day, "personal", "view"):
        return 403
    return None if site.oracle.discloses(user, case.day, table, case.pk) else 404


def plain_export_gate(table: str, site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "personal", "export"):
        return 403
    return None if exporting(site, case, table) else 404


def exporting(site: Site, case: Case, table: str) -> set[str]:
    """The roles of the account that may take personal data of a table away."""
    user = site.accounts[case.account]
    assert user is not None
    roles = site.oracle.roles(user, case.day) & {"sales_operations", "human_resources"}
    return {role for role in roles if table in DISCLOSING[role]}


def exported(table: str, site: Site, case: Case) -> set[str]:
    user = site.accounts[case.account]
    assert user is not None
    rows = {key for key in site.raw[table] if site.oracle.discloses(user, case.day, table, key)}
    return personal_of(site, table, frozenset(rows))


def subject_gate(table: str, action: str, site: Site, case: Case) -> int | None:
    """All data of a subject are for who answers for the whole company, and for that kind of subject."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "personal", action):
        return 403
    if not site.oracle.reach(user, case.day, "personal", action).everything:
        return 404
    return None if not table or exporting(site, case, table) else 404


def subjects() -> Iterator[Topic]:
    yield Topic(
        "subjects/", "subjects/", "GET", (("personal", "export"),), open_to=partial(subject_gate, "", "export"),
        ask=lambda s, c: Ask("GET", "/subjects/"),
    )  # fmt: skip
    for table in PERSONAL:
        yield Topic(
            f"subjects/export/ {table}", "subjects/export/", "POST", (("personal", "export"),), writes=True, effect=on_record,
            objects=lambda s, table=table: s.raw[table], open_to=partial(subject_gate, table, "export"), weight=2,
            ask=lambda s, c, table=table: Ask(
                "POST", "/subjects/export/", form={"kind": table, "code": s.raw[table][c.pk]["code"], "reason": NEW}
            ),
            shows=lambda s, c, table=table: set(s.raw.marks) - s.seen.personal | personal_of(s, table, frozenset({c.pk or 0})),
        )  # fmt: skip
    yield Topic(
        "subjects/erase/ unsure", "subjects/erase/", "POST", (("personal", "delete"),), weight=2,
        open_to=partial(subject_gate, "", "delete"), objects=lambda s: s.raw["person"],
        ask=lambda s, c: Ask("POST", "/subjects/erase/", form={
            "erase-kind": "person", "erase-code": s.raw["person"][c.pk]["code"], "erase-again": "x", "erase-reason": NEW,  # type: ignore[index]
        }),
    )  # fmt: skip


def on_record(site: Site, case: Case, answer: Answer) -> str:
    """What was shown is in the audit trail, with who saw it."""
    rows = answer.changed.get("audit_decision", {}).values()
    user = site.accounts[case.account]
    return "" if any(row.get("actor_id") == str(user) for row in rows) else "left no trace in the audit trail"


def dealers() -> Iterator[Topic]:
    yield Topic(
        "customers/dealers/",
        "customers/dealers/",
        "GET",
        (("dealer", "view"),),
        ask=lambda s, c: Ask("GET", "/customers/dealers/"),
    )
    yield Topic(
        "customers/dealers/new/", "customers/dealers/new/", "POST", (("dealer", "create"),), objects=lambda s: s.raw["customer"],
        status=frozenset({302}), writes=True, effect=linked_in_reach,
        ask=lambda s, c: Ask(
            "POST", "/customers/dealers/new/",
            form={"user": s.world.users["dealer"].username, "customer": s.raw["customer"][c.pk]["code"], "valid_from": "2028-01-01"},  # type: ignore[index]
        ),
    )  # fmt: skip
    yield Topic(
        "customers/dealers/<int:pk>/end/", "customers/dealers/<int:pk>/end/", "POST", (("dealer", "edit"),),
        objects=lambda s: s.raw["dealeraccess"], open_to=access_gate, status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask("POST", f"/customers/dealers/{c.pk}/end/", form={"valid_to": "2026-12-31"}),
    )  # fmt: skip
    yield Topic(
        "customers/conflicts/",
        "customers/conflicts/",
        "GET",
        (("claim", "view"),),
        ask=lambda s, c: Ask("GET", "/customers/conflicts/"),
    )
    yield Topic(
        "customers/conflicts/<path:code>/rule/", "customers/conflicts/<path:code>/rule/", "POST", (("claim", "edit"),),
        objects=lambda s: s.raw["customer"], open_to=rule_gate, status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask(
            "POST", f"/customers/conflicts/{s.raw['customer'][c.pk]['code']}/rule/",  # type: ignore[index]
            form={"start": "2026-01-01", "claim": "x|y", "reason": NEW},
        ),
    )  # fmt: skip


def linked_in_reach(site: Site, case: Case, answer: Answer) -> str:
    made = answer.changed.get("customers_dealeraccess")
    return (
        "gave a customer out of reach"
        if made and case.pk not in sees(site, case, "customer", "dealer", "create")
        else ""
    )


def access_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    if not site.oracle.may(user, case.day, "dealer", "edit"):
        return 403
    customer = site.raw["dealeraccess"][case.pk]["customer_id"]
    return None if customer in sees(site, case, "customer", "dealer", "edit") else 404


def rule_gate(site: Site, case: Case) -> int | None:
    """Who answers for one side only does not decide."""
    user = site.accounts[case.account]
    assert user is not None
    return None if site.oracle.reach(user, case.day, "claim", "edit").everything else 403


def limits() -> Iterator[Topic]:
    """Limits hold for the whole company: who answers for a part neither sees nor sets them."""
    for route, method, action in (
        ("limits/", "GET", "view"),
        ("limits/new/", "POST", "create"),
        ("limits/<int:pk>/end/", "POST", "edit"),
    ):
        yield Topic(
            route, route, method, (("limit", action),), open_to=partial(whole_gate, "limit", action), writes=method == "POST",
            objects=(lambda s: s.limits) if "pk" in route else None, status=frozenset({200 if method == "GET" else 302}),
            ask=lambda s, c, route=route, method=method: Ask(
                method, "/" + route.replace("<int:pk>", str(c.pk)), form=dict(LIMIT) if method == "POST" else None
            ),
        )  # fmt: skip


def months() -> Iterator[Topic]:
    """A month is closed for the whole company: who answers for a part neither sees nor closes them."""
    gate = partial(whole_gate, "calendar", "edit")
    for route, method, given in (
        ("months/", "GET", None),
        ("months/close/", "POST", {"month": "2024-02", "version": "0", "reason": NEW}),
        ("months/reopen/", "POST", {"month": "2024-01", "version": "1", "reason": NEW}),
    ):
        yield Topic(
            route, route, method, (("calendar", "edit"),), open_to=gate, writes=method == "POST", weight=4,
            ask=lambda s, c, route=route, method=method, given=given: Ask(method, f"/{route}", form=given),
            status=frozenset({200 if method == "GET" else 302}),
            effect={"months/close/": only_the_month, "months/reopen/": only_the_request}.get(route),
        )  # fmt: skip


def only_the_month(site: Site, case: Case, answer: Answer) -> str:
    """One row of the months, its history, the audit trail, and what the first question of a day brings up to it."""
    beside = ("audit_", "facts_historical", "performance_", "customers_coveragealarm", "notices_")
    touched = {table for table in answer.changed if not table.startswith(beside)}
    months = answer.changed.get("facts_closedmonth", {})
    return "" if touched == {"facts_closedmonth"} and len(months) == 1 else f"wrote {sorted(touched)}"


def only_the_request(site: Site, case: Case, answer: Answer) -> str:
    """One request for approval, those told of it, and the audit trail; the month stays closed."""
    touched = {
        table
        for table in answer.changed
        if not table.startswith(("audit_", "notices_", "approvals_historical"))
    }
    asked = answer.changed.get("approvals_approval", {})
    return "" if touched == {"approvals_approval"} and len(asked) == 1 else f"wrote {sorted(touched)}"


LIMIT = {
    "kind": "target_shift",
    "role": "area_manager",
    "percent": "5",
    "valid_from": "2027-01-01",
    "valid_to": "2027-06-01",
}


def whole_gate(resource: str, action: str, site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    return None if site.oracle.reach(user, case.day, resource, action).everything else 403


def own_access() -> Iterator[Topic]:
    view = (("account", "view"),)
    yield Topic(
        "account/tokens/",
        "account/tokens/",
        "GET",
        view,
        ask=lambda s, c: Ask("GET", "/account/tokens/"),
        weight=2,
    )
    yield Topic(
        "account/tokens/new/", "account/tokens/new/", "POST", view, status=frozenset({200, 302}), writes=True, weight=2,
        ask=lambda s, c: Ask("POST", "/account/tokens/new/", form={"name": NEW, "days": "30", "user": "1"}),
    )  # fmt: skip
    yield Topic(
        "account/tokens/<int:pk>/revoke/", "account/tokens/<int:pk>/revoke/", "POST", view, status=frozenset({302}),
        objects=lambda s: s.tokens, open_to=token_gate, writes=True, weight=2,
        ask=lambda s, c: Ask("POST", f"/account/tokens/{c.pk}/revoke/", form={}),
    )  # fmt: skip
    yield Topic(
        "account/sessions/end/", "account/sessions/end/", "POST", view, status=frozenset({302}), writes=True, weight=1,
        ask=lambda s, c: Ask("POST", "/account/sessions/end/", form={}),
    )  # fmt: skip
    for method, form in (("GET", None), ("POST", {"reason": NEW})):
        yield Topic(
            f"users/<int:pk>/second-factor/ {method}", "users/<int:pk>/second-factor/", method, (("grant", "edit"),),
            table="user", status=frozenset({200, 302}), writes=method == "POST",
            ask=lambda s, c, method=method, form=form: Ask(method, f"/users/{c.pk}/second-factor/", form=form),
        )  # fmt: skip


def messages() -> Iterator[Topic]:
    """A site that sends nothing has none of these pages; what they do where it does is tested beside them."""
    nowhere = frozenset({404})
    yield Topic(
        "account/messages/", "account/messages/", "GET", (("account", "view"),), status=nowhere, weight=1,
        ask=lambda s, c: Ask("GET", "/account/messages/"),
    )  # fmt: skip
    yield Topic(
        "account/messages/undelivered/", "account/messages/undelivered/", "GET", (("user", "edit"),), status=nowhere,
        open_to=partial(whole_gate, "user", "edit"), ask=lambda s, c: Ask("GET", "/account/messages/undelivered/"),
    )  # fmt: skip
    for tail, form in (("mail/", {"address": NEW}), ("robot/", {"robot": NEW})):
        route = f"account/messages/{tail}"
        yield Topic(
            route, route, "POST", (("account", "edit"),), status=nowhere, writes=True, weight=1,
            ask=lambda s, c, route=route, form=form: Ask("POST", f"/{route}", form=form),
        )  # fmt: skip
    for tail in ("confirm/", "code/", "choose/", "remove/"):
        route = f"account/messages/<int:pk>/{tail}"
        yield Topic(
            route, route, "POST", (("account", "edit"),), status=nowhere, writes=True, weight=1,
            ask=lambda s, c, tail=tail: Ask("POST", f"/account/messages/1/{tail}", form={"code": "000000"}),
        )  # fmt: skip


def token_gate(site: Site, case: Case) -> int | None:
    return None if site.tokens[case.pk or 0] == site.accounts[case.account] else 404
