import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import InvalidProblem, Problem, Seat, index, solve, verify, what_if
from tests.engine.alignment.maps import QUICK, grid, scattered

PROBLEM = scattered(60, 4, measures=2)
PLAN = solve(PROBLEM, QUICK).assignment
HALVES = np.repeat([0, 1], 8)
UNITS = st.lists(st.integers(0, 59), min_size=1, max_size=25)


@pytest.mark.capability("TER7")
@settings(max_examples=60, deadline=None)
@given(UNITS, st.integers(0, 3), st.booleans())
def test_a_move_is_foretold_as_the_checker_finds_it(
    units: list[int], territory: int, has_homes: bool
) -> None:
    seats = tuple(Seat(20.0 * j, 30.0) if j % 2 else Seat() for j in range(4))
    problem = dataclasses.replace(PROBLEM, territories=seats) if has_homes else PROBLEM
    move = what_if(problem, PLAN, units, territory)
    after = PLAN.copy()
    after[units] = territory

    was, becomes = verify(problem, PLAN), verify(problem, after)
    pieces = {found.territory: int(found.amount) for found in becomes.violations if found.rule == "pieces"}
    empty = {found.territory for found in becomes.violations if found.rule == "empty"}
    assert move.objective_change == pytest.approx(becomes.objective - was.objective, abs=1e-4)
    assert set(move.territories) == {*PLAN[units][PLAN[units] != territory], territory}
    for row, touched in enumerate(move.territories.tolist()):
        assert move.loads_before[row] == pytest.approx(problem.measures[touched == PLAN].sum(axis=0))
        assert move.loads_after[row] == pytest.approx(problem.measures[after == touched].sum(axis=0))
        assert move.pieces_after[row] == (0 if touched in empty else pieces.get(touched, 1))
    assert move.is_allowed == (not empty)


WISHES = st.fixed_dictionaries(
    {
        "locks": st.lists(st.sampled_from([-1, -1, 0, 1, 2, 3]), min_size=60, max_size=60),
        "groups": st.lists(st.sampled_from([-1, -1, -1, 0, 1, 2]), min_size=60, max_size=60),
        "apart": st.lists(st.integers(0, 59), min_size=2, max_size=4, unique=True),
        "frozen": st.sampled_from([frozenset[int](), frozenset({2})]),
        "max_moved": st.sampled_from([None, 0.1]),
    }
)


@settings(max_examples=80, deadline=None)
@given(WISHES, UNITS, st.integers(0, 3))
def test_a_forbidden_move_is_one_the_checker_would_refuse(
    wishes: dict[str, Any], units: list[int], territory: int
) -> None:
    wishes = {**wishes, "apart": (tuple(wishes["apart"]),), "current": PLAN}
    wishes["locks"] = np.where(np.asarray(wishes["locks"]) == PLAN, PLAN, -1)
    try:
        problem = dataclasses.replace(PROBLEM, **wishes)
    except InvalidProblem:
        return
    after = PLAN.copy()
    after[units] = territory

    def broken(plan: np.ndarray) -> set[tuple[str, int | None]]:
        found = verify(problem, plan).violations
        return {(one.rule, one.unit) for one in found if one.rule not in ("pieces", "tolerance")}

    move = what_if(problem, PLAN, units, territory)
    fresh = {rule for rule, _unit in broken(after) - broken(PLAN)}
    assert fresh <= {objection.rule for objection in move.objections}
    assert {objection.rule for objection in move.objections} <= {rule for rule, _unit in broken(after)}


def test_an_index_answers_like_a_fresh_question() -> None:
    ready = index(PROBLEM, PLAN)
    moved = ready.moved([3, 4], 1)
    after = PLAN.copy()
    after[[3, 4]] = 1

    for first, second in (
        (what_if(PROBLEM, moved, 9, 2), what_if(PROBLEM, after, 9, 2)),
        (ready.ask([9], 2), what_if(PROBLEM, PLAN, 9, 2)),
    ):
        assert first.objective_change == second.objective_change
        assert (first.loads_after == second.loads_after).all()


def test_a_locked_unit_may_not_move() -> None:
    locks = np.full(16, -1)
    locks[5] = 0
    problem = grid(4, 4, 2, locks=locks)

    assert [found.rule for found in what_if(problem, HALVES, 5, 1).objections] == ["lock"]
    assert what_if(problem, HALVES, 6, 1).is_allowed


def test_a_frozen_territory_takes_nothing() -> None:
    problem = dataclasses.replace(grid(4, 4, 2, current=HALVES), frozen=frozenset({1}))

    assert not what_if(problem, HALVES, 6, 1).is_allowed


def test_units_and_territories_that_do_not_exist_are_refused() -> None:
    for units, territory in (([99], 0), ([0], 7)):
        with pytest.raises(InvalidProblem):
            what_if(grid(4, 4, 2), HALVES, units, territory)
    with pytest.raises(InvalidProblem):
        index(grid(4, 4, 2), HALVES[:3])


def test_virtual_links_count_as_neighbours() -> None:
    island = Problem(np.r_[0, 10, 50.0, 60], np.zeros(4), np.ones(4), 2, edges=np.asarray([[0, 1], [2, 3]]))
    plan, bridge = np.asarray([0, 0, 1, 1]), np.asarray([[1, 2]])

    assert what_if(island, plan, 2, 0).pieces_after.tolist() == [1, 2]
    assert what_if(island, plan, 2, 0, links=bridge).pieces_after.tolist() == [1, 1]
