"""What the units of a draft weigh by every measure it balances, and what a territory should carry of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.measures import AMOUNT, CUSTOMERS, UNITS
from quyu.apps.territories.models import Alignment, UnitFigure
from quyu.apps.territories.selectors.criteria import Balanced, balanced_of, weighed
from quyu.apps.territories.selectors.standing import MEASURES, Standing
from quyu.platform.geography.models import BasicUnit

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Columns:
    """`weights`: units of the standing x measures, none negative. `means`: territories x measures, over the org unit."""

    balanced: tuple[Balanced, ...]
    weights: Floats
    means: Floats

    @property
    def tolerances(self) -> tuple[float, ...]:
        return tuple(one.tolerance_bp / 10_000 for one in self.balanced)


def columns(alignment: Alignment, standing: Standing) -> Columns:
    """Every measure the alignment balances, finer units counted with the unit of the standing they lie in."""
    balanced = balanced_of(alignment)
    own: dict[str, dict[int, int]] = {}
    for measure, unit, value in weighed(alignment):
        own.setdefault(measure, {})[unit] = value
    made = [np.maximum(column(str(one.measure), standing, own), 0.0) for one in balanced]
    weights = np.column_stack(made)
    stray = np.zeros((len(standing.territories), len(balanced)))
    for spot, one in enumerate(balanced):
        if one.measure in (AMOUNT, CUSTOMERS):
            stray[:, spot] = standing.stray[:, MEASURES.index(str(one.measure))]
    return Columns(balanced, weights, means(alignment, standing, weights, stray))


def column(measure: str, standing: Standing, own: dict[str, dict[int, int]]) -> Floats:
    """One measure of every unit of the standing."""
    if measure in (AMOUNT, CUSTOMERS):
        return standing.weights[:, MEASURES.index(measure)].astype(np.float64)
    if measure == UNITS:
        return standing.is_base.astype(np.float64)
    if measure in own:
        return np.array([own[measure].get(unit, 0) for unit in standing.ids.tolist()], dtype=np.float64)
    found = np.zeros(len(standing.ids))
    above = dict(BasicUnit.objects.values_list("code", "parent_code"))
    for code, value in UnitFigure.objects.filter(measure=measure).values_list("unit__code", "value"):
        while code not in standing.spot_of and code in above:
            code = above[code]
        if code in standing.spot_of:
            found[standing.spot_of[code]] += value
    return found


def means(alignment: Alignment, standing: Standing, weights: Floats, stray: Floats) -> Floats:
    """What each territory should still get beside what lies in none of its units: the mean of its org unit."""
    loads = stray.copy()
    np.add.at(loads, standing.place, weights)
    held = standing.counts > 0
    together = not alignment.method.get("per_org_unit", True)
    found = np.zeros_like(loads)
    for unit in np.unique(standing.org_units):
        here = standing.org_units == unit
        peers = held if together else held & here
        found[here] = loads[peers].sum(axis=0) / max(int(peers.sum()), 1)
    return np.maximum(found - stray, 0.0)
