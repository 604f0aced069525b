"""What a draft changes against the alignment it would replace."""

from dataclasses import dataclass

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.alignments import figures
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
    amount, customers = (
        with_parts(figures(m), alignment) for m in (FigureMeasure.AMOUNT, FigureMeasure.CUSTOMERS)
    )
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


def with_parts(values: dict[int, int], alignment: Alignment) -> dict[int, int]:
    """Figures per base and coarser unit: a base unit's own plus those of the finer units inside it."""
    rows = AlignmentUnit.objects.filter(alignment=alignment).values_list(
        "unit_id", "unit__code", "unit__parent_code", "part"
    )
    known = list(rows)
    by_code = {code: (unit, parent, part) for unit, code, parent, part in known}
    total = {unit: values.get(unit, 0) for unit, _, _, part in known if part != UnitPart.FINER}
    for unit, _, parent, part in known:
        if part != UnitPart.FINER or not values.get(unit):
            continue
        above = parent
        while above in by_code and by_code[above][2] == UnitPart.FINER:
            above = by_code[above][1]
        if above in by_code:
            total[by_code[above][0]] += values[unit]
    return total


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
