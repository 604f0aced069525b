"""Rules divide the customers of the whole company: who answers for a part neither sees nor changes them."""

from collections.abc import Iterator
from functools import partial

from tests.authorization.catalog_settings import company_gate
from tests.authorization.questions import Topic
from tests.authorization.site import Ask

CHANGES = (
    ("add/", "edit", {"version": "1", "do": "add"}),
    ("move/", "edit", {"rule": "1", "to": "1", "version": "1"}),
    ("remove/", "edit", {"rule": "1", "version": "1"}),
    ("overlays/add/", "edit", {"version": "1", "name": ""}),
    ("overlays/move/", "edit", {"overlay": "1", "to": "1", "version": "1"}),
    ("overlays/remove/", "edit", {"overlay": "1", "version": "1"}),
    ("submit/", "submit", {"note": "", "version": "1"}),
    ("activate/", "publish", {"valid_from": "2028-01-01"}),
)

NO_CLAIM = 999_999
"""The company of the matrix has no claims: whoever has the right is told that there is none."""
CLAIMS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("", "GET", "view", {}),
    ("answer/", "POST", "create", {"answer": "a", "version": "1"}),
    ("withdraw/", "POST", "create", {"version": "1"}),
    ("decide/", "POST", "edit", {"effect": "refused", "since": "2028-01-01", "reason": "a", "version": "1"}),
)


def topics() -> Iterator[Topic]:
    yield Topic(
        "customers/rules/", "customers/rules/", "GET", (("alignment", "view"),),
        open_to=partial(company_gate, "alignment", "view"), ask=lambda s, c: Ask("GET", "/customers/rules/"),
    )  # fmt: skip
    yield Topic(
        "customers/rules/new/", "customers/rules/new/", "POST", (("alignment", "create"),), writes=True,
        open_to=partial(company_gate, "alignment", "create"), status=frozenset({302}),
        ask=lambda s, c: Ask("POST", "/customers/rules/new/", form={"name": ""}),
    )  # fmt: skip
    yield Topic(
        "customers/rules/<int:pk>/", "customers/rules/<int:pk>/", "GET", (("alignment", "view"),),
        objects=lambda s: s.raw["ruleset"], open_to=partial(company_gate, "alignment", "view"),
        ask=lambda s, c: Ask("GET", f"/customers/rules/{c.pk}/"),
    )  # fmt: skip
    yield Topic(
        "customers/rules/<int:pk>/overlays/", "customers/rules/<int:pk>/overlays/", "GET", (("alignment", "view"),),
        objects=lambda s: s.raw["ruleset"], open_to=partial(company_gate, "alignment", "view"),
        ask=lambda s, c: Ask("GET", f"/customers/rules/{c.pk}/overlays/"),
    )  # fmt: skip
    for tail, action, form in CHANGES:
        route = f"customers/rules/<int:pk>/{tail}"
        yield Topic(
            route, route, "POST", (("alignment", action),), writes=True, objects=lambda s: s.raw["ruleset"],
            open_to=partial(company_gate, "alignment", action), status=frozenset({200, 302, 404}),
            ask=lambda s, c, tail=tail, form=form: Ask("POST", f"/customers/rules/{c.pk}/{tail}", form=dict(form)),
        )  # fmt: skip
    yield Topic(
        "customers/coverage/", "customers/coverage/", "GET", (("claim", "view"),),
        ask=lambda s, c: Ask("GET", "/customers/coverage/"),
    )  # fmt: skip
    yield Topic(
        "performance/credit/", "performance/credit/", "GET", (("actual", "view"),),
        ask=lambda s, c: Ask("GET", "/performance/credit/"),
    )  # fmt: skip
    yield Topic(
        "performance/receivables/", "performance/receivables/", "GET", (("actual", "view"),),
        ask=lambda s, c: Ask("GET", "/performance/receivables/"),
    )  # fmt: skip
    yield Topic(
        "performance/receivables/<path:code>/", "performance/receivables/<path:code>/", "GET", (("actual", "view"),),
        table="customer",
        ask=lambda s, c: Ask("GET", f"/performance/receivables/{s.raw['customer'][c.pk]['code']}/"),  # type: ignore[index]
    )  # fmt: skip
    yield Topic(
        "customers/claims/", "customers/claims/", "GET", (("claim", "view"),),
        ask=lambda s, c: Ask("GET", "/customers/claims/"),
    )  # fmt: skip
    yield Topic(
        "customers/claims/new/", "customers/claims/new/", "POST", (("claim", "create"),), writes=True,
        status=frozenset({200}), ask=lambda s, c: Ask("POST", "/customers/claims/new/", form={"customer": ""}),
    )  # fmt: skip
    for tail, method, action, form in CLAIMS:
        route = f"customers/claims/<int:pk>/{tail}"
        yield Topic(
            route, route, method, (("claim", action),), writes=method == "POST",
            status=frozenset({404}), objects=lambda s: {NO_CLAIM: {}},
            ask=lambda s, c, tail=tail, method=method, form=form: Ask(
                method, f"/customers/claims/{NO_CLAIM}/{tail}", form=dict(form)
            ),
        )  # fmt: skip
    for method in ("GET", "POST"):
        yield Topic(
            f"customers/rules/assign/ {method}", "customers/rules/assign/", method, (("alignment", "create"),),
            open_to=partial(company_gate, "alignment", "create"), writes=method == "POST",
            ask=lambda s, c, method=method: Ask(method, "/customers/rules/assign/", form={"name": ""}),
        )  # fmt: skip
