"""Units without territory and customers without owner: what is proposed, and who may take it."""

from collections.abc import Iterator

from tests.authorization.catalog_business import PLACES, sees
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield Topic(
        f"{PLACES}unassigned/", f"{PLACES}unassigned/", "GET", (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/unassigned/?all=1"),
    )  # fmt: skip
    yield Topic(
        f"{PLACES}unassigned/accept/", f"{PLACES}unassigned/accept/", "POST", (("alignment", "edit"),), writes=True,
        objects=lambda s: s.raw["alignment"], open_to=side_gate, status=frozenset({302}),
        ask=lambda s, c: Ask(
            "POST", f"/territories/alignments/{c.pk}/unassigned/accept/",
            form={"unit": "nowhere", "territory": s.world.territories["own-b"].code, "version": "1"},
        ),
    )  # fmt: skip


def side_gate(site: Site, case: Case) -> int | None:
    """The territory that is to take a unit must be within reach."""
    user = site.accounts[case.account]
    assert user is not None
    if not site.oracle.may(user, case.day, "alignment", "edit"):
        return 403
    is_seen = site.world.territories["own-b"].pk in sees(site, case, "territory", "alignment", "edit")
    return None if is_seen else 404
