"""Workload, seats and people of territories."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_settings import company_gate
from tests.authorization.questions import Topic
from tests.authorization.site import Ask


def topics() -> Iterator[Topic]:
    yield from workload()


def workload() -> Iterator[Topic]:
    view = (("territory", "view"),)
    yield Topic(
        "territories/workload/", "territories/workload/", "GET", view, ask=lambda s, c: Ask("GET", "/territories/workload/"),
    )  # fmt: skip
    yield Topic(
        "territories/<int:pk>/workload/", "territories/<int:pk>/workload/", "GET", view, table="territory",
        ask=lambda s, c: Ask("GET", f"/territories/{c.pk}/workload/"),
    )  # fmt: skip
    yield Topic(
        "territories/alignments/<int:pk>/workload/", "territories/alignments/<int:pk>/workload/", "GET",
        (("alignment", "view"),), objects=lambda s: s.raw["alignment"],
        ask=lambda s, c: Ask("GET", f"/territories/alignments/{c.pk}/workload/"),
    )  # fmt: skip
    yield Topic(
        "territories/workload/standard/", "territories/workload/standard/", "GET", (("territory", "edit"),),
        open_to=partial(company_gate, "territory", "edit"), ask=lambda s, c: Ask("GET", "/territories/workload/standard/"),
    )  # fmt: skip
    yield Topic(
        "territories/workload/standard/ set", "territories/workload/standard/", "POST", (("territory", "edit"),), writes=True,
        open_to=partial(company_gate, "territory", "edit"), status=frozenset({200, 302}),
        ask=lambda s, c: Ask("POST", "/territories/workload/standard/", form={"valid_from": "2026-06-20", "stops": "3"}),
    )  # fmt: skip
    yield Topic(
        "territories/workload/refresh/", "territories/workload/refresh/", "POST", (("territory", "edit"),), writes=True,
        open_to=partial(company_gate, "territory", "edit"), status=frozenset({302}),
        ask=lambda s, c: Ask("POST", "/territories/workload/refresh/", form={}),
    )  # fmt: skip
