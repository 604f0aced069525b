"""Every wish and every flaw of the input at once: refused by name, or a plan that the checker agrees with."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quyu.engine.alignment import (
    Certificate,
    InvalidProblem,
    Params,
    Seat,
    check,
    index,
    reoptimise,
    solve,
    verify,
)
from quyu.engine.alignment.arrays import Ints
from tests.engine.alignment.maps import scattered

QUICK = Params(steps_per_unit=300, starts=1)
SAID = {"tolerance", "pieces", "apart", "skill"}
"""Rules that may be out of reach; the reasons say so."""


def muddle(rng: np.random.Generator, count: int, territories: int) -> dict[str, Any]:
    """A random choice of flaws and wishes, each now and then."""

    def now_and_then(wish: object, chance: float = 0.3) -> object:
        return wish if rng.random() < chance else None

    def some(values: Ints, share: float = 0.25) -> Ints:
        found: Ints = np.where(rng.random(count) < share, values, -1)
        return found

    seats = tuple(
        Seat(
            rng.uniform(0, 100),
            rng.uniform(0, 100),
            rng.uniform(0.5, 2),
            frozenset("a" if rng.random() < 0.6 else ""),
        )
        for _seat in range(territories)
    )
    current = now_and_then(rng.integers(-1, territories, count), 0.5)
    wishes = {
        "territories": now_and_then(seats),
        "needs": now_and_then([frozenset("a" if rng.random() < 0.1 else "") for _unit in range(count)]),
        "current": current,
        "locks": now_and_then(some(rng.integers(0, territories, count))),
        "groups": now_and_then(some(rng.integers(0, 4, count))),
        "apart": now_and_then((tuple(rng.choice(count, 2, replace=False).tolist()),)),
        "splittable": now_and_then(rng.random(count) < 0.5),
        "frozen": None if current is None else now_and_then(frozenset({int(rng.integers(territories))})),
        "max_moved": None if current is None else now_and_then(float(rng.choice([0.0, 0.05, 0.3])), 0.5),
    }
    return {name: wish for name, wish in wishes.items() if wish is not None}


@pytest.mark.capability("TER6", "TER7")
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
@example(293)
@example(300)
@example(1005)
@example(1060)
@example(20315)
@example(20565)
def test_refused_by_name_or_solved_as_the_checker_sees_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(8, 45))
    territories = int(rng.integers(1, min(6, count)))
    plain = scattered(count, territories, seed=seed, measures=int(rng.integers(1, 3)), tolerance=0.2)
    plain.measures[rng.integers(count)] *= 20 if rng.random() < 0.3 else 1
    plain.measures[rng.random(count) < rng.choice([0, 0, 0.3])] = 0
    plain.x[rng.random(count) < rng.choice([0, 0, 0.2, 1])] = np.nan
    assert plain.edges is not None
    edges = plain.edges[rng.random(len(plain.edges)) < rng.choice([0.0, 0.5, 1, 1])]
    try:
        problem = dataclasses.replace(plain, edges=edges, **muddle(rng, count, territories))
    except InvalidProblem:
        return

    forecast = check(problem)
    result = solve(problem, dataclasses.replace(QUICK, finish=seed % 4 == 0), seed=seed)

    checked = verify(problem, result.assignment, links=result.links, shares=result.shares)
    rules = {found.rule for found in checked.violations}
    codes = {reason.code for reason in result.reasons}
    assert rules <= SAID | ({"empty"} & codes)
    assert ("pieces" in rules) != result.contiguous
    assert ("tolerance" in rules) != result.is_within_tolerance
    assert checked.objective == pytest.approx(result.objective, abs=1e-6)
    assert result.lower_bound <= result.objective * (1 + 1e-9)
    assert forecast.is_possible or rules
    assert ("apart" in rules, "skill" in rules) == ("not_apart" in codes, "skill_missing" in codes)
    spoken = (*forecast.impossible, *forecast.warnings, *result.reasons)
    assert all("{" not in str(reason) for reason in spoken)
    asked = index(problem, result.assignment, links=result.links).ask([0, count - 1], territories - 1)
    assert len(asked.territories) == len(asked.loads_after)
    if not result.shares and set(range(territories)) - set(problem.frozen):
        again = reoptimise(problem, result.assignment, range(territories), QUICK, links=result.links)
        after = verify(problem, again.assignment, links=result.links)
        fewer = torn(after) < torn(checked)
        assert {found.rule for found in after.violations} <= rules | ({"tolerance"} if fewer else set())


def torn(checked: Certificate) -> float:
    """Pieces too many."""
    return sum(found.amount - 1 for found in checked.violations if found.rule == "pieces")
