"""Customers as pages, files and API; the territory panel of their detail page."""

from datetime import date

from django.db.models import QuerySet

from quyu.apps.customers import selectors
from quyu.apps.customers.models import Customer
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people.scope import Scope
from quyu.platform.viewsets.viewset import Viewset, register


@register
class CustomerViewset(Viewset[Customer]):
    model = Customer
    resource = "customer"
    path = "customers"
    columns = ("code", "name", "kind", "tier", "channel", "unit", "opened_on")
    fields = (
        "code", "name", "kind", "tier", "channel", "unit", "territory_override",
        "contact", "phone", "address", "opened_on", "closed_on",
    )  # fmt: skip
    filters = ("kind", "tier", "channel")
    attributing = ("code", "unit", "territory_override")

    def visible(self, scope: Scope, at: date) -> QuerySet[Customer]:
        return Customer.objects.visible_to(scope, at)


def territory_panel(customer: Customer, caller: Reader) -> Panel:
    """Territory and owner as of today, the territories before, and why the customer is in its class."""
    territory, owner = selectors.territory_on(customer, caller.at)
    return Panel(
        "customers/territory_panel.html.jinja",
        {
            "customer": customer,
            "territory": territory,
            "owner": owner,
            "spells": selectors.territory_spells(customer),
        },
    )


register_panel(Customer, territory_panel)
