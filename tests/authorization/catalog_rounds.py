"""Rounds: drafts handed down, the talk about each node, hedges, vacancies, minutes."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.catalog_plans import only_of_today, version
from tests.authorization.questions import Case, Topic
from tests.authorization.raw import Rows
from tests.authorization.rights import TABLE
from tests.authorization.site import Answer, Ask, Site

VIEW, EDIT, APPROVE = "view", "edit", "approve"


def topics() -> Iterator[Topic]:
    yield from talks()
    yield from rounds()
    yield from hedges()
    yield from minutes()


def talks() -> Iterator[Topic]:
    yield Topic(
        "targets/mine/",
        "targets/mine/",
        "GET",
        (("commitment", VIEW),),
        ask=lambda s, c: Ask("GET", "/targets/mine/"),
        weight=6,
    )
    yield Topic(
        "targets/node/<int:pk>/", "targets/node/<int:pk>/", "GET", (("commitment", VIEW),), table="handover", weight=8,
        ask=lambda s, c: Ask("GET", f"/targets/node/{c.pk}/"),
    )  # fmt: skip
    yield Topic(
        "targets/evidence/<int:pk>/", "targets/evidence/<int:pk>/", "GET", (("commitment", VIEW),), table="evidence",
        ask=lambda s, c: Ask("GET", f"/targets/evidence/{c.pk}/"),
    )  # fmt: skip
    for tail, action, status, form in (
        ("answer", EDIT, {302, 422}, {"kind": "comment", "text": NEW}),
        ("decide", APPROVE, {302, 422}, {"kind": "propose", "text": NEW, "number": "1"}),
        ("hand-down", EDIT, {302}, {}),
        ("confirm", APPROVE, {302}, {}),
        ("send-back", APPROVE, {302}, {"reason": NEW}),
    ):
        yield Topic(
            f"targets/node/<int:pk>/{tail}/", f"targets/node/<int:pk>/{tail}/", "POST", (("commitment", action),),
            table="handover", status=frozenset(status), writes=True, effect=only_this_node, weight=6,
            ask=lambda s, c, tail=tail, form=form: Ask(
                "POST", f"/targets/node/{c.pk}/{tail}/", form={**form, "token": "matrix", "version": s.raw["handover"][c.pk or 0]["version"]}
            ),
        )  # fmt: skip


def only_this_node(site: Site, case: Case, answer: Answer) -> str:
    """A step at one node touches it and those below it, never one beside or above."""
    regions = {pk: row["region"] for pk, row in site.raw["handover"].items()}
    below = set(site.oracle.regions_below(regions[case.pk or 0]))
    wrong = [pk for pk in answer.changed.get("targets_handover", {}) if regions.get(pk, "") not in below]  # type: ignore[call-overload]
    return f"changed nodes {wrong}" if wrong else ""


def version_gate(action: str, site: Site, case: Case) -> int | None:
    """The version by its state: drafts are seen by roles that see plans as well."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "commitment", action):
        return 403
    state = site.raw["planversion"][case.pk or 0]["state"]
    roles = [
        role for role in site.oracle.roles(user, case.day) if action in TABLE[role].get("commitment", ())
    ]
    sees_drafts = any(VIEW in TABLE[role].get("plan", ()) for role in roles)
    return None if sees_drafts or state in ("published", "superseded") else 404


