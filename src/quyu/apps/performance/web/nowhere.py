"""The friendly page instead of figures: nothing has been sold yet, or the reader answers for no region."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http.response import HttpResponseBase
from django.shortcuts import render

from quyu.platform.people.guard import GuardedRequest

P = TypeVar("P", bound=Callable[..., HttpResponseBase])


class Nowhere(Exception):
    """No node of the tree to show figures of."""

    def __init__(self, *, has_no_region: bool) -> None:
        self.has_no_region = has_no_region


def or_empty(page: P) -> P:
    """The page, or what to do when there is no place to stand."""

    @wraps(page)
    def shown(request: GuardedRequest, **arguments: Any) -> HttpResponseBase:
        try:
            return page(request, **arguments)
        except Nowhere as nowhere:
            context = {"has_no_region": nowhere.has_no_region}
            return render(request, "performance/empty.html.jinja", context)

    return cast(P, shown)
