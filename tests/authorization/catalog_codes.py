"""Codes that change: a list for the whole company, seen and kept by who answers for all of it."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_settings import company_gate
from tests.authorization.questions import Topic
from tests.authorization.site import Ask


def topics() -> Iterator[Topic]:
    yield Topic(
        "geography/codes/", "geography/codes/", "GET", (("alignment", "view"),),
        open_to=partial(company_gate, "alignment", "view"), ask=lambda s, c: Ask("GET", "/geography/codes/"),
    )  # fmt: skip
    yield Topic(
        "geography/codes/<int:pk>/remove/", "geography/codes/<int:pk>/remove/", "POST", (("territory", "import"),),
        open_to=partial(company_gate, "territory", "import"), status=frozenset({302, 404}), writes=True,
        ask=lambda s, c: Ask("POST", "/geography/codes/1/remove/"),
    )  # fmt: skip
    yield Topic(
        "geography/codes/<int:pk>/", "geography/codes/<int:pk>/", "GET", (("alignment", "view"),), status=frozenset({200, 404}),
        open_to=partial(company_gate, "alignment", "view"), ask=lambda s, c: Ask("GET", "/geography/codes/1/"),
    )  # fmt: skip
    yield Topic(
        "geography/codes/<int:pk>/apply/", "geography/codes/<int:pk>/apply/", "POST", (("alignment", "publish"),),
        open_to=partial(company_gate, "alignment", "publish"), status=frozenset({302, 404}), writes=True,
        ask=lambda s, c: Ask("POST", "/geography/codes/1/apply/"),
    )  # fmt: skip
