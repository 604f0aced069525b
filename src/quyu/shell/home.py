"""The first page: where do I stand, what should I do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from quyu.platform.people import guard


@guard.require("home", "view")
def home(request: HttpRequest) -> HttpResponse:
    """The home page of this person's role."""
    return render(request, "home/home.html.jinja")
