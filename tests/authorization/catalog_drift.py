"""The drift alarm: org units one manages, the rule of the company, the repair as a draft."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_plans import whole_company
from tests.authorization.questions import Case, Topic
from tests.authorization.site import Ask, Site


def topics() -> Iterator[Topic]:
    yield Topic(
        "territories/drift/", "territories/drift/", "GET", (("alignment", "view"),),
        ask=lambda s, c: Ask("GET", "/territories/drift/"),
    )  # fmt: skip
    yield Topic(
        "territories/drift/rule/", "territories/drift/rule/", "POST", (("alignment", "create"),),
        status=frozenset({302}), writes=True, open_to=partial(whole_company, "alignment", "create", ""),
        ask=lambda s, c: Ask(
            "POST", "/territories/drift/rule/", form={"threshold": "20", "months": "2", "low_yield": "50", "version": "1"}
        ),
    )  # fmt: skip
    yield Topic(
        "territories/drift/<str:code>/", "territories/drift/<str:code>/", "GET", (("alignment", "view"),),
        table="orgunit", status=frozenset({200, 404}),
        ask=lambda s, c: Ask("GET", f"/territories/drift/{code_of(s, c)}/"),
    )  # fmt: skip
    yield Topic(
        "territories/drift/<str:code>/repair/", "territories/drift/<str:code>/repair/", "POST", (("alignment", "create"),),
        table="orgunit", status=frozenset({302, 404}), writes=True,
        ask=lambda s, c: Ask("POST", f"/territories/drift/{code_of(s, c)}/repair/"),
    )  # fmt: skip


def code_of(site: Site, case: Case) -> str:
    assert case.pk is not None
    return str(site.raw["orgunit"][case.pk]["code"])
