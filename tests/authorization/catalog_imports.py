"""Imports of files, and the doors that are open to everybody."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.questions import Case, Topic
from tests.authorization.raw import marks_in
from tests.authorization.reading import linked
from tests.authorization.site import Answer, Ask, Site


def topics() -> Iterator[Topic]:
    yield from imports()
    yield from uploads()
    yield from public()


def own_run_gate(site: Site, case: Case) -> int | None:
    """Only who brought a file, and may still import such files, goes on with it."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    if not site.oracle.may(user, case.day, "import", "create"):
        return 403
    if case.pk not in sees(site, case, "importrun", "import", "create"):
        return 404
    is_own = site.raw["importrun"][case.pk]["created_by_id"] == user
    return None if is_own and site.oracle.may(user, case.day, "customer", "import") else 403


def imports() -> Iterator[Topic]:
    view, create = (("import", "view"),), (("import", "create"),)
    yield Topic(
        "imports/", "imports/", "GET", view, ask=lambda s, c: Ask("GET", "/imports/"),
        ids=lambda s, a: frozenset(linked("imports", a.text)), expected=lambda s, c: sees(s, c, "importrun", "import", "view"),
    )  # fmt: skip
    yield Topic("imports/new/", "imports/new/", "GET", create, ask=lambda s, c: Ask("GET", "/imports/new/"))
    yield Topic(
        "imports/<int:pk>/errors/", "imports/<int:pk>/errors/", "GET", view, table="importrun", open_to=errors_gate,
        ask=lambda s, c: Ask("GET", f"/imports/{c.pk}/errors/"),
    )  # fmt: skip
    for tail in ("", "progress/"):
        yield Topic(
            f"imports/<int:pk>/{tail}", f"imports/<int:pk>/{tail}", "GET", view, table="importrun",
            status=frozenset({200, 204, 302}), ask=lambda s, c, tail=tail: Ask("GET", f"/imports/{c.pk}/{tail}"),
        )  # fmt: skip
    for tail in ("choose", "confirm", "cancel", "forget", "mend"):
        yield Topic(
            f"imports/<int:pk>/{tail}/", f"imports/<int:pk>/{tail}/", "POST", create, table="importrun", open_to=own_run_gate,
            status=frozenset({302}), writes=True, ask=lambda s, c, tail=tail: Ask("POST", f"/imports/{c.pk}/{tail}/", form={}),
        )  # fmt: skip
    yield Topic(
        "imports/<int:pk>/undo/", "imports/<int:pk>/undo/", "POST", (("customer", "delete"), ("import", "view")),
        table="importrun", open_to=undo_gate, status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask("POST", f"/imports/{c.pk}/undo/", form={"reason": NEW}),
    )  # fmt: skip
    yield Topic(
        "imports/template/<str:kind>/", "imports/template/<str:kind>/", "GET", create, open_to=template_gate,
        ask=lambda s, c: Ask("GET", "/imports/template/person/"),
    )  # fmt: skip


def uploads() -> Iterator[Topic]:
    """A file is judged within the reach of who brings it: rows of others are errors, and tell nothing."""
    files = (
        ("customer", "customer", "customer", "编码,名称\n{code},改" + NEW + "\n"),
        ("person", "person", "person", "工号,姓名\n{code},改" + NEW + "\n"),
        (
            "orders",
            "customer",
            "actual",
            "订单号,订单日期,客户编码,产品编码,数量,金额\nO1,2026-03-01,{code},{product},1,10.00\n",
        ),
    )
    for kind, table, resource, text in files:
        yield Topic(
            f"imports/new/ {kind}", "imports/new/", "POST", (("import", "create"), (resource, "import")),
            objects=lambda s, table=table: s.raw[table], status=frozenset({302}), writes=True, weight=5,
            ask=lambda s, c, kind=kind, table=table, text=text: Ask(
                "POST", "/imports/new/", form={"kind": kind},
                upload=text.format(code=s.raw[table][c.pk]["code"], product=next(iter(s.raw["product"].values()))["code"]),
            ),
            effect=partial(judged_in_reach, kind, table, resource),
        )  # fmt: skip


