"""Minutes a year of each unit: visits x minutes a visit, the way out and back, the way between customers.

A trip visits `stops` customers of one unit, so a visit bears 2/stops of the way between home and unit (Daganzo,
Transportation Science 18, 1984: 2 r n / C) and (stops - 1)/stops of a leg between neighbouring customers. A leg
is what a shortest tour through n customers spread over an area A has in the mean, 0.7124 sqrt(A / n) (Beardwood,
Halton, Hammersley, Proc. Camb. Phil. Soc. 55, 1959; the constant: Johnson, McGeoch, Rothberg, SODA 1996).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quyu.engine.workload.standard import InvalidStandard, Standard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOUR = 0.7124
"""Length of a shortest tour over sqrt(n A), in the limit."""


@dataclass(frozen=True, eq=False)
class Workload:
    """Per unit: visits a year, and whole minutes a year at customers, from and to home, between customers.

    one_way: minutes between home and unit, leg: minutes between neighbours; NaN where nothing tells them, and
    then no travel of that kind is counted.
    """

    visits: Ints
    onsite: Ints
    from_home: Ints
    between: Ints
    one_way: Floats
    leg: Floats

    @property
    def total(self) -> Ints:
        """Whole minutes a year: exactly the sum of the parts."""
        found: Ints = self.onsite + self.from_home + self.between
        return found


def workload(
    customers: Ints,
    standard: Standard,
    *,
    home_km: Floats | None = None,
    area_km2: Floats | None = None,
    home_minutes: Floats | None = None,
    leg_minutes: Floats | None = None,
) -> Workload:
    """The minutes of each unit. customers: units x classes, counts.

    home_km: straight line from home to the middle of the unit; area_km2: of the unit; NaN where unknown.
    home_minutes, leg_minutes: travel times that are known (a travel matrix) and stand in place of the estimate.
    """
    counts = np.asarray(customers, dtype=np.int64)
    if counts.ndim != 2 or counts.shape[1] != len(standard.visits) or counts.min(initial=0) < 0:
        raise InvalidStandard("bad_customers", "客户数要按单元和分级给出，且不能为负")
    size, travel = len(counts), standard.travel
    rate = np.asarray(standard.visits, dtype=np.int64)
    visits = counts @ rate
    onsite = counts @ (rate * np.asarray(standard.minutes, dtype=np.int64))
    area, home = _given(area_km2, size), _given(home_km, size)
    visited = (counts * (rate > 0)).sum(axis=1)
    inside = np.where(np.isfinite(area), area, 0.0)
    estimate = travel.minutes(1.0) * np.sqrt(home**2 + inside / (2 * math.pi))
    one_way = _known(home_minutes, estimate)
    spread = TOUR * np.sqrt(area / np.maximum(visited, 1))
    leg = _known(leg_minutes, travel.minutes(1.0) * spread)
    return Workload(
        visits=visits,
        onsite=onsite,
        from_home=_whole(visits * 2 * one_way / travel.stops),
        between=_whole(visits * leg * (travel.stops - 1) / travel.stops),
        one_way=one_way,
        leg=leg,
    )


def capacity_minutes(working_days: int, minutes_a_day: int, selling_bp: int) -> int:
    """What a full-time person can give to customers in so many days; `selling_bp` of the day is left for them."""
    if working_days < 0 or minutes_a_day < 0 or not 0 <= selling_bp <= 10_000:
        raise InvalidStandard("bad_capacity", "工作日和每天时长不能为负，客户时间占比要在 0 到 100% 之间")
    return working_days * minutes_a_day * selling_bp // 10_000


def _given(values: Floats | None, size: int) -> Floats:
    if values is None:
        return np.full(size, np.nan)
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (size,) or (found[np.isfinite(found)] < 0).any():
        raise InvalidStandard("bad_distances", "距离、面积和时间要每个单元一个，且不能为负")
    return found


def _known(given: Floats | None, estimate: Floats) -> Floats:
    """What is given, else the estimate."""
    known = _given(given, len(estimate))
    return np.where(np.isfinite(known), known, estimate)


def _whole(minutes: Floats) -> Ints:
    """Rounded half up; what is unknown counts as nothing."""
    return np.floor(np.where(np.isfinite(minutes), minutes, 0.0) + 0.5).astype(np.int64)
