"""Territories and alignments, targets, performance, imports, and the doors that are open to everybody."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.questions import Case, Topic
from tests.authorization.raw import marks_in
from tests.authorization.reading import json_of, linked, rows_marked, sheet
from tests.authorization.seen import PLAN_DAY
from tests.authorization.site import Answer, Ask, Site

PLACES = "territories/alignments/<int:pk>/"


def topics() -> Iterator[Topic]:
    yield from territories()
    yield from alignment_changes()
    yield from targets()
    yield from target_changes()
    yield from performance()
    yield from imports()
    yield from uploads()
    yield from public()


def alignment_gate(site: Site, case: Case) -> int | None:
    """The dated ones are for who sees territories; the others for who sees alignments."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    if not site.oracle.may(user, case.day, "territory", "view"):
        return 403
    is_dated = site.raw["alignment"][case.pk]["state"] in ("active", "retired")
    return None if is_dated or site.oracle.may(user, case.day, "alignment", "view") else 404


def territories() -> Iterator[Topic]:
    view = (("territory", "view"),)
    for route in ("territories/", "territories/coverage/", "territories/backdrop.geojson"):
        yield Topic(route, route, "GET", view, ask=lambda s, c, route=route: Ask("GET", f"/{route}"))
    yield Topic(
        "territories/alignments/", "territories/alignments/", "GET", (("alignment", "view"),),
        ask=lambda s, c: Ask("GET", "/territories/alignments/"),
    )  # fmt: skip
    for tail in ("", "units/"):
        yield Topic(
            f"{PLACES}{tail}", f"{PLACES}{tail}", "GET", (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
            ask=lambda s, c, tail=tail: Ask("GET", f"/territories/alignments/{c.pk}/{tail}"),
        )  # fmt: skip
    yield Topic(
        f"{PLACES}units/ search", f"{PLACES}units/", "GET", (("alignment", "view"),), objects=lambda s: s.raw["basicunit"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{draft(s)}/units/?q={s.raw['basicunit'][c.pk]['code']}"),  # type: ignore[index]
    )  # fmt: skip
    for tail in ("boundaries.geojson", "outlines.geojson"):
        yield Topic(
            f"{PLACES}{tail}", f"{PLACES}{tail}", "GET", view, objects=lambda s: s.raw["alignment"], open_to=alignment_gate,
            ask=lambda s, c, tail=tail: Ask("GET", f"/territories/alignments/{c.pk}/{tail}"),
            ids=lambda s, a: rows_marked(s, "basicunit", a.text) | rows_marked(s, "territory", a.text),
            expected=held_places if tail.startswith("b") else held_territories,
        )  # fmt: skip
    yield Topic(
        f"{PLACES}contents.json", f"{PLACES}contents.json", "GET", view, objects=lambda s: s.raw["alignment"],
        open_to=alignment_gate, ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/contents.json"),
        ids=contents, expected=lambda s, c: (held_territories(s, c), held_places(s, c)),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}units/<str:code>.json", f"{PLACES}units/<str:code>.json", "GET", view, objects=lambda s: s.raw["basicunit"],
        open_to=place_gate, weight=6,
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{draft(s)}/units/{s.raw['basicunit'][c.pk]['code']}.json"),  # type: ignore[index]
    )  # fmt: skip
    yield Topic(
        "territories/<int:pk>/owner/", "territories/<int:pk>/owner/", "POST", (("territory", "edit"),), table="territory",
        status=frozenset({302}), writes=True, effect=owner_in_reach,
        ask=lambda s, c: Ask(
            "POST", f"/territories/{c.pk}/owner/", form={"position": s.world.positions["rep-zj"].pk, "valid_from": "2026-06-20"}
        ),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/propose/", "territories/alignments/propose/", "GET", (("alignment", "create"),),
        ask=lambda s, c: Ask("GET", "/territories/alignments/propose/"),
    )  # fmt: skip


def draft(site: Site) -> int:
    return next(pk for pk, row in site.raw["alignment"].items() if row["state"] == "draft")


def place_row(site: Site, alignment: int, place: int | None) -> int:
    """The territory of a place in one alignment."""
    rows = site.raw["alignmentunit"].values()
    return next(int(r["territory_id"]) for r in rows if r["alignment_id"] == alignment and r["unit_id"] == place)


def place_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "territory", "view"):
        return 403
    if not site.oracle.may(user, case.day, "alignment", "view"):
        return 404
    return None if place_row(site, draft(site), case.pk) in sees(site, case, "territory", "territory", "view") else 404


