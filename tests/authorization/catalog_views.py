"""Saved views of the performance pages: one's own rows, so that without any there is nothing to open or change."""

from collections.abc import Iterator

from tests.authorization.questions import Topic
from tests.authorization.site import Ask

NO_VIEW = 999_999
VIEW = (("actual", "view"),)


def topics() -> Iterator[Topic]:
    for tail in ("", "strip/", "new/"):
        route = f"performance/views/{tail}"
        query = "?from=board" if tail == "new/" else ""
        yield Topic(
            route, route, "GET", VIEW,
            ask=lambda s, c, route=route, query=query: Ask("GET", f"/{route}{query}"),
        )  # fmt: skip
    yield Topic(
        "performance/views/new/ save", "performance/views/new/", "POST", VIEW, writes=True, status=frozenset({302, 422}),
        ask=lambda s, c: Ask("POST", "/performance/views/new/?from=board", form={"name": "x"}),
    )  # fmt: skip
    yield Topic(
        "performance/shared/new/", "performance/shared/new/", "POST", VIEW, writes=True, status=frozenset({200, 302, 404}),
        ask=lambda s, c: Ask("POST", "/performance/shared/new/", form={"region": "nowhere", "period": "2026"}),
    )  # fmt: skip
    yield Topic(
        "performance/shared/<str:token>/", "performance/shared/<str:token>/", "GET", VIEW, status=frozenset({404}),
        objects=lambda s: {NO_VIEW: {}}, ask=lambda s, c: Ask("GET", "/performance/shared/none/"),
    )  # fmt: skip
    yield Topic(
        "performance/shared/<int:pk>/end/", "performance/shared/<int:pk>/end/", "POST", VIEW, writes=True,
        status=frozenset({404}), objects=lambda s: {NO_VIEW: {}}, ask=lambda s, c: Ask("POST", f"/performance/shared/{NO_VIEW}/end/"),
    )  # fmt: skip
    for tail, method in (("", "GET"), ("subscribe/", "POST"), ("change/", "POST"), ("delete/", "POST")):
        route = f"performance/views/<int:pk>/{tail}"
        yield Topic(
            route, route, method, VIEW, writes=method == "POST", status=frozenset({404}), objects=lambda s: {NO_VIEW: {}},
            ask=lambda s, c, tail=tail, method=method: Ask(
                method, f"/performance/views/{NO_VIEW}/{tail}", form={"name": "x", "version": "1"} if method == "POST" else {}
            ),
        )  # fmt: skip