def judged_in_reach(kind: str, table: str, resource: str, site: Site, case: Case, answer: Answer) -> str:
    """Errors for a row out of reach, none for one within; and no mark of a hidden row in what is stored."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    runs = list(answer.changed.get("imports_importrun", {}).values())
    if not runs:
        return "made no import"
    if kind == "orders":
        territory = site.oracle.territory_counting(site.raw["customer"][case.pk], date(2026, 3, 1))
        everything = site.oracle.reach(user, case.day, resource, "import").everything
        inside = everything or territory in sees(site, case, "territory", resource, "import")
        inside &= case.day > date(2026, 3, 1)
    else:
        inside = case.pk in sees(site, case, table, resource, "import")
    errors = int(runs[0].get("error_count", "0"))
    if inside != (errors == 0):
        return f"{errors} errors for a row {'within' if inside else 'out of'} reach: {runs[0].get('errors')}"
    row = site.raw[table][case.pk]
    leaked = marks_in(str(runs[0])) & (site.seen.of(table, [case.pk]) - marks_in(row["code"]))
    return "" if inside or not leaked else f"the preview tells {leaked}"


def errors_gate(site: Site, case: Case) -> int | None:
    """The rows of a file are for who brought it."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    if not site.oracle.may(user, case.day, "import", "view"):
        return 403
    if case.pk not in sees(site, case, "importrun", "import", "view"):
        return 404
    return None if site.raw["importrun"][case.pk]["created_by_id"] == user else 403


def undo_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "import", "view"):
        return 403
    if case.pk not in sees(site, case, "importrun", "import", "view"):
        return 404
    return None if site.oracle.may(user, case.day, "customer", "delete") else 403


def template_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "import", "create"):
        return 403
    return None if site.oracle.may(user, case.day, "person", "import") else 404


PUBLIC = (
    "healthz", "readyz", "account/login/", "account/logout/", "account/inactive/", "account/reauthenticate/",
    "account/password/change/", "account/password/set/", "account/2fa/authenticate/", "account/2fa/reauthenticate/",
    "account/2fa/activate/", "account/2fa/deactivate/", "account/2fa/codes/", "account/2fa/codes/generate/",
)  # fmt: skip


def public() -> Iterator[Topic]:
    """What a stranger may ask for: it tells nothing and changes nothing."""
    for route in PUBLIC:
        yield Topic(
            route, route, "GET", (), is_public=True, status=frozenset({200, 302, 403, 404}), weight=1,
            ask=lambda s, c, route=route: Ask("GET", f"/{route}"),
        )  # fmt: skip
    for route, path in (
        ("account/sso/", "account/sso/"),
        ("account/<slug:provider_id>/callback/", "account/company/callback/"),
    ):
        yield Topic(
            route, route, "GET", (), is_public=True, status=frozenset({200, 302, 403, 404}), weight=1,
            ask=lambda s, c, path=path: Ask("GET", f"/{path}?code=kqz99999&state=x"),
        )  # fmt: skip
    yield Topic(
        "account/language/", "account/language/", "POST", (), is_public=True, status=frozenset({302}), writes=True, weight=1,
        ask=lambda s, c: Ask("POST", "/account/language/", form={"language": "xx", "next": "https://evil.example/"}),
    )  # fmt: skip
    for route in ("api/", "api/docs", "api/openapi.json"):
        yield Topic(
            route, route, "GET", (("home", "view"),), status=frozenset({200, 404}), weight=1,
            ask=lambda s, c, route=route: Ask("GET", f"/{route}"),
        )  # fmt: skip
    yield Topic(
        "account/2fa/", "account/2fa/", "GET", (("account", "view"),), status=frozenset({302}), weight=1,
        ask=lambda s, c: Ask("GET", "/account/2fa/"),
    )  # fmt: skip
