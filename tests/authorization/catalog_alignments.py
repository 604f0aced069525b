"""Alignments side by side: who sees alignments compares them, each limited to the territories within reach."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_plans import whole_company
from tests.authorization.questions import Topic
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


def in_force(site: Site) -> int:
    return next(pk for pk, row in site.raw["alignment"].items() if row["state"] == "active")
