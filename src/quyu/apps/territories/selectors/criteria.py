"""What an alignment balances, as it says itself, in words and units."""

from dataclasses import dataclass

from quyu.apps.market import selectors as market
from quyu.apps.market.choices import Direction, Known
from quyu.apps.territories.measures import (
    AMOUNT,
    COMPOSITE,
    CUSTOMERS,
    MARKET,
    POTENTIAL,
    RECORDED,
    UNITS,
    Measure,
)
from quyu.apps.territories.models import Alignment, AlignmentFigure

TOLERANCE_BP = 1_000
"""A territory within 10 % of the mean of its region counts as balanced, unless the alignment says otherwise."""


@dataclass(frozen=True)
class Balanced:
    """A measure an alignment balances, and by how much a territory may be off."""

    measure: Measure
    tolerance_bp: int


def of_market(one: Known) -> Measure:
    """An indicator as a measure of units."""
    return Measure(
        f"{MARKET}{one.code}",
        one.label,
        one.unit,
        is_share=not one.adds_up,
        is_less_better=one.direction == Direction.LESS,
    )


def known_measures() -> dict[str, Measure]:
    """Every measure by its code."""
    own = (*RECORDED, UNITS, POTENTIAL, COMPOSITE)
    return {str(one): one for one in (*own, *map(of_market, market.indicators()))}


def balanced_of(alignment: Alignment) -> tuple[Balanced, ...]:
    """The measures an alignment balances, the one of compactness first; sales when it was made by other means."""
    said = alignment.method.get("criteria") or [{"measure": alignment.method.get("measure", AMOUNT)}]
    tolerance = int(alignment.method.get("tolerance_bp", TOLERANCE_BP))
    known = {str(one): one for one in (*RECORDED, UNITS, COMPOSITE)}
    if any(row["measure"] not in known for row in said):
        known = known_measures()
    return tuple(
        Balanced(known.get(row["measure"], AMOUNT), int(row.get("tolerance_bp", tolerance))) for row in said
    )


def measured_of(alignment: Alignment) -> tuple[Measure, ...]:
    """What is told of every territory: sales and customers, then whatever else the alignment balances."""
    return tuple(dict.fromkeys((AMOUNT, CUSTOMERS, *(one.measure for one in balanced_of(alignment)))))


def tolerance_of(balanced: tuple[Balanced, ...], measure: str) -> int:
    """By how much a territory may be off (bp): as its measure says, the first one's where it is not balanced."""
    return next((one.tolerance_bp for one in balanced if one.measure == measure), balanced[0].tolerance_bp)


def weights_of(alignment: Alignment) -> list[tuple[Measure, int]]:
    """The criteria of the index with their weights (bp); none without an index."""
    said = alignment.method.get("weights", [])
    known = known_measures() if said else {}
    return [
        (known.get(row["measure"]) or Measure(row["measure"], row["label"]), int(row["weight_bp"]))
        for row in said
    ]


def weighed(alignment: Alignment) -> list[tuple[str, int, int]]:
    """Measure, unit id and value of what only this alignment keeps; asks nothing when it balances what others keep."""
    said = {row["measure"] for row in alignment.method.get("criteria", [])}
    if said <= {*RECORDED, UNITS}:
        return []
    rows = AlignmentFigure.objects.filter(alignment=alignment).order_by("pk")
    return list(rows.values_list("measure", "unit_id", "value"))
