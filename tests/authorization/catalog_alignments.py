"""Alignments side by side: who sees alignments compares them, each limited to the territories within reach."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_plans import whole_company
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield Topic(
        "territories/compare/", "territories/compare/", "GET", (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        status=frozenset({200, 302}),
        ask=lambda s, c: Ask("GET", f"/territories/compare/?a={in_force(s)}&b={c.pk}&day=2026-08-15"),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/<int:pk>/reject/", "territories/alignments/<int:pk>/reject/", "POST", (("approval", "approve"),),
        writes=True, objects=lambda s: s.raw["alignment"], status=frozenset({302, 404}),
        ask=lambda s, c: Ask("POST", f"/territories/alignments/{c.pk}/reject/", form={"note": "", "reason-none": "x"}),
    )  # fmt: skip
    yield Topic(
        "territories/schedule/", "territories/schedule/", "GET", (("alignment", "view"),),
        ask=lambda s, c: Ask("GET", "/territories/schedule/?day=2026-06-14"),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/<int:pk>/withdraw/", "territories/alignments/<int:pk>/withdraw/", "POST", (("alignment", "publish"),),
        writes=True, objects=lambda s: s.raw["alignment"], status=frozenset({302}),
        open_to=partial(whole_company, "alignment", "publish", ""),
        ask=lambda s, c: Ask("POST", f"/territories/alignments/{c.pk}/withdraw/"),
    )  # fmt: skip
    for tail in ("comments/", "comments/marks.json"):
        yield Topic(
            f"territories/alignments/<int:pk>/{tail}", f"territories/alignments/<int:pk>/{tail}", "GET", (("alignment", "view"),),
            objects=lambda s: s.raw["alignment"],
            ask=lambda s, c, tail=tail: Ask("GET", f"/territories/alignments/{c.pk}/{tail}"),
        )  # fmt: skip
    for tail, form in (
        ("comments/say/", {"text": ""}),
        ("comments/settle/", {"settles": "1", "version": "1"}),
    ):
        yield Topic(
            f"territories/alignments/<int:pk>/{tail}", f"territories/alignments/<int:pk>/{tail}", "POST", (("alignment", "view"),),
            objects=lambda s: s.raw["alignment"], writes=True, open_to=speaks, status=frozenset({302, 404}),
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/territories/alignments/{c.pk}/{tail}", form=dict(form)),
        )  # fmt: skip


def speaks(site: Site, case: Case) -> int | None:
    """Who changes or approves alignments speaks; others read."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "alignment", "view"):
        return 403
    may = any(site.oracle.may(user, case.day, "alignment", action) for action in ("edit", "approve"))
    return None if may else 403


def in_force(site: Site) -> int:
    return next(pk for pk, row in site.raw["alignment"].items() if row["state"] == "active")
