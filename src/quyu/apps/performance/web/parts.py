"""The parts of customer and territory pages that come after the page."""

from django.db.models import Model
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from quyu.apps.customers.models import Customer
from quyu.apps.performance import panels
from quyu.apps.territories.models import Territory
from quyu.platform.panels import Panel
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest
from quyu.platform.viewsets.viewset import Caller


@guard.require("order", "view")
def customer(request: GuardedRequest, code: str) -> HttpResponseBase:
    """The latest orders of a customer."""
    row = get_object_or_404(Customer.objects.visible_to(request.scope, request.today), code=code)
    return _shown(request, row, panels.orders_panel(row, _reader(request)))


@guard.require("actual", "view")
def territory(request: GuardedRequest, code: str) -> HttpResponseBase:
    """The year of a territory."""
    row = get_object_or_404(Territory.objects.visible_to(request.scope, request.today), code=code)
    return _shown(request, row, panels.attainment_panel(row, _reader(request)))


def _reader(request: GuardedRequest) -> Caller:
    return Caller(request.user, request.scope, request.today, request.now)


def _shown(request: GuardedRequest, row: Model, panel: Panel | None) -> HttpResponseBase:
    if panel is None:
        return HttpResponse("")
    return render(request, panel.template, {"panel": panel, "row": row})