def whole_company(has_round: bool, site: Site, case: Case) -> int | None:
    """A round is started and ended by who answers for the whole company; to end it there must be one."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "commitment", "create"):
        return 403
    if not site.oracle.reach(user, case.day, "commitment", "create").everything:
        return 403
    return 404 if has_round and not is_open(site, case) else None


def with_round(action: str, site: Site, case: Case) -> int | None:
    found = version_gate(action, site, case)
    return 404 if found is None and not is_open(site, case) else found


def is_open(site: Site, case: Case) -> bool:
    return any(
        row["plan_version_id"] == case.pk and row["closed_at"] is None for row in site.raw["round"].values()
    )


def rounds() -> Iterator[Topic]:
    for tail in ("round", "gap"):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", "GET", (("commitment", VIEW),), table="planversion",
            open_to=partial(version_gate, VIEW), ask=lambda s, c, tail=tail: Ask("GET", f"/targets/{c.pk}/{tail}/"),
        )  # fmt: skip
    bands = {f"total_{depth}": "0" for depth in range(1, 6)}
    start = {"title": NEW, "due_on": "2026-12-31", "direction": "top_down", **bands}
    for tail, action, status, gate, form in (
        ("round/start", "create", {302, 422}, partial(whole_company, False), start),
        ("round/close", "create", {302}, partial(whole_company, True), {}),
        ("round/remind", APPROVE, {302}, partial(with_round, APPROVE), {}),
        (
            "gap/share",
            APPROVE,
            {302},
            partial(version_gate, APPROVE),
            {"region": "", "method": "proportion", "cap": "5"},
        ),
    ):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", "POST", (("commitment", action),), table="planversion",
            status=frozenset(status), writes=True, open_to=gate,
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/targets/{c.pk}/{tail}/", form=dict(form)),
        )  # fmt: skip


def hedges() -> Iterator[Topic]:
    for tail in ("uplift", "staffing"):
        yield Topic(
            f"targets/<int:pk>/{tail}/", f"targets/<int:pk>/{tail}/", "GET", (("target", EDIT),), table="planversion",
            ask=lambda s, c, tail=tail: Ask("GET", f"/targets/{c.pk}/{tail}/"),
        )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/uplift/apply/", "targets/<int:pk>/uplift/apply/", "POST", (("target", EDIT),), weight=6,
        objects=lambda s: s.raw["orgunit"], status=frozenset({302}), writes=True, effect=only_own_unit,
        ask=lambda s, c: Ask("POST", path(s, "uplift/apply"), form=form_of(s, s.raw["orgunit"], c) | {"uplift": "3", "cap": "5"}),
    )  # fmt: skip
    for tail, more in (
        ("out", {"method": "equal"}),
        ("hold", {"seen": "0"}),
        ("split", {"seen": "0", "shares": ""}),
    ):
        route = f"targets/<int:pk>/staffing/{tail}/"
        yield Topic(
            route, route, "POST", (("target", EDIT),), objects=lambda s: s.raw["territory"], weight=6,
            status=frozenset({302, 422}), writes=True, effect=only_of_today,
            ask=lambda s, c, tail=tail, more=more: Ask("POST", path(s, f"staffing/{tail}"), form=form_of(s, s.raw["territory"], c) | more),
        )  # fmt: skip


def path(site: Site, tail: str) -> str:
    return f"/targets/{version(site, 'draft')}/{tail}/"


def form_of(site: Site, rows: Rows, case: Case) -> dict[str, object]:
    """The node asked about, and the draft as it was read."""
    code = rows[case.pk or 0]["code"]
    region = code if rows is site.raw["orgunit"] else f"T:{code}"
    return {
        "region": region,
        "reason": NEW,
        "version": site.raw["planversion"][version(site, "draft")]["version"],
    }


def only_own_unit(site: Site, case: Case, answer: Answer) -> str:
    """A hedge is set where the unit is in reach today."""
    is_own = case.pk in sees(site, case, "orgunit", "target", EDIT)
    return "" if is_own or not answer.changed else "hedged a unit out of reach"


def minutes() -> Iterator[Topic]:
    yield Topic(
        "targets/<int:pk>/minutes/", "targets/<int:pk>/minutes/", "GET", (("commitment", APPROVE),), table="planversion",
        open_to=partial(version_gate, APPROVE), ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/minutes/"),
    )  # fmt: skip
    for tail, action in (("", VIEW), ("pdf/", "export")):
        yield Topic(
            f"targets/minutes/<int:pk>/{tail}", f"targets/minutes/<int:pk>/{tail}", "GET", (("commitment", action),),
            table="minutes", weight=2, ask=lambda s, c, tail=tail: Ask("GET", f"/targets/minutes/{c.pk}/{tail}"),
        )  # fmt: skip
