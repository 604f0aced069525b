"""What a draft changes against the alignment it would replace."""

from dataclasses import dataclass

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory, UnitFigure
from quyu.platform.geography.models import BasicUnit


@dataclass(frozen=True)
class UnitChange:
    """One unit that goes from one territory to another (`source` None: it had none before)."""

    unit: BasicUnit
    source: Territory | None
    target: Territory
    amount_fen: int
    customers: int


def changes(alignment: Alignment, against: Alignment | None) -> list[UnitChange]:
    """Moved units by code; finer units are not listed, but their figures count with the unit they lie in."""
    before = dict(places(against)) if against else {}
    ids = [unit for unit, territory in places(alignment) if before.get(unit) != territory]
    if not ids:
        return []
    rows = AlignmentUnit.objects.filter(alignment=alignment, unit__in=ids).select_related("unit", "territory")
    moved = list(rows.order_by("unit__code"))
    sources = Territory.objects.in_bulk({before[unit] for unit in ids if unit in before})
    amount, customers = weights(alignment)
    return [
        UnitChange(
            row.unit,
            sources.get(before.get(row.unit_id, 0)),
            row.territory,
            amount.get(row.unit_id, 0),
            customers.get(row.unit_id, 0),
        )
        for row in moved
        if row.part == UnitPart.BASE or customers.get(row.unit_id) or amount.get(row.unit_id)
    ]


def places(alignment: Alignment) -> list[tuple[int, int]]:
    """(unit id, territory id) of the base and coarser units."""
    rows = AlignmentUnit.objects.filter(alignment=alignment).exclude(part=UnitPart.FINER)
    return list(rows.order_by("unit_id").values_list("unit_id", "territory_id"))


def weights(alignment: Alignment) -> tuple[dict[int, int], dict[int, int]]:
    """Amount (fen) and customers per base and coarser unit: its own plus those of the finer units inside it."""
    values: dict[str, dict[int, int]] = {measure: {} for measure in FigureMeasure.values}
    for measure, unit, value in UnitFigure.objects.order_by("pk").values_list("measure", "unit_id", "value"):
        values[measure][unit] = value
    finer = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.FINER)
    inside = {
        code: (unit, parent)
        for unit, code, parent in finer.values_list("unit_id", "unit__code", "unit__parent_code")
    }
    if inside:
        above = dict(BasicUnit.objects.filter(placements__alignment=alignment).values_list("code", "pk"))
        for by_unit in values.values():
            for unit, parent in inside.values():
                while parent in inside:
                    parent = inside[parent][1]
                if parent in above and by_unit.get(unit):
                    by_unit[above[parent]] = by_unit.get(above[parent], 0) + by_unit[unit]
    return values[FigureMeasure.AMOUNT], values[FigureMeasure.CUSTOMERS]


def summary(alignment: Alignment, against: Alignment | None) -> dict[str, object]:
    """The diff in a few numbers and the first moved units, for an approval."""
    moved = changes(alignment, against)
    touched = {t.code for change in moved for t in (change.source, change.target) if t is not None}
    return {
        "moved_units": len(moved),
        "customers": sum(change.customers for change in moved),
        "moved_fen": sum(change.amount_fen for change in moved),
        "touched_territories": len(touched),
        "moves": [
            {
                "unit": change.unit.name,
                "from_territory": change.source.name if change.source else "",
                "to_territory": change.target.name,
                "customers": change.customers,
            }
            for change in moved[:20]
        ],
    }
