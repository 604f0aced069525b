"""Views of every declared kind, and two that declare nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View

from quyu.platform.people import guard


@guard.require("target", "edit")
def edit_target(request: guard.GuardedRequest) -> HttpResponse:
    return HttpResponse(",".join(map(str, sorted(request.scope.org_unit_ids))))


@guard.require("org_unit", "view")
class OrgPage(View):
    def get(self, request: guard.GuardedRequest) -> HttpResponse:
        return HttpResponse(request.scope.user_id)


@guard.public
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("up")


@guard.public
class Open(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("open")


class Forgotten(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("leak")


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("leak")


inner = [path("undeclared", undeclared), path("forgotten", Forgotten.as_view())]
urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("edit", edit_target),
    path("class", OrgPage.as_view()),
    path("health", health),
    path("open", Open.as_view()),
    path("in/", include(inner)),
]
