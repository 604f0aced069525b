"""Which measures the alarm watches and within what band: those every plan is told by, and those it was balanced by.

Sales, customers and workload are kept as the units weigh; market data and the model of potential are read as they are
known today, and the composite index is reckoned anew with the weights of the alignment. Units do not change in number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from quyu.apps.drift.models import DriftRule
from quyu.apps.territories.choices import UnitPart
from quyu.apps.territories.measures import COMPOSITE, RECORDED, UNITS, Measure
from quyu.apps.territories.models import Alignment, AlignmentUnit
from quyu.apps.territories.selectors import balanced_of
from quyu.apps.territories.selectors.criteria import weights_of
from quyu.apps.territories.selectors.measures import unit_values
from quyu.apps.territories.services.criteria import INDEX, WHOLE_BP, share


@dataclass(frozen=True)
class Watched:
    """A measure, the name its months are kept under, and the band: the tolerance of the plan, else that of the company."""

    measure: Measure
    kept_as: str
    limit_bp: int
    is_own: bool


def watched(alignment: Alignment, rule: DriftRule) -> tuple[Watched, ...]:
    """What the company records, then what else the alignment balances."""
    says = bool(alignment.method.get("criteria")) or "tolerance_bp" in alignment.method
    own = {one.measure: one.tolerance_bp for one in balanced_of(alignment)} if says else {}
    measures = dict.fromkeys((*RECORDED, *own))
    return tuple(
        Watched(one, kept_as(one, alignment), own.get(one, rule.threshold_bp), one in own)
        for one in measures
        if one != UNITS
    )


def kept_as(measure: Measure, alignment: Alignment) -> str:
    """An index is that of its alignment: another one weighs otherwise."""
    return f"{measure}:{alignment.pk}" if measure == COMPOSITE else str(measure)


def known_now(one: Watched, alignment: Alignment, at: date) -> Mapping[str, int]:
    """Value of each base unit today of what is not recorded."""
    rows = AlignmentUnit.objects.filter(alignment=alignment, part=UnitPart.BASE).order_by("unit__code")
    fields = rows.values_list("unit__code", "territory__org_unit_id")
    if one.measure == COMPOSITE:
        return index_now(alignment, dict(fields), at)
    values = unit_values(str(one.measure), alignment.level, at)
    return {code: round(values[code]) for code, _unit in fields if code in values}


def index_now(alignment: Alignment, regions: Mapping[str, int], at: date) -> Mapping[str, int]:
    """The composite index of each unit, one million in each region, as the values of its criteria are today."""
    weighed = weights_of(alignment)
    values = {measure: unit_values(str(measure), alignment.level, at) for measure, _weight in weighed}
    together = not alignment.method.get("per_org_unit", True)
    groups: dict[int, list[str]] = {}
    for code, unit in regions.items():
        groups.setdefault(0 if together else unit, []).append(code)
    found: dict[str, int] = {}
    for codes in groups.values():
        total = np.zeros(len(codes))
        for measure, weight in weighed:
            column = np.array([max(values[measure].get(code, 0.0), 0.0) for code in codes])
            total += weight / WHOLE_BP * share(column, measure)
        found |= {code: round(value) for code, value in zip(codes, (total * INDEX).tolist(), strict=True)}
    return found
