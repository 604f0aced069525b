"""What the map of an alignment shows: units with figures, and the units of each territory."""

from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.changes import weights
from quyu.apps.territories.selectors.reading import Reading
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import Scope


@dataclass(frozen=True)
class UnitRow:
    """One unit of an alignment with what it weighs (finer units included)."""

    unit: BasicUnit
    territory: Territory
    part: str
    amount_fen: int
    customers: int


def unit_rows(reading: Reading) -> list[UnitRow]:
    """The visible base units by code, and coarser units that carry something."""
    amount, customers = weights(reading)
    made = [
        UnitRow(
            row.unit,
            reading.seen[row.territory_id],
            row.part,
            amount.get(row.unit_id, 0),
            customers.get(row.unit_id, 0),
        )
        for row in reading.shown
    ]
    return [row for row in made if row.part == UnitPart.BASE or row.amount_fen or row.customers]


def base_units_by_territory(alignment: Alignment, *, scope: Scope, at: date) -> dict[int, list[int]]:
    """Territory id -> ids of its base units, as far as visible."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE).visible_to(scope, at)
    found: dict[int, list[int]] = {}
    for territory, unit in rows.order_by("unit_id").values_list("territory_id", "unit_id"):
        found.setdefault(territory, []).append(unit)
    return found
