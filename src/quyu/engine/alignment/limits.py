"""Wishes that count heads instead of loads: units kept apart, skills that a seat must have.

Each becomes one more column of the search with a most per territory and no least: a unit kept apart counts 1 and
a territory takes 1; a unit that needs a skill counts 1 and a seat without the skill takes none.
"""

from dataclasses import dataclass

import numpy as np

from quyu.engine.alignment.arrays import Floats, Ints, column_sums
from quyu.engine.alignment.problem import Problem

MARGIN = 1e-6


@dataclass(frozen=True, eq=False)
class Limits:
    """share: units x limits; most: territories x limits, infinite where a territory takes any number."""

    share: Floats
    most: Floats


def columns(problem: Problem, unit: Ints, count: int) -> Limits:
    """The limits of a problem; `unit` says which of `count` grouped units each unit went into."""
    share, most = [], []
    for units in problem.apart:
        if len(units) > 1:
            column = np.zeros(problem.unit_count)
            column[list(units)] = 1.0
            share.append(column)
            most.append(np.full(problem.territory_count, 1.0 + MARGIN))
    for skill in _skills(problem):
        share.append(np.asarray([float(skill in needed) for needed in problem.needs or ()]))
        seats = problem.territories if not isinstance(problem.territories, int) else ()
        most.append(np.asarray([np.inf if skill in seat.skills else MARGIN for seat in seats]))
    if not share:
        return Limits(np.empty((count, 0)), np.empty((problem.territory_count, 0)))
    return Limits(column_sums(unit, np.column_stack(share), count), np.column_stack(most))


def _skills(problem: Problem) -> list[str]:
    """Skills that some unit needs and some seat lacks."""
    if problem.needs is None or isinstance(problem.territories, int):
        return []
    everybody = frozenset.intersection(*(seat.skills for seat in problem.territories))
    return sorted(frozenset().union(*problem.needs) - everybody)
