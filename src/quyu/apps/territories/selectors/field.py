"""What the market may ask of the territories: where a unit belongs, and what it weighs."""

from collections.abc import Mapping
from datetime import date

from quyu.apps.market.field import Spot
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import AlignmentUnit, UnitFigure
from quyu.apps.territories.selectors.alignments import active_alignment, figures_date
from quyu.platform.people.scope import Scope


class TerritoryField:
    """The reader of `quyu.apps.market.field`."""

    def places(self, scope: Scope, at: date) -> Mapping[str, Spot]:
        """The base units of the alignment in force, in the territories one may see."""
        active = active_alignment(at)
        if active is None:
            return {}
        rows = AlignmentUnit.objects.filter(alignment=active, part=UnitPart.BASE).visible_to(scope, at)
        fields = ("unit__code", "territory__code", "territory__name", "territory__org_unit__code", "territory__org_unit__name")  # fmt: skip
        return {row[0]: Spot(*row[1:]) for row in rows.order_by("unit__code").values_list(*fields)}

    def weights(self, measure: str) -> Mapping[str, int]:
        """A measure of each unit itself; finer and coarser units stand beside the base units."""
        rows = UnitFigure.objects.filter(measure=measure).order_by("unit__code")
        return dict(rows.values_list("unit__code", "value"))

    def counted_on(self, measure: str) -> date | None:
        return figures_date(measure)
