"""How many seats a workload needs, when newcomers take time to reach their full capacity."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quyu.engine.alignment.result import Reason
from quyu.engine.alignment.validation import InvalidProblem


@dataclass(frozen=True, slots=True)
class SeatCount:
    """How many seats, and why.

    needed: seats in all; newcomers: to be hired; surplus: people in post who are not needed. exact: full seats the
    workload asks for, before rounding. capacity_in_post: full seats the people in post stand for; newcomer: what
    one newcomer stands for in the period. utilisation: workload over the capacity of all seats then.
    """

    needed: int
    newcomers: int
    surplus: int
    exact: float
    capacity_in_post: float
    newcomer: float
    utilisation: float
    reason: Reason


def ramped(ramp: Sequence[float], periods: int, starts_in: int = 0) -> float:
    """What a newcomer stands for over so many periods: nothing before the start, then the ramp, then 1."""
    worked = [*([0.0] * starts_in), *ramp]
    return sum(worked[at] if at < len(worked) else 1.0 for at in range(periods)) / periods


def seats_needed(
    workload: float,
    capacity: float,
    *,
    in_post: Sequence[float] = (),
    ramp: Sequence[float] = (),
    periods: int = 12,
    starts_in: int = 0,
    utilisation: float = 1.0,
) -> SeatCount:
    """Seats for a workload, both in the same unit (hours, visits) over the same periods (months).

    capacity: what a full seat does. in_post: what each person in post stands for (1 full, 0.5 half time). ramp:
    productivity of a newcomer in the first, second, ... period after starting in period `starts_in`. utilisation:
    the part of the capacity that may be planned. Raises InvalidProblem for numbers that make no sense.
    """
    parts = (*in_post, *ramp)
    sound = all(math.isfinite(part) and part >= 0 for part in (workload, *parts))
    if not (sound and capacity > 0 and periods > 0 and 0 < utilisation <= 1 and starts_in >= 0):
        raise InvalidProblem(
            "bad_seats", "工作量、承载能力、在岗与爬坡要是不小于零的数，承载能力与期数要大于零"
        )
    exact = workload / (capacity * utilisation)
    present, newcomer = math.fsum(in_post), ramped(ramp, periods, starts_in)
    missing = exact - present
    if missing > 1e-9 and newcomer <= 0:
        raise InvalidProblem(
            "newcomers_too_late",
            "还差 {missing:.1f} 个人的工作量，而新人在这 {periods} 期里来不及上手；请提前到岗或减少工作量",
            missing=missing,
            periods=periods,
        )
    newcomers = math.ceil(missing / newcomer - 1e-9) if missing > 1e-9 else 0
    surplus = _surplus(in_post, exact)
    full = (present + newcomers * newcomer) * capacity
    return SeatCount(
        needed=len(in_post) + newcomers - surplus,
        newcomers=newcomers,
        surplus=surplus,
        exact=exact,
        capacity_in_post=present,
        newcomer=newcomer,
        utilisation=workload / full if full > 0 else 0.0,
        reason=Reason(
            "seats_needed",
            "工作量相当于 {exact:.2f} 个满负荷的人；在岗 {people} 人抵 {present:.2f} 人，新人当期抵 {newcomer:.2f} 人：增 {newcomers} 人，余 {surplus} 人",
            {
                "exact": exact,
                "people": len(in_post),
                "present": present,
                "newcomer": newcomer,
                "newcomers": newcomers,
                "surplus": surplus,
            },
        ),
    )


def _surplus(in_post: Sequence[float], exact: float) -> int:
    """How many could go, those who stand for least first, with the workload still covered."""
    left, count = math.fsum(in_post), 0
    for part in sorted(in_post):
        if left - part < exact - 1e-9:
            break
        left -= part
        count += 1
    return count
