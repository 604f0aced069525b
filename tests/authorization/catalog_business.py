"""Territories and the alignments that divide them."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_people import sees
from tests.authorization.catalog_plans import whole_company
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import json_of, rows_marked
from tests.authorization.site import Answer, Ask, Site

PLACES = "territories/alignments/<int:pk>/"


def topics() -> Iterator[Topic]:
    yield from territories()
    yield from alignment_changes()


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
        "territories/<int:pk>/transfer/", "territories/<int:pk>/transfer/", "POST", (("territory", "edit"),), table="territory",
        status=frozenset({302}), writes=True, effect=unit_in_reach,
        ask=lambda s, c: Ask(
            "POST", f"/territories/{c.pk}/transfer/", form={"unit": s.world.units["JS"].pk, "moved_on": "2026-06-20"}
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
    return next(
        int(r["territory_id"]) for r in rows if r["alignment_id"] == alignment and r["unit_id"] == place
    )


def place_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "territory", "view"):
        return 403
    if not site.oracle.may(user, case.day, "alignment", "view"):
        return 404
    return (
        None
        if place_row(site, draft(site), case.pk) in sees(site, case, "territory", "territory", "view")
        else 404
    )


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
    if answer.changed.get("territories_territoryowner") and seat not in sees(
        site, case, "position", "territory", "edit"
    ):
        return "named a seat out of reach"
    return ""


def unit_in_reach(site: Site, case: Case, answer: Answer) -> str:
    unit = site.world.units["JS"].pk
    if answer.changed.get("territories_territorymove") and unit not in sees(
        site, case, "orgunit", "territory", "edit"
    ):
        return "moved to a unit out of reach"
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
    yield Topic(
        f"{PLACES}what-if/", f"{PLACES}what-if/", "POST", (("alignment", "edit"),), objects=lambda s: s.raw["basicunit"],
        open_to=move_gate, weight=6,
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{draft(s)}/what-if/",
            form={"units": s.raw["basicunit"][c.pk]["code"], "territory": s.world.territories["own-b"].code},  # type: ignore[index]
        ),
    )  # fmt: skip
    yield post(
        f"{PLACES}lock/", f"{PLACES}lock/", rights=(("alignment", "edit"),), objects=lambda s: s.raw["basicunit"],
        open_to=lock_gate, weight=4,
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{draft(s)}/lock/",
            form={"unit": s.raw["basicunit"][c.pk]["code"], "version": "1"},  # type: ignore[index]
        ),
    )  # fmt: skip
    for verb in ("undo", "redo"):
        yield post(
            f"{PLACES}{verb}/", f"{PLACES}{verb}/", rights=(("alignment", "edit"),), objects=lambda s: s.raw["alignment"],
            ask=lambda s, c, verb=verb: Ask("POST", f"/territories/alignments/{c.pk}/{verb}/", form={"version": "1"}),
        )  # fmt: skip


def lock_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "alignment", "edit"):
        return 403
    seen = sees(site, case, "territory", "alignment", "edit")
    return None if place_row(site, draft(site), case.pk) in seen else 404


def move_gate(site: Site, case: Case) -> int | None:
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "alignment", "edit"):
        return 403
    seen = sees(site, case, "territory", "alignment", "edit")
    both = {place_row(site, draft(site), case.pk), site.world.territories["own-b"].pk}
    return None if both <= seen else 404
