"""Pages of customers beside those every object has."""

from django.http import HttpResponse
from django.shortcuts import render

from quyu.apps.customers import selectors
from quyu.apps.customers.models import Customer
from quyu.platform.people import guard
from quyu.platform.people.guard import GuardedRequest

SHOWN = 200


@guard.require("customer", "view")
def conflicts(request: GuardedRequest) -> HttpResponse:
    """Customers claimed twice on one day, and customers in no territory."""
    customers = Customer.objects.visible_to(request.scope, request.today)
    names = dict(customers.values_list("code", "name"))
    found = [conflict for conflict in selectors.claim_conflicts() if conflict.customer_code in names]
    context = {
        "conflicts": found[:SHOWN],
        "count": len(found),
        "names": names,
        "unplaced": selectors.unplaced_count(request.today) if request.scope.is_everything else 0,
    }
    return render(request, "customers/conflicts.html.jinja", context)
