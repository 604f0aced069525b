"""Targets, and how far sales have come: nodes, cells, totals, customers, lines."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from quyu.apps.customers import services as customers
from quyu.apps.performance import figures
from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import linked, sheet
from tests.authorization.seen import PLAN_DAY
from tests.authorization.site import Answer, Ask, Site


def topics() -> Iterator[Topic]:
    yield from targets()
    yield from target_changes()
    yield from performance()


def version(site: Site, state: str) -> int:
    return next(pk for pk, row in site.raw["planversion"].items() if row["state"] == state)


def targets() -> Iterator[Topic]:
    view = (("target", "view"),)
    yield Topic(
        "targets/", "targets/", "GET", view, ask=lambda s, c: Ask("GET", "/targets/"),
        ids=lambda s, a: frozenset(linked("targets", a.text)), expected=lambda s, c: sees(s, c, "planversion", "target", "view"),
    )  # fmt: skip
    for tail in ("", "standing/", "history/", "certificate/"):
        route = f"targets/<int:pk>/{tail}"
        yield Topic(
            route,
            route,
            "GET",
            view,
            table="planversion",
            ask=lambda s, c, tail=tail: Ask("GET", f"/targets/{c.pk}/{tail}"),
        )
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
    yield Topic(
        "targets/new/",
        "targets/new/",
        "GET",
        (("plan", "create"),),
        open_to=new_plan,
        ask=lambda s, c: Ask("GET", "/targets/new/"),
    )


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
            open_to=partial(node_gate, "edit", "draft"), status=answers, writes=True, weight=6, effect=only_of_today,
            ask=lambda s, c, tail=tail, method=method: Ask(method, f"/targets/{version(s, 'draft')}/{tail}/", body=change(s, c)),
        )  # fmt: skip
    for tail in ("unlock", "undo", "redo"):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", "POST", edit, table="planversion", status=answers,
            writes=True, ask=lambda s, c, tail=tail: Ask("POST", f"/targets/{c.pk}/{tail}/", body={"lock": next(iter(s.raw["lock"])), "version": 1}),
        )  # fmt: skip
    for tail, resource, action in (
        ("submit", "plan", "submit"),
        ("publish", "plan", "publish"),
        ("copy", "plan", "create"),
    ):
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


def only_of_today(site: Site, case: Case, answer: Answer) -> str:
    """A plan is read in its own tree, and written only where the territory is in reach today."""
    is_own = case.pk in sees(site, case, "territory", "target", "edit")
    return "" if is_own or not answer.changed else "wrote a territory that moved away"


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


def only_restated(_site: Site, _case: Case, answer: Answer) -> str:
    """Restating writes its own rollups and nothing else."""
    own = ("performance_restated", "performance_rollupstate", "django_tasks_")
    wrong = sorted(table for table in answer.changed if not table.startswith(own))
    return f"wrote {wrong}" if wrong else ""


def all_customers(site: Site, case: Case) -> int | None:
    """Classes rank all customers against each other: for who keeps those of the whole company."""
    user = site.accounts[case.account]
    assert user is not None
    return None if site.oracle.reach(user, case.day, "customer", "edit").everything else 403


def shown_tiers(case: Case) -> str:
    """What the page of classes would give to be confirmed."""
    amounts = figures.customer_amounts(case.day)
    return customers.digest_of(customers.tier_changes(customers.open_customers(case.day), amounts=amounts))


def only_tiers(_site: Site, _case: Case, answer: Answer) -> str:
    """Classing writes customers, their history and the trail, and nothing else."""
    own = ("customers_customer", "customers_historicalcustomer", "audit_")
    wrong = sorted(table for table in answer.changed if not table.startswith(own))
    return f"wrote {wrong}" if wrong else ""


def tiers() -> Iterator[Topic]:
    edit = (("customer", "edit"),)
    yield Topic(
        "performance/tiers/", "performance/tiers/", "GET", edit, open_to=all_customers, weight=2,
        ask=lambda s, c: Ask("GET", "/performance/tiers/"),
    )  # fmt: skip
    yield Topic(
        "performance/tiers/apply/", "performance/tiers/apply/", "POST", edit, open_to=all_customers, weight=2,
        status=frozenset({302}), writes=True, effect=only_tiers,
        ask=lambda s, c: Ask("POST", "/performance/tiers/apply/", form={"digest": shown_tiers(c)}),
    )  # fmt: skip


def performance() -> Iterator[Topic]:
    view = (("actual", "view"),)
    unit = "region={code}"
    for route, tail in (
        ("performance/", ""),
        ("performance/bridge/", "bridge/"),
        ("performance/why/", "why/"),
        ("performance/customers/", "customers/"),
        ("performance/analysis/", "analysis/"),
        ("performance/facts/", "facts/"),
        ("performance/true/", "true/"),
    ):
        yield Topic(
            f"{route} start",
            route,
            "GET",
            view,
            ask=lambda s, c, tail=tail: Ask("GET", f"/performance/{tail}"),
            weight=2,
        )
        yield Topic(
            f"{route} region", route, "GET", view, objects=lambda s: s.raw["orgunit"], open_to=unit_gate, weight=2,
            ask=lambda s, c, tail=tail: Ask("GET", f"/performance/{tail}?{unit.format(code=s.raw['orgunit'][c.pk]['code'])}"),  # type: ignore[index]
        )  # fmt: skip
    yield from tiers()
    yield Topic(
        "performance/restate/", "performance/restate/", "POST", (("actual", "view"),), writes=True, weight=2,
        ask=lambda s, c: Ask("POST", "/performance/restate/", form={"region": NEW, "period": "2026"}),
        status=frozenset({302}), effect=only_restated,
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
        "performance/true/<path:code>/", "performance/true/<path:code>/", "GET", view, table="customer", weight=2,
        ask=lambda s, c: Ask("GET", f"/performance/true/{s.raw['customer'][c.pk]['code']}/"),  # type: ignore[index]
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
