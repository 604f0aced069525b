"""What the units of a draft weigh by every measure it balances, and what a territory should carry of each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.apps.territories.models import Alignment
from quyu.apps.territories.selectors.criteria import Balanced, balanced_of
from quyu.apps.territories.selectors.standing import Standing

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
    spots = [standing.measures.index(str(one.measure)) for one in balanced]
    weights = np.maximum(standing.weights[:, spots].astype(np.float64), 0.0)
    stray = standing.stray[:, spots].astype(np.float64)
    return Columns(balanced, weights, means(alignment, standing, weights, stray))


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