def held_places(site: Site, case: Case) -> frozenset[int]:
    seen = sees(site, case, "territory", "territory", "view")
    rows = site.raw["alignmentunit"].values()
    return frozenset(r["unit_id"] for r in rows if r["alignment_id"] == case.pk and r["territory_id"] in seen)


def held_territories(site: Site, case: Case) -> frozenset[int]:
    seen = sees(site, case, "territory", "territory", "view")
    rows = site.raw["alignmentunit"].values()
    return frozenset(r["territory_id"] for r in rows if r["alignment_id"] == case.pk) & seen


def contents(site: Site, answer: Answer) -> tuple[frozenset[int], frozenset[int]]:
    found: dict[str, list[dict[str, str]]] = json_of(answer)  # type: ignore[assignment]
    codes = (" ".join(row["code"] for row in found[name]) for name in ("territories", "units"))
    return rows_marked(site, "territory", next(codes)), rows_marked(site, "basicunit", next(codes))


def owner_in_reach(site: Site, case: Case, answer: Answer) -> str:
    seat = site.world.positions["rep-zj"].pk
    if answer.changed.get("territories_territoryowner") and seat not in sees(site, case, "position", "territory", "edit"):
        return "named a seat out of reach"
    return ""


def alignment_changes() -> Iterator[Topic]:
    post = partial(Topic, method="POST", status=frozenset({302}), writes=True)
    for verb, action, form in (
        ("copy", "create", {}), ("submit", "submit", {"note": NEW}), ("activate", "publish", {"valid_from": "2026-08-01"}),
    ):  # fmt: skip
        route = f"{PLACES}{verb}/"
        yield post(
            route, route, rights=(("alignment", action),), objects=lambda s: s.raw["alignment"],
            open_to=partial(whole_company, "alignment", action, "") if verb == "activate" else None,
            ask=lambda s, c, verb=verb, form=form: Ask("POST", f"/territories/alignments/{c.pk}/{verb}/", form=dict(form)),
        )  # fmt: skip
    yield post(
        f"{PLACES}move/", f"{PLACES}move/", rights=(("alignment", "edit"),), objects=lambda s: s.raw["basicunit"],
        open_to=move_gate, weight=8,
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{draft(s)}/move/",
            form={"unit": s.raw["basicunit"][c.pk]["code"], "territory": s.world.territories["own-b"].code, "version": "1"},  # type: ignore[index]
        ),
    )  # fmt: skip
    yield post(
        f"{PLACES}undo/", f"{PLACES}undo/", rights=(("alignment", "edit"),), objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("POST", f"/territories/alignments/{c.pk}/undo/", form={"version": "1"}),
    )  # fmt: skip


def move_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "alignment", "edit"):
        return 403
    seen = sees(site, case, "territory", "alignment", "edit")
    both = {place_row(site, draft(site), case.pk), site.world.territories["own-b"].pk}
    return None if both <= seen else 404


def version(site: Site, state: str) -> int:
    return next(pk for pk, row in site.raw["planversion"].items() if row["state"] == state)


def targets() -> Iterator[Topic]:
    view = (("target", "view"),)
    yield Topic(
        "targets/", "targets/", "GET", view, ask=lambda s, c: Ask("GET", "/targets/"),
        ids=lambda s, a: frozenset(linked("targets", a.text)), expected=lambda s, c: sees(s, c, "planversion", "target", "view"),
    )  # fmt: skip
    for tail in ("", "standing/", "rows/", "history/", "certificate/"):
        route = f"targets/<int:pk>/{tail}"
        yield Topic(route, route, "GET", view, table="planversion", ask=lambda s, c, tail=tail: Ask("GET", f"/targets/{c.pk}/{tail}"))
    yield Topic(
        "targets/<int:pk>/export/", "targets/<int:pk>/export/", "GET", (("target", "export"),), table="planversion",
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/export/"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/why/", "targets/<int:pk>/why/", "GET", view, objects=lambda s: s.raw["territory"], weight=6,
        open_to=partial(node_gate, "view", "published"),
        ask=lambda s, c: Ask("GET", f"/targets/{version(s, 'published')}/why/?region={node(s, c)}&period=2026&line="),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/outlook/", "targets/<int:pk>/outlook/", "GET", (("target", "edit"),), weight=6,
        objects=lambda s: s.raw["territory"], open_to=partial(node_gate, "edit", "draft"),
        ask=lambda s, c: Ask("GET", f"/targets/{version(s, 'draft')}/outlook/?region={node(s, c)}&period=2026-03&line="),
    )  # fmt: skip
    yield Topic("targets/new/", "targets/new/", "GET", (("plan", "create"),), open_to=new_plan, ask=lambda s, c: Ask("GET", "/targets/new/"))


