"""Territories as pages, files and API; the panels of their detail page."""

from datetime import date

from django.db.models import QuerySet
from django.forms import ModelForm

from quyu.apps.territories import selectors, services
from quyu.apps.territories.models import Territory
from quyu.platform.panels import Panel, Reader, register_panel
from quyu.platform.people.models import OrgUnit, Position
from quyu.platform.people.scope import Scope
from quyu.platform.viewsets.viewset import Caller, Viewset, register


@register
class TerritoryViewset(Viewset[Territory]):
    model = Territory
    resource = "territory"
    path = "territories/list"
    columns = ("code", "name", "org_unit", "home", "valid_from", "valid_to")
    fields = ("code", "name", "org_unit", "home", "needed_skills", "valid_from", "valid_to")
    filters = ("org_unit",)
    attributing = ("code", "valid_from", "valid_to")

    def visible(self, scope: Scope, at: date) -> QuerySet[Territory]:
        return Territory.objects.visible_to(scope, at)

    def write(self, form: ModelForm[Territory], *, expected_version: int, caller: Caller) -> Territory:
        """Another org unit holds from today on; the days before stay with the one it leaves."""
        before = Territory.objects.filter(pk=form.instance.pk).select_related("org_unit").first()
        unit = form.instance.org_unit
        if before is None or before.org_unit_id == unit.pk:
            return super().write(form, expected_version=expected_version, caller=caller)
        form.instance.org_unit = before.org_unit
        row = super().write(form, expected_version=expected_version, caller=caller)
        return services.move_territory(
            territory=row, unit=unit, moved_on=caller.at, actor=caller.user, at=caller.now
        )


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
            "moves": selectors.moves_of(territory),
            "org_units": OrgUnit.objects.visible_to(reader.scope),
            "positions": Position.objects.visible_to(reader.scope)
            .in_force(reader.at)
            .filter(org_unit=territory.org_unit_id)
            .order_by("code"),
        },
    )


register_panel(Territory, load_panel)
