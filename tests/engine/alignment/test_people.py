"""How many seats, and who sits where."""

import dataclasses
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import InvalidProblem, Person, Problem, StaffWeights, assign_people, seats_needed
from tests.engine.alignment.maps import scattered

PARTS = st.lists(st.floats(0.1, 1.0), max_size=12)


@pytest.mark.capability("TER8", "ORG9")
@settings(max_examples=200, deadline=None)
@given(
    st.floats(0, 50_000),
    st.floats(500, 2000),
    PARTS,
    st.lists(st.floats(0, 1), max_size=6),
    st.floats(0.5, 1),
)
def test_the_seats_carry_the_workload_and_one_less_would_not(
    workload: float, capacity: float, in_post: list[float], ramp: list[float], utilisation: float
) -> None:
    found = seats_needed(workload, capacity, in_post=in_post, ramp=ramp, utilisation=utilisation)

    newcomer = (sum(ramp) + 12 - len(ramp)) / 12
    stays = sorted(in_post)[found.surplus :]
    carried = (sum(stays) + found.newcomers * newcomer) * capacity * utilisation
    assert found.newcomer == pytest.approx(newcomer)
    assert found.needed == len(stays) + found.newcomers
    assert carried >= workload * (1 - 1e-8) - 1e-4
    assert not (found.newcomers and found.surplus)
    if found.newcomers:
        assert carried - newcomer * capacity * utilisation < workload * (1 + 1e-8) + 1e-4
    elif stays:
        assert carried - stays[0] * capacity * utilisation < workload * (1 + 1e-8) + 1e-4
    assert "{" not in str(found.reason)


def test_a_slow_start_asks_for_more_people() -> None:
    at_once = seats_needed(12_000, 1000, in_post=[1.0] * 8)
    slowly = seats_needed(12_000, 1000, in_post=[1.0] * 8, ramp=[0, 0, 0.25, 0.5, 0.75], starts_in=1)

    assert (at_once.newcomers, slowly.newcomers) == (4, 7)
    assert slowly.newcomer == pytest.approx(7.5 / 12)


def test_numbers_without_sense_are_refused() -> None:
    senseless: list[tuple[float, float, dict[str, Any]]] = [
        (-1, 1, {}),
        (1, 0, {}),
        (1, 1, {"periods": 0}),
        (1, 1, {"utilisation": 2}),
    ]
    for workload, capacity, more in senseless:
        with pytest.raises(InvalidProblem):
            seats_needed(workload, capacity, **more)
    with pytest.raises(InvalidProblem, match="来不及"):
        seats_needed(5, 1, starts_in=12)


def place(seed: int, count: int, people: int) -> tuple[Problem, np.ndarray, list[Person]]:
    rng = np.random.default_rng(seed)
    problem = scattered(40, count, seed=seed, measures=2)
    plan = np.r_[np.arange(count), rng.integers(0, count, 40 - count)]
    needs = [frozenset({"激光"}) if rng.random() < 0.2 else frozenset[str]() for _unit in range(40)]
    staff = [
        Person(
            rng.uniform(0, 100),
            rng.uniform(0, 100),
            capacity=rng.uniform(0.5, 1.5),
            ability=float(rng.integers(1, 5)),
            skills=frozenset({"激光"}) if rng.random() < 0.5 else frozenset(),
        )
        for _person in range(people)
    ]
    return dataclasses.replace(problem, needs=needs), plan, staff


@pytest.mark.capability("TER8", "ORG9")
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 5))
def test_no_other_placement_costs_less(seed: int, count: int, people: int) -> None:
    problem, plan, staff = place(seed, count, people)
    served = np.random.default_rng(seed).integers(-1, people, 40)
    alone = {
        (p, j): one.cost
        for p in range(people)
        for j in range(count)
        for one in [
            assign_people(problem, plan, staff, served_by=served, fixed={p: j}).placements[j],
        ]
    }

    found = assign_people(problem, plan, staff, served_by=served)

    most = min(people, count)
    least = min(
        sum(alone[p, j] for p, j in zip(who, where, strict=False))
        for who in permutations(range(people), most)
        for where in permutations(range(count), most)
    )
    assert found.cost == pytest.approx(least)
    placed = [one.person for one in found.placements if one.person is not None]
    assert len(placed) == len(set(placed)) == most
    assert set(placed) | set(found.unplaced) == set(range(people))
    assert all("{" not in str(reason) for one in found.placements for reason in one.reasons)


def test_each_aspect_decides_when_it_alone_counts() -> None:
    x = np.asarray([0.0, 0, 100, 100])
    problem = Problem(x, np.zeros(4), np.asarray([1.0, 1, 3, 3]), 2)
    plan = np.asarray([0, 0, 1, 1])
    people = [Person(90, 0, capacity=0.5, ability=1), Person(10, 0, capacity=1.5, ability=2)]

    def by(**aspect: float) -> list[int | None]:
        weights = StaffWeights(
            **{**dict.fromkeys(("distance", "capacity", "ability", "relations", "skills"), 0.0), **aspect}
        )
        served = np.asarray([0, -1, 1, 1])
        return [
            one.person
            for one in assign_people(problem, plan, people, weights=weights, served_by=served).placements
        ]

    assert by(distance=1) == [1, 0]
    assert by(capacity=1) == [0, 1]
    assert by(ability=1) == [0, 1]
    assert by(relations=1) == [0, 1]


def test_pairs_are_kept_and_ruled_out() -> None:
    problem, plan, staff = place(5, 3, 3)

    held = assign_people(problem, plan, staff, fixed={2: 0})
    barred = assign_people(problem, plan, staff, ruled_out=[(p, 1) for p in range(3)])

    assert held.placements[0].person == 2
    assert barred.placements[1].person is None
    assert [reason.code for reason in barred.placements[1].reasons] == ["vacant"]
    assert len(barred.unplaced) == 1


def test_pairs_that_contradict_each_other_are_refused() -> None:
    problem, plan, staff = place(5, 3, 3)

    contradictions: list[dict[str, Any]] = [
        {"fixed": {0: 9}},
        {"fixed": {0: 1, 1: 1}},
        {"fixed": {0: 1}, "ruled_out": [(0, 1)]},
    ]
    for wishes in contradictions:
        with pytest.raises(InvalidProblem):
            assign_people(problem, plan, staff, **wishes)
    with pytest.raises(InvalidProblem):
        assign_people(problem, plan, staff, served_by=np.full(40, 7))


def test_the_territory_with_most_potential_is_among_the_first_of_so_many() -> None:
    problem = Problem(np.zeros(4), np.zeros(4), np.asarray([1.0, 2.0, 3.0, 4.0]), 4)

    found = assign_people(problem, np.arange(4), [Person(ability=float(n)) for n in range(4)])

    said = [str(reason) for one in found.placements for reason in one.reasons if reason.code == "ability"]
    assert [line.rpartition("排在前 ")[2] for line in said] == ["100%", "75%", "50%", "25%"]
