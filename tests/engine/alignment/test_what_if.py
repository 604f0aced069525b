import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import solve, verify, what_if
from tests.engine.alignment.maps import QUICK, grid, scattered

PROBLEM = scattered(60, 4, measures=2)
PLAN = solve(PROBLEM, QUICK).assignment


@pytest.mark.capability("TER7")
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 59), st.integers(0, 3))
def test_a_move_is_foretold_as_the_checker_finds_it(unit: int, territory: int) -> None:
    move = what_if(PROBLEM, PLAN, unit, territory)
    after = PLAN.copy()
    after[unit] = territory

    certificate = verify(PROBLEM, after)
    broken = {violation.territory for violation in certificate.violations if violation.rule == "pieces"}
    assert move.objective_change == pytest.approx(
        certificate.objective - verify(PROBLEM, PLAN).objective, abs=1e-6
    )
    assert move.donor_in_one_piece == (move.donor not in broken)
    assert move.receiver_in_one_piece == (territory not in broken)
    for row, touched in enumerate((move.donor, territory)):
        assert move.loads_after[row] == pytest.approx(PROBLEM.measures[after == touched].sum(axis=0))


def test_a_locked_unit_may_not_move() -> None:
    locks = np.full(16, -1)
    locks[5] = 0
    problem = grid(4, 4, 2, locks=locks)
    plan = np.repeat([0, 1], 8)

    assert not what_if(problem, plan, 5, 1).is_allowed
    assert what_if(problem, plan, 6, 1).is_allowed


def test_a_frozen_territory_takes_nothing() -> None:
    plan = np.repeat([0, 1], 8)
    problem = dataclasses.replace(grid(4, 4, 2), current=plan, frozen=frozenset({1}))

    assert not what_if(problem, plan, 6, 1).is_allowed
