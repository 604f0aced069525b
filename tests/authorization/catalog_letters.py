"""Letters, changes of targets in force, and the pages that control a version."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.catalog_plans import version
from tests.authorization.catalog_settings import company_gate, version_gate
from tests.authorization.questions import Case, Topic
from tests.authorization.raw import marks_in
from tests.authorization.reading import linked
from tests.authorization.seen import PLAN_DAY
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield from letters()
    yield from changes()
    yield from change_steps()
    yield from control()


def letters() -> Iterator[Topic]:
    view, submit = (("letter", "view"),), (("letter", "submit"),)
    yield Topic(
        "letters/", "letters/", "GET", view, ask=lambda s, c: Ask("GET", "/letters/"), shows=named_in_letters,
        ids=lambda s, a: frozenset(linked("letters", a.text)), expected=lambda s, c: sees(s, c, "letter", "letter", "view"),
    )  # fmt: skip
    yield Topic(
        "letters/mine/", "letters/mine/", "GET", view, ask=lambda s, c: Ask("GET", "/letters/mine/?all=1"),
        shows=named_in_own_letters,
    )  # fmt: skip
    for tail in ("", "verify/"):
        route = f"letters/<int:pk>/{tail}"
        yield Topic(
            route, route, "GET", view, table="letter", shows=named_in_letter,
            ask=lambda s, c, tail=tail: Ask("GET", f"/letters/{c.pk}/{tail}"),
        )  # fmt: skip
    yield Topic(
        "letters/<int:pk>/file/", "letters/<int:pk>/file/", "GET", (("letter", "export"),), table="letter", writes=True,
        shows=named_in_letter, ask=lambda s, c: Ask("GET", f"/letters/{c.pk}/file/"),
    )  # fmt: skip
    for tail, form in (("accept", {"password": "wrong"}), ("contest", {"reason": NEW})):
        route = f"letters/<int:pk>/{tail}/"
        yield Topic(
            route, route, "POST", submit, table="letter", status=frozenset({302, 422}), writes=True, shows=named_in_letter,
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/letters/{c.pk}/{tail}/", form=form),
        )  # fmt: skip


def named_in_letter(site: Site, case: Case) -> set[str]:
    """Whoever may read a letter reads all it says: the person, his places and seats, the company, the plan."""
    return said_by(site, frozenset({case.pk or 0}))


def named_in_letters(site: Site, case: Case) -> set[str]:
    return said_by(site, sees(site, case, "letter", "letter", "view"))


def named_in_own_letters(site: Site, case: Case) -> set[str]:
    user = site.accounts[case.account]
    person = site.oracle.person_of.get(user or 0)
    own = {pk for pk, row in site.raw["letter"].items() if person and row["person_id"] == person["id"]}
    return said_by(site, frozenset(own))


def said_by(site: Site, keys: frozenset[int]) -> set[str]:
    rows = [site.raw["letter"][key] for key in keys if key in site.raw["letter"]]
    units = set(site.raw["orgunit"]) if rows else set()
    return {mark for row in rows for mark in marks_in(str(row))} | site.seen.of("orgunit", units)


def changes() -> Iterator[Topic]:
    view = (("change", "view"),)
    yield Topic(
        "changes/", "changes/", "GET", view, ask=lambda s, c: Ask("GET", "/changes/"), shows=asked_for,
        ids=lambda s, a: frozenset(linked("changes", a.text)),
        expected=lambda s, c: sees(s, c, "targetchange", "change", "view"),
    )  # fmt: skip
    yield Topic(
        "changes/<int:pk>/", "changes/<int:pk>/", "GET", view, table="targetchange", shows=asked_for, weight=6,
        ask=lambda s, c: Ask("GET", f"/changes/{c.pk}/"),
    )  # fmt: skip
    yield Topic(
        "changes/<int:pk>/evidence/<int:evidence>/", "changes/<int:pk>/evidence/<int:evidence>/", "GET", view,
        table="targetchange", shows=asked_for, ask=lambda s, c: Ask("GET", f"/changes/{c.pk}/evidence/{evidence_of(s, c)}/"),
    )  # fmt: skip
    yield Topic(
        "changes/rules/", "changes/rules/", "GET", (("change", "publish"),), ask=lambda s, c: Ask("GET", "/changes/rules/"),
        open_to=partial(company_gate, "change", "publish"),
    )  # fmt: skip
    yield Topic(
        "changes/rules/ kept", "changes/rules/", "POST", (("change", "publish"),), writes=True, status=frozenset({302}),
        open_to=partial(company_gate, "change", "publish"),
        ask=lambda s, c: Ask("POST", "/changes/rules/", form={"name": NEW, "trigger": "market", "below": "70", "months": "2"}),
    )  # fmt: skip
    yield Topic(
        "changes/new/", "changes/new/", "GET", (("change", "create"),), ask=lambda s, c: Ask("GET", "/changes/new/"),
        shows=lambda s, c: s.seen.of("orgunit", s.raw["orgunit"]),
    )  # fmt: skip


def evidence_of(site: Site, case: Case) -> int:
    return next(pk for pk, row in site.raw["changeevidence"].items() if row["change_id"] == case.pk)


def asked_for(site: Site, case: Case) -> set[str]:
    """The changes in reach, their evidence, who asked for them, and the plan they are about."""
    seen = sees(site, case, "targetchange", "change", "view")
    found = {mark for key in seen for mark in marks_in(str(site.raw["targetchange"][key]))}
    rows = [row for row in site.raw["changeevidence"].values() if row["change_id"] in seen]
    found |= {mark for row in rows for mark in marks_in(str(row))}
    found |= site.seen.of("storedfile", [row["file_id"] for row in rows])
    askers = {site.raw["targetchange"][key]["created_by_id"] for key in seen}
    return found | site.seen.of("user", askers) | site.seen.of("plan", site.raw["plan"])


def change_steps() -> Iterator[Topic]:
    create = (("change", "create"),)
    yield Topic(
        "changes/new/ asked", "changes/new/", "POST", create, objects=lambda s: s.raw["territory"], writes=True, weight=6,
        status=frozenset({200, 302}), effect=only_of_today, ask=lambda s, c: Ask("POST", "/changes/new/", form=request(s, c)),
        shows=lambda s, c: s.seen.of("orgunit", s.raw["orgunit"]),
    )  # fmt: skip
    for tail, action, form in (
        ("evidence", "edit", {"text": NEW}),
        ("analysis", "edit", {"value": "+1%", "first_month": "2026-08", "rule": "none"}),
        ("submit", "submit", {"note": NEW}),
        ("close", "edit", {"note": NEW}),
    ):
        route = f"changes/<int:pk>/{tail}/"
        yield Topic(
            route, route, "POST", (("change", action),), objects=lambda s: s.raw["targetchange"], writes=True,
            status=frozenset({200, 302}), open_to=partial(step_gate, action), shows=asked_for,
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/changes/{c.pk}/{tail}/", form=form),
        )  # fmt: skip


def request(site: Site, case: Case) -> dict[str, object]:
    assert case.pk is not None
    return {
        "version": version(site, "published"), "title": NEW, "trigger": "market", "period": "2026", "product_line": "",
        "region": f"T:{site.raw['territory'][case.pk]['code']}", "reason": NEW,
    }  # fmt: skip


def only_of_today(site: Site, case: Case, answer: object) -> str:
    """A change is asked for where the territory is in reach today."""
    is_own = case.pk in sees(site, case, "territory", "change", "create")
    wrote = "targets_targetchange" in getattr(answer, "changed", {})
    return "asked for a territory that moved away" if wrote and not is_own else ""


def step_gate(action: str, site: Site, case: Case) -> int | None:
    """The right, then the change as one sees it, then the territory in reach of editing on the day."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "change", action):
        return 403
    if case.pk not in site.oracle.sees(user, case.day, "targetchange", "change", action):
        return 404
    assert case.pk is not None
    code = str(site.raw["targetchange"][case.pk]["region"]).removeprefix("T:")
    territory = next(pk for pk, row in site.raw["territory"].items() if row["code"] == code)
    if site.oracle.reach(user, case.day, "change", "edit").everything:
        return None
    return None if territory in site.oracle.sees(user, case.day, "territory", "change", "edit") else 404


