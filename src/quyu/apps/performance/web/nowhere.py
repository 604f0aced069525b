"""The friendly page instead of figures: nothing has been sold yet, or the reader answers for no region."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http.response import HttpResponseBase
from django.shortcuts import render

from quyu.platform.people.guard import GuardedRequest

Arguments = ParamSpec("Arguments")
Page = Callable[Concatenate[GuardedRequest, Arguments], HttpResponseBase]


class Nowhere(Exception):
    """No node of the tree to show figures of."""

    def __init__(self, *, has_no_region: bool) -> None:
        self.has_no_region = has_no_region


def or_empty(page: Page[Arguments]) -> Page[Arguments]:
    """The page, or what to do when there is no place to stand."""

    @wraps(page)
    def shown(request: GuardedRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        try:
            return page(request, *args, **kwargs)
        except Nowhere as nowhere:
            context = {"has_no_region": nowhere.has_no_region}
            return render(request, "performance/empty.html.jinja", context)

    return shown
