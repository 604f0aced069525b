"""What leaves a draft of an alignment and comes back: workbooks and the PDF of the plan."""

from collections.abc import Iterator

from tests.authorization.catalog_people import sees
from tests.authorization.questions import Case, Topic
from tests.authorization.reading import rows_marked
from tests.authorization.site import Ask, Site

PLACES = "territories/alignments/<int:pk>/"


def topics() -> Iterator[Topic]:
    yield Topic(
        f"{PLACES}workbook.xlsx", f"{PLACES}workbook.xlsx", "GET", (("alignment", "export"),),
        objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/workbook.xlsx"),
        ids=lambda s, a: rows_marked(s, "basicunit", a.text), expected=places_to_take, weight=6,
    )  # fmt: skip
    yield Topic(
        f"{PLACES}plan.pdf", f"{PLACES}plan.pdf", "GET", (("alignment", "export"),), objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/plan.pdf"), weight=1,
    )  # fmt: skip
    yield Topic(
        f"{PLACES}import/", f"{PLACES}import/", "GET", (("alignment", "edit"),), objects=lambda s: s.raw["alignment"],
        status=frozenset({200, 302}), ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/import/"),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}import/apply/", f"{PLACES}import/apply/", "POST", (("alignment", "edit"),),
        objects=lambda s: s.raw["alignment"], status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask("POST", f"/territories/alignments/{c.pk}/import/apply/", form={"proposal": "forged"}),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/from-workbook/", "territories/alignments/from-workbook/", "GET",
        (("alignment", "create"),), ask=lambda s, c: Ask("GET", "/territories/alignments/from-workbook/"),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/from-workbook/create/", "territories/alignments/from-workbook/create/", "POST",
        (("alignment", "create"),), status=frozenset({302}), writes=True,
        ask=lambda s, c: Ask("POST", "/territories/alignments/from-workbook/create/", form={"proposal": "forged"}),
    )  # fmt: skip


def places_to_take(site: Site, case: Case) -> frozenset[int]:
    """The places of the alignment in territories within the reach of the export."""
    seen = sees(site, case, "territory", "alignment", "export")
    rows = site.raw["alignmentunit"].values()
    return frozenset(r["unit_id"] for r in rows if r["alignment_id"] == case.pk and r["territory_id"] in seen)
