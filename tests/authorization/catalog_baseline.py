"""The steps of a new plan, for who answers for the whole company; the base of a version, within reach."""

from collections.abc import Iterator

from tests.authorization.catalog_objects import NEW
from tests.authorization.catalog_plans import new_plan
from tests.authorization.questions import Topic
from tests.authorization.site import Ask

STEP = "targets/new/<slug:name>/"


def topics() -> Iterator[Topic]:
    create = (("plan", "create"),)
    yield Topic(
        "targets/<int:pk>/baseline/", "targets/<int:pk>/baseline/", "GET", (("target", "view"),), table="planversion",
        ask=lambda s, c: Ask("GET", f"/targets/{c.pk}/baseline/"),
    )  # fmt: skip
    yield Topic(
        "targets/new/ answered", "targets/new/", "POST", create, open_to=new_plan, status=frozenset({302, 422}), writes=True,
        ask=lambda s, c: Ask("POST", "/targets/new/", form={"name": NEW, "year": "2028", "measure": "amount", "user": 1}),
    )  # fmt: skip
    yield Topic(
        STEP, STEP, "GET", create, open_to=new_plan, status=frozenset({200, 302}),
        ask=lambda s, c: Ask("GET", "/targets/new/dimensions/"),
    )  # fmt: skip
    yield Topic(
        f"{STEP} answered", STEP, "POST", create, open_to=new_plan, status=frozenset({302, 422}), writes=True,
        ask=lambda s, c: Ask("POST", "/targets/new/history/", form={"years_back": "3", "go": "look", "user": 1, NEW: NEW}),
    )  # fmt: skip
    yield Topic(
        "targets/new/again/", "targets/new/again/", "POST", create, open_to=new_plan, status=frozenset({302}),
        writes=True, ask=lambda s, c: Ask("POST", "/targets/new/again/", form={"user": 1}),
    )  # fmt: skip
