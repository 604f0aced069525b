"""Customers as pages, files and API; the territory panel of their detail page."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quyu.apps.customers import selectors
from quyu.apps.customers.division import crediting, owning
from quyu.apps.customers.models import Customer
from quyu.apps.customers.place_columns import PlaceColumns
from quyu.apps.territories.models import Territory
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people import policy
from quyu.platform.people.caller import Caller
from quyu.platform.people.scope import Scope
from quyu.platform.viewsets.viewset import Viewset, register


@register
class CustomerViewset(Viewset[Customer]):
    model = Customer
    resource = "customer"
    path = "customers"
    columns = ("code", "name", "kind", "tier", "channel", "unit", "opened_on")
    fields = (
        "code", "name", "kind", "tier", "industry", "channel", "unit", "territory_override",
        "contact", "phone", "address", "payment_days", "opened_on", "closed_on",
    )  # fmt: skip
    filters = ("kind", "tier", "channel")
    attributing = ("code", "kind", "tier", "industry", "channel", "unit", "territory_override")
    import_extra = PlaceColumns()

    def visible(self, scope: Scope, at: date) -> QuerySet[Customer]:
        return Customer.objects.visible_to(scope, at)

    def filter_form(self, caller: Caller, params: Mapping[str, str]) -> forms.Form:
        """Also those without a location, which are on no map."""
        form = super().filter_form(caller, params)
        if self.seen(caller, ["unit"]):
            form.fields["unit__isnull"] = forms.TypedChoiceField(
                label=_("所在地"),
                choices=[("", _("全部")), ("1", _("没有所在地"))],
                coerce=bool,
                empty_value=None,
                required=False,
            )
        return form


def territory_panel(customer: Customer, caller: Reader) -> Panel | None:
    """Territory and owner as of today, the territories before, and why the customer is in its class."""
    if not policy.allows(caller.scope, "territory", "view"):
        return None
    found = owning.owner_of(customer, None, caller.at)
    spells = selectors.territory_spells(customer)
    reach = policy.narrow(caller.scope, "territory", "view")
    past = Territory.objects.all()
    seen = (
        None if reach.is_everything else set(past.visible_to(reach, caller.at).values_list("pk", flat=True))
    )
    return Panel(
        "customers/territory_panel.html.jinja",
        {
            "customer": customer,
            "found": found,
            "spells": spells,
            "lines": selectors.ruled_lines(customer, caller.at),
            "credits": crediting.credits_of(customer, caller.at),
            "seen": seen,
        },
    )


register_panel(Customer, territory_panel)
