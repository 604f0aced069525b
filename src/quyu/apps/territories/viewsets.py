"""Territories as pages, files and API; the panels of their detail page."""

from datetime import date

from django.db.models import QuerySet

from quyu.apps.territories import selectors
from quyu.apps.territories.models import Territory
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people.models import Position
from quyu.platform.people.scope import Scope
from quyu.platform.viewsets.viewset import Viewset, register


@register
class TerritoryViewset(Viewset[Territory]):
    model = Territory
    resource = "territory"
    path = "territories/list"
    columns = ("code", "name", "org_unit", "home", "valid_from", "valid_to")
    fields = ("code", "name", "org_unit", "home", "valid_from", "valid_to")
    filters = ("org_unit",)
    attributing = ("code", "valid_from", "valid_to")

    def visible(self, scope: Scope, at: date) -> QuerySet[Territory]:
        return Territory.objects.visible_to(scope, at)


def load_panel(territory: Territory, reader: Reader) -> Panel:
    """What the territory carries in the alignment in force, its units, and who answered for it when."""
    active = selectors.active_alignment(reader.at)
    loads = selectors.loads(active, scope=reader.scope, at=reader.at, only=[territory.pk]) if active else []
    reading = (
        selectors.read(active, scope=reader.scope, at=reader.at, territory=territory) if active else None
    )
    return Panel(
        "territories/territory_panel.html.jinja",
        {
            "alignment": active,
            "load": loads[0] if loads else None,
            "row": selectors.load_row(loads[0]) if loads else None,
            "units": selectors.unit_rows(reading) if reading else [],
            "owners": selectors.territory_history(territory),
            "positions": Position.objects.visible_to(reader.scope)
            .in_force(reader.at)
            .filter(org_unit=territory.org_unit_id)
            .order_by("code"),
        },
    )


register_panel(Territory, load_panel)
