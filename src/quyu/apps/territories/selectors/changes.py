"""What a draft changes against the alignment it would replace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from quyu.apps.territories.choices import FigureMeasure, UnitPart
from quyu.apps.territories.models import Alignment, AlignmentUnit, Territory
from quyu.apps.territories.selectors.reading import Reading, read
from quyu.platform.geography.models import BasicUnit
from quyu.platform.people.scope import everything


@dataclass(frozen=True)
class UnitChange:
    """One unit that goes from one territory to another (`source` None: it had none before)."""

    unit: BasicUnit
    source: Territory | None
    target: Territory
    amount_fen: int
    customers: int


def changes(
    alignment: Alignment,
    against: Alignment | None,
    *,
    reading: Reading | None = None,
    before: Mapping[int, int] | None = None,
) -> list[UnitChange]:
    """Moved units by code; finer units are not listed, but their figures count with the unit they lie in.

    A page that has read the alignment, or the `places` of the one before, gives them.
    """
    known = reading or read(alignment, scope=everything(), at=date.min)
    held = before if before is not None else dict(places(against)) if against else {}
    moved = [
        row for row in known.rows if row.part != UnitPart.FINER and held.get(row.unit_id) != row.territory_id
    ]
    territories = {territory.pk: territory for territory in known.territories}
    gone = {held[row.unit_id] for row in moved if row.unit_id in held} - set(territories)
    territories |= Territory.objects.in_bulk(gone) if gone else {}
    amount, customers = weights(known)
    return [
        UnitChange(
            row.unit,
            territories.get(held.get(row.unit_id, 0)),
            territories[row.territory_id],
            amount.get(row.unit_id, 0),
            customers.get(row.unit_id, 0),
        )
        for row in moved
        if row.part == UnitPart.BASE or customers.get(row.unit_id) or amount.get(row.unit_id)
    ]


def places(alignment: Alignment) -> list[tuple[int, int]]:
    """(unit id, territory id) of the base and coarser units."""
    found = places_of([alignment.pk]).get(alignment.pk, [])
    return [(unit, territory) for unit, territory, _part in found]


def places_of(alignment_ids: Iterable[int]) -> dict[int, list[tuple[int, int, str]]]:
    """Alignment -> (unit id, territory id, part) of its base and coarser units; one query."""
    rows = AlignmentUnit.objects.filter(alignment__in=[*alignment_ids]).exclude(part=UnitPart.FINER)
    found: dict[int, list[tuple[int, int, str]]] = {}
    fields = ("alignment_id", "unit_id", "territory_id", "part")
    for alignment, unit, territory, part in rows.order_by("unit_id").values_list(*fields):
        found.setdefault(alignment, []).append((unit, territory, part))
    return found


def weights(reading: Reading) -> tuple[dict[int, int], dict[int, int]]:
    """Amount (fen) and customers per base and coarser unit: its own plus those of the finer units inside it."""
    amount, customers = (
        gathered(reading, reading.figures[measure])
        for measure in (FigureMeasure.AMOUNT, FigureMeasure.CUSTOMERS)
    )
    return amount, customers


def gathered(reading: Reading, values: Mapping[int, int]) -> dict[int, int]:
    """Values by unit id with those of finer units added to the unit they lie in."""
    found = dict(values)
    finer = [row for row in reading.rows if row.part == UnitPart.FINER]
    inside = {row.unit.code: row.unit.parent_code for row in finer}
    above = {row.unit.code: row.unit_id for row in reading.rows}
    for row in finer:
        parent = row.unit.parent_code
        while parent in inside:
            parent = inside[parent]
        if parent in above and found.get(row.unit_id):
            found[above[parent]] = found.get(above[parent], 0) + found[row.unit_id]
    return found


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