def control() -> Iterator[Topic]:
    for tail in ("people", "chain"):
        route = f"targets/<int:pk>/{tail}/"
        yield Topic(
            route, route, "GET", (("target", "view"),), table="planversion", open_to=reading_gate(tail),
            ask=lambda s, c, tail=tail: Ask("GET", f"/targets/{c.pk}/{tail}/"),
        )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/review/", "targets/<int:pk>/review/", "GET", (("plan", "view"),), table="planversion",
        open_to=version_gate("plan", "view"), ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/review/"),
    )  # fmt: skip
    yield Topic(
        "targets/<int:pk>/proof/", "targets/<int:pk>/proof/", "GET", (("plan", "view"),), table="planversion",
        open_to=proof_gate, ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/proof/"),
    )  # fmt: skip


def reading_gate(tail: str) -> object:
    return partial(_reading_gate, tail)


def _reading_gate(tail: str, site: Site, case: Case) -> int | None:
    """As the version; the chain of a value needs a node within reach."""
    turned = version_gate("target", "view")(site, case)
    if turned or tail != "chain":
        return turned  # type: ignore[no-any-return]
    user = site.accounts[case.account]
    assert user is not None
    reach = site.oracle.reach(user, case.day, "target", "view")
    inside = site.oracle.planned(user, case.day, "target", "view", PLAN_DAY)
    return None if reach.everything or inside or reach.units else 404


def proof_gate(site: Site, case: Case) -> int | None:
    """The version first, then all of the company."""
    return version_gate("plan", "view")(site, case) or company_gate("plan", "view", site, case)