def new_plan(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    return None if site.oracle.reach(user, case.day, "plan", "create").everything else 403


def node(site: Site, case: Case) -> str:
    assert case.pk is not None
    return f"T:{site.raw['territory'][case.pk]['code']}"


def node_gate(action: str, state: str, site: Site, case: Case) -> int | None:
    """The version by its state, then the node by reach."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "target", action):
        return 403
    if version(site, state) not in sees(site, case, "planversion", "target", action):
        return 404
    return None if case.pk in site.oracle.planned(user, case.day, "target", action, PLAN_DAY) else 404


def target_changes() -> Iterator[Topic]:
    edit = (("target", "edit"),)
    answers = frozenset({200, 403, 404, 409, 422})
    for tail, method in (("cells", "PATCH"), ("lock", "POST")):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", method, edit, objects=lambda s: s.raw["territory"],
            open_to=partial(node_gate, "edit", "draft"), status=answers, writes=True, weight=6,
            ask=lambda s, c, tail=tail, method=method: Ask(method, f"/targets/{version(s, 'draft')}/{tail}/", body=change(s, c)),
        )  # fmt: skip
    for tail in ("unlock", "undo"):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", "POST", edit, table="planversion", status=answers,
            writes=True, ask=lambda s, c, tail=tail: Ask("POST", f"/targets/{c.pk}/{tail}/", body={"lock": next(iter(s.raw["lock"])), "version": 1}),
        )  # fmt: skip
    for tail, resource, action in (("submit", "plan", "submit"), ("publish", "plan", "publish"), ("copy", "plan", "create")):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", "POST", ((resource, action),), table="planversion",
            status=frozenset({302}), writes=True, open_to=partial(whole_company, resource, action, tail),
            ask=lambda s, c, tail=tail: Ask("POST", f"/targets/{c.pk}/{tail}/", form={"note": NEW}),
        )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/import/", "targets/<int:pk>/import/", "GET", (("target", "import"),), table="planversion",
        status=frozenset({200, 302}), ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/import/"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/import/apply/", "targets/<int:pk>/import/apply/", "POST", (("target", "import"),),
        table="planversion", status=frozenset({302}),
        ask=lambda s, c: Ask("POST", f"/targets/{c.pk}/import/apply/", form={"proposal": "forged"}),
    )  # fmt: skip


def change(site: Site, case: Case) -> dict[str, object]:
    row = site.raw["planversion"][version(site, "draft")]
    return {
        "region": node(site, case), "period": "2026-03", "line": "", "value": "9000000", "rule": "push_up",
        "reason": NEW, "version": row["version"], "actor": 1, "user": 1,
    }  # fmt: skip


def whole_company(resource: str, action: str, tail: str, site: Site, case: Case) -> int | None:
    """A plan is one for all: who answers for a part may look, but not hand it in, publish or copy it."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, resource, action):
        return 403
    if not site.oracle.reach(user, case.day, resource, action).everything:
        return 403
    return None if resource != "plan" or case.pk in sees(site, case, "planversion", resource, action) else 404


def year_spans(site: Site, day: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The days of the year up to the last fact, and the same days a year before, half-open."""
    last = max((line.day for line in site.lines if line.day <= day), default=None)
    first = date(day.year, 1, 1)
    stop = first if last is None else max(first, last + timedelta(1))
    return (first, stop), (first.replace(year=day.year - 1), stop.replace(year=stop.year - 1))


def below(site: Site, case: Case) -> frozenset[int]:
    """The territories of a unit in the tree the page shows that the caller may see today."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    units = site.oracle.below(case.pk, tree_day(case))
    inside = {pk for pk, row in site.raw["territory"].items() if row["org_unit_id"] in units}
    return frozenset(inside) & site.oracle.planned(user, case.day, "actual", "view", tree_day(case))


def tree_day(case: Case) -> date:
    """The page shows the tree of the plan of its year, else that of the day."""
    return PLAN_DAY if case.day.year == 2026 else case.day


def unit_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "actual", "view"):
        return 403
    reach = site.oracle.reach(user, case.day, "actual", "view")
    if not reach.everything and not reach.units and not sees(site, case, "territory", "actual", "view"):
        return None  # a friendly page without figures
    inside = {below for unit in reach.units for below in site.oracle.below(unit, tree_day(case))}
    return None if reach.everything or case.pk in inside | reach.units else 404


def sold_by_customer(site: Site, case: Case) -> dict[str, tuple[str, str]]:
    """Customer -> what it bought in the days and in those a year before, from lines in reach."""
    user = site.accounts[case.account]
    assert user is not None
    assert case.pk is not None
    is_root = site.raw["orgunit"][case.pk]["kind"] == "head_office"
    everything = is_root and site.oracle.reach(user, case.day, "actual", "view").everything
    inside, sums = below(site, case), {}
    for line in site.lines:
        for index, (start, stop) in enumerate(year_spans(site, case.day)):
            if start <= line.day < stop and (everything or line.territory in inside):
                code = site.raw["customer"][line.customer]["code"]
                sums.setdefault(code, [0, 0])[index] += line.fen
    return {code: (f"{now / 100:g}", f"{before / 100:g}") for code, (now, before) in sums.items()}


def customer_sheet(_site: Site, answer: Answer) -> dict[str, tuple[str, str]]:
    if answer.content[:2] != b"PK":
        return {}
    return {row["A"]: (f"{float(row['C']):g}", f"{float(row['D']):g}") for row in sheet(answer.content)[1:]}


def performance() -> Iterator[Topic]:
    view = (("actual", "view"),)
    unit = "region={code}"
    for route, tail in (("performance/", ""), ("performance/customers/", "customers/"), ("performance/analysis/", "analysis/")):
        yield Topic(f"{route} start", route, "GET", view, ask=lambda s, c, tail=tail: Ask("GET", f"/performance/{tail}"), weight=2)
        yield Topic(
            f"{route} region", route, "GET", view, objects=lambda s: s.raw["orgunit"], open_to=unit_gate, weight=2,
            ask=lambda s, c, tail=tail: Ask("GET", f"/performance/{tail}?{unit.format(code=s.raw['orgunit'][c.pk]['code'])}"),  # type: ignore[index]
        )  # fmt: skip
    yield Topic(
        "performance/customers/ export", "performance/customers/", "GET", (*view, ("actual", "export")),
        objects=lambda s: s.raw["orgunit"], open_to=unit_gate, weight=2, ids=customer_sheet, expected=sold_by_customer,
        ask=lambda s, c: Ask("GET", f"/performance/customers/?export=1&region={s.raw['orgunit'][c.pk]['code']}"),  # type: ignore[index]
    )  # fmt: skip
    yield Topic(
        "performance/customers/<path:code>/", "performance/customers/<path:code>/", "GET", view, table="customer", weight=2,
        ask=lambda s, c: Ask("GET", f"/performance/customers/{s.raw['customer'][c.pk]['code']}/"),  # type: ignore[index]
    )  # fmt: skip
    yield Topic(
        "performance/parts/customer/<path:code>/", "performance/parts/customer/<path:code>/", "GET", (("order", "view"),),
        table="customer",
        ask=lambda s, c: Ask("GET", f"/performance/parts/customer/{s.raw['customer'][c.pk]['code']}/"),  # type: ignore[index]
        weight=2,
    )  # fmt: skip
    yield Topic(
        "performance/parts/territory/<path:code>/", "performance/parts/territory/<path:code>/", "GET", view,
        table="territory", weight=2,
        ask=lambda s, c: Ask("GET", f"/performance/parts/territory/{s.raw['territory'][c.pk]['code']}/"),  # type: ignore[index]
    )  # fmt: skip


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
        ("orders", "customer", "actual", "订单号,订单日期,客户编码,产品编码,数量,金额\nO1,2026-03-01,{code},{product},1,10.00\n"),
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
    for route, path in (("account/sso/", "account/sso/"), ("account/<slug:provider_id>/callback/", "account/company/callback/")):
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
